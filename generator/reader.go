package generator

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/evgen-dev/evgen/schema"
)

// readerCode emits the reader of a projection. It is a small struct, since methods cannot be put on an alias of another package's type.
//
//	type InstalledAppReader struct{ rows *project.Reader[*sitesv1.InstalledAppRow] }
//	func NewInstalledAppReader(db *sql.DB) *InstalledAppReader
//	func (r *InstalledAppReader) Get(ctx context.Context, appId, siteId string) (*sitesv1.InstalledAppRow, error)
func (g *emitter) readerCode(p *schema.Projection) jen.Code {
	code := jen.Add(g.listingsCode(p), g.readerType(p), jen.Line(), g.getCode(p), jen.Line())
	for _, q := range p.Queries {
		code.Add(g.listCode(p, q), jen.Line())
	}
	return code.Add(g.waitCode(p))
}

// listingsCode emits what the reader's lists are:
//
//	var (
//		installedAppByAppId = &project.Query{…}
//	)
func (g *emitter) listingsCode(p *schema.Projection) jen.Code {
	if len(p.Queries) == 0 {
		return jen.Null()
	}
	var variables []jen.Code
	for _, q := range p.Queries {
		variables = append(variables, jen.Id(g.names.listing(p, q)).Op("=").Op("&").Qual(projectPkg, "Query").Add(inline(
			set("Params", stringList(columnNames(q.Params))), set("Order", stringList(orderNames(q.Order))))))
	}
	code := jen.Add(doc(fmt.Sprintf("What [%s] lists.", g.names.projection(p).reader))).Var()
	if len(variables) == 1 {
		return code.Add(variables[0]).Line().Line()
	}
	return code.Defs(variables...).Line().Line()
}

func (g *emitter) readerType(p *schema.Projection) jen.Code {
	n := g.names.projection(p)
	return jen.Add(
		messageDoc(p.Desc, fmt.Sprintf("%s reads the rows of [%s]. It is safe for concurrent use, and works on a replica.", n.reader, n.table)),
		jen.Type().Id(n.reader).Struct(jen.Id("rows").Op("*").Qual(projectPkg, "Reader").Types(g.types.message(p.Desc))), jen.Line(), jen.Line(),
		messageDoc(p.Desc, fmt.Sprintf("%s returns a reader of the rows in db.", n.newReader)),
		jen.Func().Id(n.newReader).Params(jen.Id("db").Op("*").Qual(sqlPkg, "DB")).Op("*").Id(n.reader).Block(
			jen.Return(jen.Op("&").Id(n.reader).Values(jen.Qual(projectPkg, "NewReader").Call(jen.Id("db"), jen.Id(n.projection))))),
		jen.Line())
}

// getCode emits the method that reads one row.
func (g *emitter) getCode(p *schema.Projection) jen.Code {
	return jen.Add(
		doc("Get returns the row with this key, or [project.ErrNotFound]."),
		g.readerMethod(p, "Get", g.columnParams(p.Key)...).Params(g.types.message(p.Desc), jen.Error()).Block(
			jen.Return(jen.Id("r").Dot("rows").Dot("Get").Call(g.columnArguments(p.Key, jen.Id("ctx"))...))),
		jen.Line())
}

// listCode emits the method that reads a page of rows:
//
//	func (r *InstalledAppReader) ListByAppId(ctx context.Context, appId string, page project.Page) (project.Rows[*sitesv1.InstalledAppRow], error)
func (g *emitter) listCode(p *schema.Projection, q *schema.Query) jen.Code {
	name := g.names.query(q)
	params := append(g.columnParams(q.Params), jen.Id("page").Qual(projectPkg, "Page"))
	arguments := g.columnArguments(q.Params, jen.Id("ctx"), jen.Id(g.names.listing(p, q)), jen.Id("page"))
	return jen.Add(
		doc(listDoc(name, q)),
		g.readerMethod(p, name, params...).Params(jen.Qual(projectPkg, "Rows").Types(g.types.message(p.Desc)), jen.Error()).Block(
			jen.Return(jen.Id("r").Dot("rows").Dot("List").Call(arguments...))),
		jen.Line())
}

// listDoc says, e.g., "ListByAppId lists the rows with one app_id, in order of site_id."
func listDoc(name string, q *schema.Query) string {
	which := "all rows"
	if len(q.Params) > 0 {
		which = "the rows with one " + strings.Join(columnNames(q.Params), " and ")
	}
	var order []string
	for i, o := range orderNames(q.Order) {
		if !slices.Contains(q.Params, q.Order[i].Column) {
			order = append(order, o)
		}
	}
	if len(order) == 0 {
		return fmt.Sprintf("%s lists %s.", name, which)
	}
	return fmt.Sprintf("%s lists %s, in order of %s.", name, which, strings.Join(order, ", "))
}

// waitCode emits the method for reading one's own writes.
func (g *emitter) waitCode(p *schema.Projection) jen.Code {
	return jen.Add(
		doc("WaitFor returns when the rows show what was published with this receipt, or when ctx ends."),
		g.readerMethod(p, "WaitFor", jen.Id("receipt").Qual(eventPkg, "Receipt")).Error().Block(
			jen.Return(jen.Id("r").Dot("rows").Dot("WaitFor").Call(jen.Id("ctx"), jen.Id("receipt")))),
		jen.Line())
}

// readerMethod renders the head of a reader's method up to its results.
func (g *emitter) readerMethod(p *schema.Projection, name string, params ...jen.Code) *jen.Statement {
	all := append([]jen.Code{jen.Id("ctx").Qual(contextPkg, "Context")}, params...)
	return jen.Func().Params(jen.Id("r").Op("*").Id(g.names.projection(p).reader)).Id(name).Params(all...)
}

// columnParams renders columns as parameters; those of one type that follow each other share it, e.g., appId, siteId string.
func (g *emitter) columnParams(columns []*schema.Column) []jen.Code {
	names := g.names.params(columns)
	var params []jen.Code
	for i, c := range columns {
		param := jen.Id(names[i])
		if i+1 == len(columns) || !sameType(c, columns[i+1]) {
			param.Add(g.columnType(c))
		}
		params = append(params, param)
	}
	return params
}

func sameType(a, b *schema.Column) bool {
	if a.Field.Enum() != nil || b.Field.Enum() != nil {
		return a.Field.Enum() == b.Field.Enum()
	}
	return a.Kind == b.Kind && goScalars[a.Field.Kind()] == goScalars[b.Field.Kind()]
}

// columnArguments renders a call's arguments: the first ones, then columns.
func (g *emitter) columnArguments(columns []*schema.Column, first ...jen.Code) []jen.Code {
	for _, name := range g.names.params(columns) {
		first = append(first, jen.Id(name))
	}
	return first
}

// columnType renders the type of a column in a signature.
func (g *emitter) columnType(c *schema.Column) jen.Code {
	switch c.Kind {
	case schema.TimestampColumn:
		return jen.Qual(timePkg, "Time")
	case schema.DurationColumn:
		return jen.Qual(timePkg, "Duration")
	default:
		return g.types.scalar(c.Field)
	}
}

func columnNames(columns []*schema.Column) []string {
	var names []string
	for _, c := range columns {
		names = append(names, c.Name)
	}
	return names
}

// orderNames spells an order as package project reads it.
func orderNames(order []schema.Ordering) []string {
	var names []string
	for _, o := range order {
		name := o.Column.Name
		if o.Descending {
			name += " desc"
		}
		names = append(names, name)
	}
	return names
}

func stringList(texts []string) jen.Code {
	var list []jen.Code
	for _, t := range texts {
		list = append(list, jen.Lit(t))
	}
	return jen.Index().String().Add(inline(list...))
}
