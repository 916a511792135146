package generator

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/evgen-dev/evgen/schema"
)

// aliasCode emits the named types of an event:
//
//	type (
//		SiteProducer = produce.DocumentProducer[string, *sitesv1.Site]
//		SiteDelivery = event.Delivery[string, *sitesv1.Site]
//		SiteDeletion = event.Deletion[string]
//	)
func (g *emitter) aliasCode(e *schema.Event) jen.Code {
	n := g.names.event(e)
	params := func() *jen.Statement { return jen.Types(g.key(e), g.types.message(e.Desc)) }
	aliases := []jen.Code{
		jen.Add(messageDoc(e.Desc, fmt.Sprintf("%s publishes [%s] events.", n.producer, n.event))).
			Id(n.producer).Op("=").Qual(producePkg, producerType(e)).Add(params()),
		jen.Add(messageDoc(e.Desc, fmt.Sprintf("%s is one [%s] on its way to a handler.", n.delivery, n.event))).
			Id(n.delivery).Op("=").Qual(eventPkg, "Delivery").Add(params()),
	}
	if e.Kind == schema.Document {
		aliases = append(aliases, jen.Add(messageDoc(e.Desc, fmt.Sprintf("%s is the deletion of one [%s] on its way to a handler.", n.deletion, n.event))).
			Id(n.deletion).Op("=").Qual(eventPkg, "Deletion").Types(g.key(e)))
	}
	return jen.Type().Defs(aliases...).Line()
}

func producerType(e *schema.Event) string {
	if e.Kind == schema.Document {
		return "DocumentProducer"
	}
	return "Producer"
}

// producerCode emits the constructor of an event's producer:
//
//	func NewSiteProducer(sink event.Sink, opts ...produce.Option) *SiteProducer
func (g *emitter) producerCode(e *schema.Event) jen.Code {
	n := g.names.event(e)
	constructor := "New"
	if e.Kind == schema.Document {
		constructor = "NewDocument"
	}
	return jen.Add(messageDoc(e.Desc, fmt.Sprintf("%s returns a producer of [%s] events that sends through sink.", n.newProducer, n.event))).
		Func().Id(n.newProducer).Params(jen.Id("sink").Qual(eventPkg, "Sink"), jen.Id("opts").Op("...").Qual(producePkg, "Option")).Op("*").Id(n.producer).
		Block(jen.Return(jen.Qual(producePkg, constructor).Call(jen.Id("sink"), jen.Id(n.event), jen.Id("opts").Op("...")))).Line()
}
