package contract

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/evgenpb"
	"github.com/evgen-dev/evgen/schema/filter"
)

func projectionOf(p *schema.Projection) Projection {
	x := Projection{
		origin: origin{whole: declared(p.Desc)},
		Name:   string(p.Desc.FullName()), File: p.Desc.ParentFile().Path(), Table: p.Table,
		Source: string(p.Source.Event.Desc.FullName()), OnDelete: onDelete(p.Source.OnDelete),
	}
	for part, option := range map[string]string{
		"table": "table", "source": "source[0].event", "for_each": "source[0].for_each", "where": "source[0].where", "on_delete": "source[0].on_delete",
	} {
		if at, ok := annotated(p.Desc, evgenpb.E_Projection, option); ok {
			x.put(part, at)
		}
	}
	if len(p.Source.ForEach) > 0 {
		f := fieldAt(p.Source.ForEach)
		f.Place = x.At("for_each")
		x.ForEach = &f
	}
	if p.Source.Where != nil {
		x.Where = exprText(p.Source.Where)
	}
	for _, c := range p.Columns {
		x.Columns = append(x.Columns, columnOf(c))
	}
	x.readUnique(p)
	return x
}

func onDelete(d schema.OnDelete) string {
	return [...]string{schema.DeleteRow: "DELETE_ROW", schema.ClearColumns: "CLEAR_COLUMNS", schema.Keep: "KEEP"}[d]
}

// readUnique keeps the unique indexes. The others speed up reading, and promise nothing about rows.
func (p *Projection) readUnique(from *schema.Projection) {
	declaredAt := -1
	for _, index := range from.Indexes {
		if index.Auto {
			continue
		}
		declaredAt++
		if !index.Unique {
			continue
		}
		u := Unique{}
		u.Place, _ = annotated(from.Desc, evgenpb.E_Projection, "index["+strconv.Itoa(declaredAt)+"].unique")
		for _, o := range index.Columns {
			u.Columns = append(u.Columns, o.Column.Name)
		}
		slices.Sort(u.Columns)
		p.Unique = append(p.Unique, u)
	}
	slices.SortFunc(p.Unique, func(a, b Unique) int { return slices.Compare(a.Columns, b.Columns) })
}

var columnKinds = [...]string{
	schema.TextColumn: "text", schema.BytesColumn: "bytes", schema.BoolColumn: "bool",
	schema.Int32Column: "int32", schema.Int64Column: "int64", schema.Uint64Column: "uint64",
	schema.FloatColumn: "float", schema.DoubleColumn: "double",
	schema.TimestampColumn: "timestamp", schema.DurationColumn: "duration",
}

func columnOf(c *schema.Column) Column {
	x := Column{
		Name: c.Name, Number: int32(c.Field.Number()), Kind: columnKinds[c.Kind], SQLType: c.SQLType,
		Key: c.Key, Nullable: c.Present != nil, Place: declared(c.Field),
	}
	if !c.Revision {
		f := Field{Path: refText(&c.From), Numbers: refNumbers(&c.From), Type: typeOf(c.From.Field), Place: x.Place}
		if p, ok := annotated(c.Field, evgenpb.E_Column, "from"); ok {
			f.Place = p
		}
		x.From = &f
	}
	return x
}

var roots = [...]string{filter.FromEvent: "", filter.FromItem: "item", filter.FromMapKey: "item.key", filter.FromMapValue: "item.value"}

// refText spells a reference as annotations do, without the name of the source.
func refText(r *filter.Ref) string { return joined(roots[r.Root], r.Path.String()) }

func refNumbers(r *filter.Ref) string { return joined(roots[r.Root], numbersOf(r.Path)) }

func joined(root, path string) string {
	if root == "" || path == "" {
		return root + path
	}
	return root + "." + path
}

var operators = map[filter.Op]string{
	filter.OpAnd: "&&", filter.OpOr: "||", filter.OpEqual: "==", filter.OpNotEqual: "!=", filter.OpLess: "<", filter.OpLessEqual: "<=",
	filter.OpGreater: ">", filter.OpGreaterEqual: ">=",
}

var methods = map[filter.Op]string{filter.OpStartsWith: "startsWith", filter.OpEndsWith: "endsWith", filter.OpContains: "contains"}

// exprText writes a filter in one form, however it was spaced, bracketed or qualified.
func exprText(x *filter.Expr) string {
	args := make([]string, len(x.Args))
	for i, a := range x.Args {
		args[i] = exprText(a)
	}
	switch x.Op {
	case filter.OpLiteral:
		return literalText(x)
	case filter.OpRef:
		return refText(x.Ref)
	case filter.OpHas:
		return "has(" + refText(x.Ref) + ")"
	case filter.OpNot:
		return "!(" + args[0] + ")"
	case filter.OpIn:
		return args[0] + " in [" + strings.Join(args[1:], ", ") + "]"
	case filter.OpSize:
		return "size(" + args[0] + ")"
	case filter.OpStartsWith, filter.OpEndsWith, filter.OpContains:
		return args[0] + "." + methods[x.Op] + "(" + args[1] + ")"
	case filter.OpAnd, filter.OpOr:
		return "(" + strings.Join(args, " "+operators[x.Op]+" ") + ")"
	}
	return args[0] + " " + operators[x.Op] + " " + args[1]
}

func literalText(x *filter.Expr) string {
	switch v := x.Value.(type) {
	case string:
		return strconv.Quote(v)
	case []byte:
		return "b" + strconv.Quote(base64.StdEncoding.EncodeToString(v))
	case time.Time:
		return "timestamp(" + strconv.Quote(v.Format(time.RFC3339Nano)) + ")"
	case time.Duration:
		return "duration(" + strconv.Quote(v.String()) + ")"
	case protoreflect.EnumNumber:
		if value := x.Enum.Values().ByNumber(v); value != nil {
			return string(value.Name())
		}
	}
	return fmt.Sprint(x.Value)
}
