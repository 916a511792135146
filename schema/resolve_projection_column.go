package schema

import (
	"cmp"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/internal/nearest"
	"github.com/evgen-dev/evgen/schema/evgenpb"
	"github.com/evgen-dev/evgen/schema/filter"
)

// resolveColumns returns false after an error that leaves the origin of a column open.
func (d *projectionDraft) resolveColumns() bool {
	sound := true
	for _, fd := range fieldsOf(d.Desc) {
		c := &columnDraft{
			projectionDraft: d,
			options:         columnOption(fd),
			Column:          &Column{Field: fd, Doc: docOf(fd)},
		}
		sound = c.resolve() && sound
		d.Columns = append(d.Columns, c.Column)
	}
	return sound
}

// columnDraft is a column while it is resolved.
type columnDraft struct {
	*projectionDraft
	*Column
	options *evgenpb.ColumnOptions // may be nil; its getters work
}

// pos returns the position of an option of the column, of its field if it has none.
func (c *columnDraft) pos(option string) Position {
	if c.options == nil {
		return c.r.at(c.Field)
	}
	return c.r.atOption(c.Field, evgenpb.E_Column, option)
}

// errorf reports an error of the column, whose name it puts before the message.
func (c *columnDraft) errorf(pos Position, rule, format string, args ...any) report {
	return c.projectionDraft.errorf(pos, rule, "column %s: "+format, append([]any{c.Field.Name()}, args...)...)
}

func (c *columnDraft) resolve() bool {
	c.resolveName()
	c.resolveSQLType()
	c.Key = c.options.GetKey()
	return c.resolveKind() && c.resolveOrigin()
}

func (c *columnDraft) resolveName() {
	c.Name = cmp.Or(c.options.GetName(), string(c.Field.Name()))
	problem := sqlNameProblem(c.Name, maxName)
	if strings.HasPrefix(c.Name, "_") || ownColumns[strings.ToLower(c.Name)] {
		problem = "is taken: evgen or the database has columns of that name"
	}
	if problem != "" {
		c.errorf(c.pos("name"), columnName, "column name %q %s", c.Name, problem).help(`choose one: [(evgen.v1.column).name = "…"]`)
	}
	for _, other := range c.Columns {
		if strings.EqualFold(other.Name, c.Name) {
			c.errorf(c.pos("name"), columnTwice, "column name %q is that of field %s, too; SQLite ignores case", c.Name, other.Field.Name()).
				help("choose another name")
		}
	}
}

// ownColumns are evgen's in the base table (others of its own start with an underscore) and PostgreSQL's in every table.
var ownColumns = map[string]bool{
	"record_offset": true,
	"ctid":          true, "cmin": true, "cmax": true, "xmin": true, "xmax": true, "tableoid": true,
}

func (c *columnDraft) resolveSQLType() {
	c.SQLType = c.options.GetType()
	if c.SQLType != "" && (isBlank(c.SQLType) || strings.ContainsAny(c.SQLType, ";\n")) {
		c.errorf(c.pos("type"), columnSQLType, "SQL type %q is not a type", c.SQLType).
			help(`write it as in CREATE TABLE: "numeric(12, 2)"; without it the type follows from the field`)
	}
}

// columnKinds is the kind of column by the kind of field. Messages are looked up by name.
var columnKinds = map[protoreflect.Kind]ColumnKind{
	protoreflect.StringKind:   TextColumn,
	protoreflect.BytesKind:    BytesColumn,
	protoreflect.BoolKind:     BoolColumn,
	protoreflect.EnumKind:     Int32Column,
	protoreflect.Int32Kind:    Int32Column,
	protoreflect.Sint32Kind:   Int32Column,
	protoreflect.Sfixed32Kind: Int32Column,
	protoreflect.Uint32Kind:   Int64Column,
	protoreflect.Fixed32Kind:  Int64Column,
	protoreflect.Int64Kind:    Int64Column,
	protoreflect.Sint64Kind:   Int64Column,
	protoreflect.Sfixed64Kind: Int64Column,
	protoreflect.Uint64Kind:   Uint64Column,
	protoreflect.Fixed64Kind:  Uint64Column,
	protoreflect.FloatKind:    FloatColumn,
	protoreflect.DoubleKind:   DoubleColumn,
}

var messageColumnKinds = map[protoreflect.FullName]ColumnKind{
	"google.protobuf.Timestamp": TimestampColumn,
	"google.protobuf.Duration":  DurationColumn,
}

func (c *columnDraft) resolveKind() bool {
	kind, ok := columnKinds[c.Field.Kind()]
	if c.Field.Message() != nil {
		kind, ok = messageColumnKinds[c.Field.Message().FullName()]
	}
	if !ok || c.Field.Cardinality() == protoreflect.Repeated || isAlternative(c.Field) {
		c.errorf(c.r.at(c.Field), columnHolds, "no column holds a value of type %s", typeName(c.Field)).
			help("use a scalar, an enum, google.protobuf.Timestamp or google.protobuf.Duration; for_each makes a row of each element")
		return false
	}
	c.Kind = kind
	return true
}

// resolveOrigin finds what fills the column.
func (c *columnDraft) resolveOrigin() bool {
	if c.options.GetAggregate() != evgenpb.ColumnOptions_AGGREGATE_UNSPECIFIED {
		c.errorf(c.pos("aggregate"), aggregateLater, "aggregate %s is not available yet", c.options.GetAggregate()).
			help("write a handler that counts in its transaction")
		return false
	}
	from := c.options.GetFrom()
	switch {
	case c.Source == nil:
		return false
	case c.options.GetSourceRevision():
		return c.resolveRevision(from)
	case len(from) > 1:
		c.errorf(c.pos("from[1]"), columnOrigin, "from names %d paths, and one source fills a column from one", len(from)).help("keep one of them")
		return false
	case len(from) == 1:
		return c.resolveFrom(from[0])
	}
	return c.resolveFrom(string(c.Field.Name()))
}

func (c *columnDraft) resolveRevision(from []string) bool {
	pos := c.pos("source_revision")
	switch {
	case len(from) > 0:
		c.errorf(pos, columnOrigin, "source_revision and from %q both fill it", from[0]).help("keep one of them")
	case c.Source.Event.Revision == nil:
		c.errorf(pos, columnRevision, "source %s has no revision", c.Source.Event.Desc.FullName()).
			related(c.Source.Event.Pos, "%s is declared here", c.Source.Event.Desc.Name()).
			help("mark a field of the event: [(evgen.v1.field).revision = MONOTONIC]")
	case canonicalType(c.Field) != "int64":
		c.errorf(pos, columnRevision, "a revision is an int64, and the field is of type %s", typeName(c.Field)).help("make the field an int64")
	case c.Key:
		c.errorf(pos, columnRevision, "a revision grows, and a key stays").help("remove source_revision or key")
	default:
		c.Revision = true
		return true
	}
	return false
}

func (c *columnDraft) resolveFrom(path string) bool {
	pos := c.pos("from")
	ref, problem := c.Source.reference(path)
	if problem != nil {
		c.unknownPath(pos, path, problem)
		return false
	}
	c.From = *ref
	c.checkSecret(pos, ref.Path)
	c.checkConversion(pos, path)
	c.resolvePresence()
	return true
}

func (c *columnDraft) unknownPath(pos Position, path string, problem *pathProblem) {
	if len(c.options.GetFrom()) > 0 {
		c.errorf(pos, columnPath, "from %q %s", path, problem.text).help("%s", problem.help)
		return
	}
	p := c.errorf(pos, columnPath, "%s has no such field to fill it", c.Source.Event.Desc.FullName()).
		help("say what does with (evgen.v1.column).from")
	if guess := c.guess(); guess != "" {
		p.help("say what does: [(evgen.v1.column).from = %q]", guess)
	}
}

// guess is a path for a column without one: the field of the element with its name, else the nearest field.
func (c *columnDraft) guess() string {
	name := string(c.Field.Name())
	if m := c.Source.elementMessage(); m != nil && m.Fields().ByName(c.Field.Name()) != nil {
		return c.Source.elementName() + "." + name
	}
	return nearest.Of(name, fieldNames(c.Source.Event.Desc))
}

func (c *columnDraft) checkConversion(pos Position, path string) {
	held := canonicalType(c.From.Field)
	if c.From.IsRepeated() {
		held = typeName(c.From.Field)
	}
	if held == canonicalType(c.Field) {
		return
	}
	p := c.errorf(pos, columnConverts, "%s is of type %s, and the column of type %s", path, held, canonicalType(c.Field))
	switch _, ok := messageColumnKinds[protoreflect.FullName(held)]; {
	case c.From.IsRepeated():
		p.help("make a row of each element with for_each")
	case c.From.Field.Message() != nil && !ok:
		p.help("name one of its fields")
	default:
		p.help("give the column's field the type %s", held)
	}
}

// canonicalType is the same for two kinds of field that have the same Go type.
func canonicalType(fd protoreflect.FieldDescriptor) string {
	switch fd.Kind() {
	case protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return "int32"
	case protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return "int64"
	case protoreflect.Fixed32Kind:
		return "uint32"
	case protoreflect.Fixed64Kind:
		return "uint64"
	case protoreflect.EnumKind:
		return string(fd.Enum().FullName())
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return string(fd.Message().FullName())
	}
	return fd.Kind().String()
}

// resolvePresence says when a column is null. Only a field that can be absent itself shows that its source is.
func (c *columnDraft) resolvePresence() {
	if !c.Field.HasPresence() || len(c.From.Path) == 0 {
		return
	}
	ref := c.From
	if ref.Field.HasPresence() {
		c.Present = filter.Presence(&ref)
		return
	}
	if around := ref.Path[:len(ref.Path)-1]; len(around) > 0 {
		c.Present = filter.Presence(&filter.Ref{Root: ref.Root, Path: around, Field: around.Leaf()})
	}
}
