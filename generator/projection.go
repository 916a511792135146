package generator

import (
	"fmt"

	"github.com/dave/jennifer/jen"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/filter"
)

// tableCode emits the DDL of a projection:
//
//	//go:embed installed_apps.postgres.sql
//	var installedAppPostgres string
//	var InstalledAppTable = sqldb.Table{…}
func (g *emitter) tableCode(p *schema.Projection) jen.Code {
	n := g.names.projection(p)
	code := jen.Add()
	var ddl []jen.Code
	for _, dialect := range g.options.Dialects {
		code.Comment("//go:embed " + sqlBase(p, dialect)).Line().Var().Id(n.ddl[dialect]).String().Line().Line()
		ddl = append(ddl, set(dialectFields[dialect], jen.Id(n.ddl[dialect])))
	}
	return code.Add(messageDoc(p.Desc, g.tableDoc(p)...)).Var().Id(n.table).Op("=").Qual(sqldbPkg, "Table").Add(block(
		set("Name", jen.Lit(p.Table)),
		set("DDL", jen.Qual(sqldbPkg, "DDL").Add(inline(ddl...))),
		set("Fingerprint", jen.Lit(fingerprint(p))),
	)).Line()
}

var dialectFields = map[string]string{"postgres": "Postgres", "sqlite": "SQLite"}

func (g *emitter) tableDoc(p *schema.Projection) []string {
	n, s := g.names.projection(p), p.Source
	paragraphs := []string{fmt.Sprintf("%s is the table of %s rows, for sqldb.Migrate.", n.table, p.Desc.Name())}
	if p.Doc != "" {
		paragraphs = append(paragraphs, p.Doc)
	}
	per := "one row per key"
	if len(s.ForEach) > 0 {
		per = fmt.Sprintf("one row per element of %s", pathText(s.ForEach))
	}
	return append(paragraphs, fmt.Sprintf("Read the SQL view %s; the table behind it is %s_p. It is filled from %s events, %s.", p.Table, p.Table, s.Event.Desc.Name(), per))
}

// projectionCode emits how events fill the table:
//
//	var installedAppProjection = project.NewTable[*sitesv1.InstalledAppRow](project.Spec{…})
func (g *emitter) projectionCode(p *schema.Projection) jen.Code {
	n := g.names.projection(p)
	return jen.Var().Id(n.projection).Op("=").Qual(projectPkg, "NewTable").Types(g.types.message(p.Desc)).Call(
		jen.Qual(projectPkg, "Spec").Add(block(
			set("Table", jen.Id(n.table)),
			set("Columns", g.columns(p)),
			set("Source", g.source(p)),
		))).Line()
}

func (g *emitter) eventName(e *schema.Event) string { return g.names.event(e).event }

func (g *emitter) columns(p *schema.Projection) jen.Code {
	var list []jen.Code
	for _, c := range p.Columns {
		fields := []jen.Code{set("Name", jen.Lit(c.Name))}
		if name := string(c.Field.Name()); name != c.Name {
			fields = append(fields, set("Field", jen.Lit(name)))
		}
		fields = append(fields, set("Type", jen.Qual(sqldbPkg, columnTypes[c.Kind])))
		if c.SQLType != "" {
			fields = append(fields, set("SQLType", jen.Lit(c.SQLType)))
		}
		for _, flag := range []struct {
			name string
			on   bool
		}{{"Key", c.Key}, {"Owner", len(p.Source.ForEach) > 0 && isOwner(p, c)}, {"Revision", c.Revision}} {
			if flag.on {
				fields = append(fields, set(flag.name, jen.True()))
			}
		}
		list = append(list, inline(fields...))
	}
	return jen.Index().Qual(projectPkg, "Column").Add(block(list...))
}

var columnTypes = map[schema.ColumnKind]string{
	schema.TextColumn: "Text", schema.BytesColumn: "Bytes", schema.BoolColumn: "Bool",
	schema.Int32Column: "Int32", schema.Int64Column: "Int64", schema.Uint64Column: "Uint64",
	schema.FloatColumn: "Float", schema.DoubleColumn: "Double",
	schema.TimestampColumn: "Timestamp", schema.DurationColumn: "Duration",
}

func isOwner(p *schema.Projection, c *schema.Column) bool {
	for _, o := range p.Source.Owner {
		if o == c {
			return true
		}
	}
	return false
}

// source renders how events fill the rows, e.g., project.Single(project.SingleSpec[…]{…}).
func (g *emitter) source(p *schema.Projection) jen.Code {
	if len(p.Source.ForEach) > 0 {
		return g.eachSource(p)
	}
	return g.singleSource(p)
}

func (g *emitter) singleSource(p *schema.Projection) jen.Code {
	e := p.Source.Event
	fields := []jen.Code{
		set("Event", g.foreignEvent(e)),
		set("Key", g.keyValues(p)),
		set("Values", jen.Func().Params(g.messageParam(p)...).Index().Any().Add(body(jen.Return(g.values(p))))),
	}
	if p.Source.Where != nil {
		fields = append(fields, set("Where", g.where(p)))
	}
	fields = g.appendOnDelete(fields, p)
	return jen.Qual(projectPkg, "Single").Call(
		jen.Qual(projectPkg, "SingleSpec").Types(g.foreignKey(e), g.types.message(e.Desc)).Add(block(fields...)))
}

func (g *emitter) eachSource(p *schema.Projection) jen.Code {
	e := p.Source.Event
	fields := []jen.Code{
		set("Event", g.foreignEvent(e)),
		set("Owner", g.keyValues(p)),
		set("Elements", g.elements(p)),
		set("Values", jen.Func().Params(g.messageParam(p)...).Index().Any().Add(body(jen.Return(g.values(p))))),
	}
	if p.Source.Where != nil {
		fields = append(fields, set("Where", g.where(p)))
	}
	fields = g.appendOnDelete(fields, p)
	return jen.Qual(projectPkg, "Each").Call(
		jen.Qual(projectPkg, "EachSpec").Types(g.foreignKey(e), g.types.message(e.Desc), g.item(p)).Add(block(fields...)))
}

func (g *emitter) appendOnDelete(fields []jen.Code, p *schema.Projection) []jen.Code {
	if name, ok := onDeleteNames[p.Source.OnDelete]; ok {
		return append(fields, set("OnDelete", jen.Qual(projectPkg, name)))
	}
	return fields
}

var onDeleteNames = map[schema.OnDelete]string{schema.ClearColumns: "ClearColumns", schema.Keep: "Keep"}

// messageParam renders the parameters of a function over the event's message and, with for_each, an element.
func (g *emitter) messageParam(p *schema.Projection) []jen.Code {
	params := []jen.Code{jen.Id("m").Add(g.types.message(p.Source.Event.Desc))}
	if len(p.Source.ForEach) > 0 {
		params = append(params, jen.Id("item").Add(g.item(p)))
	}
	return params
}

func (g *emitter) where(p *schema.Projection) jen.Code {
	return jen.Func().Params(g.messageParam(p)...).Bool().Add(body(jen.Return(g.condition(p, p.Source.Where))))
}

// item renders the type of an element, e.g., *sitesv1.Site_App or project.Entry[string, int64].
func (g *emitter) item(p *schema.Projection) jen.Code {
	f := p.Source.ForEach.Leaf()
	if f.IsMap() {
		return jen.Qual(projectPkg, "Entry").Types(g.types.scalar(f.MapKey()), g.types.element(f.MapValue()))
	}
	return g.types.element(f)
}

// elements renders the function that lists the elements of an event.
func (g *emitter) elements(p *schema.Projection) jen.Code {
	path := p.Source.ForEach
	e := p.Source.Event.Desc
	list := g.types.read(jen.Id("m"), path)
	switch {
	case path.Leaf().IsMap():
		list = jen.Qual(projectPkg, "Entries").Call(list)
	case len(path) == 1:
		return jen.Parens(g.types.message(e)).Dot(g.types.getter(path[0]))
	}
	return jen.Func().Params(jen.Id("m").Add(g.types.message(e))).Index().Add(g.item(p)).Add(body(jen.Return(list)))
}

// keyValues renders the function from the event's key to the columns that hold it, in the table's order.
func (g *emitter) keyValues(p *schema.Projection) jen.Code {
	e := p.Source.Event
	n := g.names.event(e)
	var values []jen.Code
	for _, c := range p.Columns {
		for i, o := range p.Source.Owner {
			switch {
			case o != c:
			case len(e.Key) == 1:
				values = append(values, jen.Id("k"))
			default:
				values = append(values, jen.Id("k").Dot(n.keyFields[i]))
			}
		}
	}
	return jen.Func().Params(jen.Id("k").Add(g.foreignKey(e))).Index().Any().Add(body(jen.Return(jen.Index().Any().Add(inline(values...)))))
}

// values renders the columns that the message fills, in the table's order.
func (g *emitter) values(p *schema.Projection) jen.Code {
	var values []jen.Code
	for _, c := range p.Columns {
		if isOwner(p, c) || c.Revision {
			continue
		}
		values = append(values, g.value(p, c))
	}
	if len(values) > shortList {
		return jen.Index().Any().Add(block(values...))
	}
	return jen.Index().Any().Add(inline(values...))
}

// shortList is how many values, or operands of a condition, fit on a line.
const shortList = 3

// value renders what fills a column. An absent message is nil, which is NULL by itself; an absent scalar would look like zero.
func (g *emitter) value(p *schema.Projection, c *schema.Column) jen.Code {
	value := g.ref(&c.From)
	if c.Present == nil || c.Field.Message() != nil {
		return value
	}
	return jen.Qual(projectPkg, "Optional").Call(g.condition(p, c.Present), value)
}

// foreignEvent renders the descriptor of an event, which another package may declare.
func (g *emitter) foreignEvent(e *schema.Event) jen.Code {
	return jen.Qual(eventPath(g.fileOf(e), g.options), g.eventName(e))
}

// foreignKey renders the key type of an event that another package may declare.
func (g *emitter) foreignKey(e *schema.Event) jen.Code {
	if len(e.Key) > 1 {
		return jen.Qual(eventPath(g.fileOf(e), g.options), g.names.event(e).key)
	}
	return g.key(e)
}

// itemField returns the field whose kind an element, a map's key or a map's value has.
func itemField(p *schema.Projection, r filter.Root) protoreflect.FieldDescriptor {
	f := p.Source.ForEach.Leaf()
	switch r {
	case filter.FromMapKey:
		return f.MapKey()
	case filter.FromMapValue:
		return f.MapValue()
	default:
		return f
	}
}

// writerCode emits the constructor of a projection's writer:
//
//	func NewInstalledAppWriter(db *sql.DB) consume.Route
func (g *emitter) writerCode(p *schema.Projection) jen.Code {
	n := g.names.projection(p)
	return jen.Add(messageDoc(p.Desc, fmt.Sprintf("%s returns the route that keeps [%s] in db up to date: an option of any consumer group.", n.newWriter, n.table))).
		Func().Id(n.newWriter).Params(jen.Id("db").Op("*").Qual(sqlPkg, "DB")).Qual(consumePkg, "Route").
		Block(jen.Return(jen.Qual(projectPkg, "NewWriter").Call(jen.Id("db"), jen.Id(n.projection)))).Line()
}
