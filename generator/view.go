package generator

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/evgen-dev/evgen/schema"
)

// viewCode emits the view of a document's topic:
//
//	type SiteView = view.View[string, *sitesv1.Site]
//	func OpenSiteView(ctx context.Context, source event.Source, opts ...view.Option) (*SiteView, error)
func (g *emitter) viewCode(e *schema.Event) jen.Code {
	n := g.names.event(e)
	return jen.Add(
		messageDoc(e.Desc, fmt.Sprintf("%s holds the newest [%s] of every key in memory.", n.view, n.event)),
		jen.Type().Id(n.view).Op("=").Qual(viewPkg, "View").Types(g.key(e), g.types.message(e.Desc)), jen.Line(), jen.Line(),
		messageDoc(e.Desc, fmt.Sprintf("%s reads the whole topic, returns when it has seen all that was there, and follows it from then on. The context bounds the opening only.", n.openView)),
		jen.Func().Id(n.openView).Params(
			jen.Id("ctx").Qual(contextPkg, "Context"), jen.Id("source").Qual(eventPkg, "Source"), jen.Id("opts").Op("...").Qual(viewPkg, "Option"),
		).Params(jen.Op("*").Id(n.view), jen.Error()).Block(
			jen.Return(jen.Qual(viewPkg, "Open").Call(jen.Id("ctx"), jen.Id("source"), jen.Id(n.event), jen.Id("opts").Op("...")))),
		jen.Line(),
	)
}
