package schema_test

import (
	"fmt"
	"strings"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/filter"
)

// projectionText is all that a projection says, one fact a line.
func projectionText(p *schema.Projection) string {
	var b strings.Builder
	b.WriteString(sourceText(p))
	for _, c := range p.Columns {
		b.WriteString(columnText(c))
	}
	for _, x := range p.Indexes {
		fmt.Fprintf(&b, "%sindex %s on %s\n", indexPrefix(x), x.Name, orderText(x.Columns))
	}
	for _, q := range p.Queries {
		fmt.Fprintf(&b, "list by %s%s in order %s\n", names(q.Params), word(" called "+q.Name, q.Name != ""), orderText(q.Order))
	}
	return b.String()
}

func sourceText(p *schema.Projection) string {
	s := p.Source
	text := fmt.Sprintf("%s from %s as %s", p.Table, s.Event.Desc.FullName(), s.As)
	text += word(" for each "+s.ForEach.String(), len(s.ForEach) > 0)
	if s.Where != nil {
		text += " where " + exprText(s.Where)
	}
	onDelete := map[schema.OnDelete]string{schema.DeleteRow: "delete-row", schema.ClearColumns: "clear-columns", schema.Keep: "keep"}
	return text + ", " + onDelete[s.OnDelete] + ", owner " + names(s.Owner) + "\n"
}

func columnText(c *schema.Column) string {
	kinds := [...]string{"text", "bytes", "bool", "int32", "int64", "uint64", "float", "double", "timestamp", "duration"}
	text := c.Name + " " + kinds[c.Kind] + word(" "+c.SQLType, c.SQLType != "") + word(" key", c.Key)
	if c.Revision {
		return text + " revision\n"
	}
	text += " from " + refText(&c.From)
	if c.Present != nil {
		text += " if " + exprText(c.Present)
	}
	return text + "\n"
}

func indexPrefix(x *schema.Index) string {
	return word("unique ", x.Unique) + word("own ", x.Auto)
}

func word(s string, applies bool) string {
	if applies {
		return s
	}
	return ""
}

func names(columns []*schema.Column) string {
	var all []string
	for _, c := range columns {
		all = append(all, c.Name)
	}
	return strings.Join(all, ", ")
}

func orderText(order []schema.Ordering) string {
	var all []string
	for _, o := range order {
		all = append(all, o.Column.Name+word(" desc", o.Descending))
	}
	return strings.Join(all, ", ")
}

func refText(r *filter.Ref) string {
	root := [...]string{"event", "item", "key", "value"}[r.Root]
	return root + word("."+r.Path.String(), len(r.Path) > 0)
}

func exprText(x *filter.Expr) string {
	symbols := map[filter.Op]string{filter.OpAnd: " && ", filter.OpEqual: " == ", filter.OpNotEqual: " != ", filter.OpGreater: " > "}
	switch x.Op {
	case filter.OpLiteral:
		if s, ok := x.Value.(string); ok {
			return fmt.Sprintf("%q", s)
		}
		return fmt.Sprint(x.Value)
	case filter.OpRef:
		return refText(x.Ref)
	case filter.OpHas:
		return "has " + refText(x.Ref)
	}
	var args []string
	for _, arg := range x.Args {
		args = append(args, exprText(arg))
	}
	return "(" + strings.Join(args, symbols[x.Op]) + ")"
}
