package generator

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/filter"
)

// fingerprint changes when rows written before would differ from those written now, or live in another table, and not when only the spelling of
// the DDL changes. What it is made from is words, since numbers of constants may change between versions of evgen, and a database keeps it.
func fingerprint(p *schema.Projection) string {
	hash := sha256.New()
	s := p.Source
	fmt.Fprintf(hash, "table %s from %s each %q delete %s where ", p.Table, s.Event.Desc.FullName(), pathText(s.ForEach), onDeleteNames[s.OnDelete])
	writeExpr(hash, s.Where)
	for _, c := range p.Columns {
		fmt.Fprintf(hash, "\ncolumn %s %s %q key %t revision %t optional %t from ", c.Name, columnTypes[c.Kind], c.SQLType, c.Key, c.Revision, c.Present != nil)
		writeRef(hash, &c.From)
	}
	for _, x := range p.Indexes {
		fmt.Fprintf(hash, "\nindex %s unique %t on %q", x.Name, x.Unique, orderNames(x.Columns))
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}

func writeExpr(w io.Writer, x *filter.Expr) {
	if x == nil {
		return
	}
	fmt.Fprintf(w, "(%s", opNames[x.Op])
	if x.Op == filter.OpLiteral {
		fmt.Fprintf(w, " %v", x.Value)
	}
	if x.Ref != nil {
		writeRef(w, x.Ref)
	}
	for _, a := range x.Args {
		writeExpr(w, a)
	}
	fmt.Fprint(w, ")")
}

func writeRef(w io.Writer, r *filter.Ref) {
	fmt.Fprintf(w, " %s.%s", rootNames[r.Root], pathText(r.Path))
}

var (
	opNames = map[filter.Op]string{
		filter.OpLiteral: "literal", filter.OpRef: "ref", filter.OpHas: "has", filter.OpNot: "!", filter.OpAnd: "&&", filter.OpOr: "||",
		filter.OpEqual: "==", filter.OpNotEqual: "!=", filter.OpLess: "<", filter.OpLessEqual: "<=", filter.OpGreater: ">", filter.OpGreaterEqual: ">=",
		filter.OpIn: "in", filter.OpStartsWith: "startsWith", filter.OpEndsWith: "endsWith", filter.OpContains: "contains", filter.OpSize: "size",
	}
	rootNames = map[filter.Root]string{
		filter.FromEvent: "event", filter.FromItem: "item", filter.FromMapKey: "key", filter.FromMapValue: "value",
	}
)
