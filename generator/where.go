package generator

import (
	"slices"
	"time"

	"github.com/dave/jennifer/jen"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/filter"
)

// condition renders a filter as a Go expression over m and, with for_each, item.
func (g *emitter) condition(p *schema.Projection, x *filter.Expr) *jen.Statement {
	switch x.Op {
	case filter.OpLiteral:
		return g.literal(x)
	case filter.OpRef:
		return g.converted(p, x)
	case filter.OpHas:
		return g.has(x.Ref)
	case filter.OpNot:
		return jen.Op("!").Add(g.operand(p, x.Args[0]))
	case filter.OpAnd, filter.OpOr:
		return g.junction(p, x)
	case filter.OpIn:
		return g.in(p, x)
	case filter.OpSize:
		return jen.Add(g.filterType(x)).Call(g.length(p, x.Args[0]))
	case filter.OpStartsWith, filter.OpEndsWith, filter.OpContains:
		return jen.Qual("strings", stringFunctions[x.Op]).Call(g.condition(p, x.Args[0]), g.condition(p, x.Args[1]))
	default:
		return g.comparison(p, x)
	}
}

var (
	stringFunctions = map[filter.Op]string{filter.OpStartsWith: "HasPrefix", filter.OpEndsWith: "HasSuffix", filter.OpContains: "Contains"}
	comparisons     = map[filter.Op]string{
		filter.OpEqual: "==", filter.OpNotEqual: "!=", filter.OpLess: "<",
		filter.OpLessEqual: "<=", filter.OpGreater: ">", filter.OpGreaterEqual: ">=",
	}
)

// operand renders an argument of ! and ==, in parentheses when it is made of several parts itself.
func (g *emitter) operand(p *schema.Projection, x *filter.Expr) *jen.Statement {
	if _, ok := comparisons[x.Op]; ok || x.Op == filter.OpAnd || x.Op == filter.OpOr || x.Op == filter.OpHas && !isReflected(x.Ref) {
		return jen.Parens(g.condition(p, x))
	}
	return g.condition(p, x)
}

func (g *emitter) junction(p *schema.Projection, x *filter.Expr) *jen.Statement {
	op := "&&"
	if x.Op == filter.OpOr {
		op = "||"
	}
	s := jen.Add()
	args := operands(x)
	for i, a := range args {
		if i > 0 {
			s.Op(op)
		}
		if i > 0 && len(args) > shortList {
			s.Line()
		}
		if a.Op == filter.OpAnd || a.Op == filter.OpOr {
			s.Add(jen.Parens(g.condition(p, a)))
			continue
		}
		s.Add(g.condition(p, a))
	}
	return s
}

// operands leaves out what the next one says, too: a field is not there when the message around it is not.
func operands(x *filter.Expr) []*filter.Expr {
	var kept []*filter.Expr
	for i, a := range x.Args {
		if x.Op == filter.OpAnd && a.Op == filter.OpHas && i+1 < len(x.Args) && isWithin(x.Args[i+1], a.Ref) {
			continue
		}
		kept = append(kept, a)
	}
	return kept
}

// isWithin says whether x tests a scalar of the message around.
func isWithin(x *filter.Expr, around *filter.Ref) bool {
	return x.Op == filter.OpHas && isReflected(x.Ref) && x.Ref.Root == around.Root && slices.Equal(x.Ref.Path[:len(x.Ref.Path)-1], around.Path)
}

// comparison renders ==, < and so on; what Go's operators do not compare goes through the type's own comparison.
func (g *emitter) comparison(p *schema.Projection, x *filter.Expr) *jen.Statement {
	op := comparisons[x.Op]
	if x.Args[0].Type == filter.BoolType {
		return g.operand(p, x.Args[0]).Op(op).Add(g.operand(p, x.Args[1]))
	}
	a, b := g.comparand(p, x.Args[0], x.Args[1]), g.comparand(p, x.Args[1], x.Args[0])
	switch x.Args[0].Type {
	case filter.BytesType:
		return bytesComparison(x.Op, a, b)
	case filter.TimestampType:
		return a.Dot("Compare").Call(b).Op(op).Lit(0)
	default:
		return a.Op(op).Add(b)
	}
}

func bytesComparison(op filter.Op, a, b jen.Code) *jen.Statement {
	switch op {
	case filter.OpEqual:
		return jen.Qual("bytes", "Equal").Call(a, b)
	case filter.OpNotEqual:
		return jen.Op("!").Qual("bytes", "Equal").Call(a, b)
	default:
		return jen.Qual("bytes", "Compare").Call(a, b).Op(comparisons[op]).Lit(0)
	}
}

// comparand renders one side of a comparison. Beside a literal that its own type holds it needs no conversion.
func (g *emitter) comparand(p *schema.Projection, x, other *filter.Expr) *jen.Statement {
	switch {
	case other.Op != filter.OpLiteral:
	case x.Op == filter.OpSize && fits(other.Value, protoreflect.Int32Kind): // an int, wherever it is built
		return g.length(p, x.Args[0])
	case x.Op == filter.OpRef && fits(other.Value, refKind(p, x.Ref)):
		return g.ref(x.Ref)
	}
	return g.condition(p, x)
}

// fits says whether a field of a narrow integer kind can hold a literal.
func fits(literal any, kind protoreflect.Kind) bool {
	switch kind {
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		n, ok := literal.(int64)
		return ok && n == int64(int32(n))
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		n, ok := literal.(uint64)
		return ok && n == uint64(uint32(n))
	default:
		return false
	}
}

func (g *emitter) in(p *schema.Projection, x *filter.Expr) *jen.Statement {
	var list []jen.Code
	for _, a := range x.Args[1:] {
		list = append(list, g.condition(p, a))
	}
	return jen.Qual("slices", "Contains").Call(jen.Index().Add(g.filterType(x.Args[0])).Values(list...), g.condition(p, x.Args[0]))
}

func (g *emitter) filterType(x *filter.Expr) jen.Code {
	switch x.Type {
	case filter.IntType:
		return jen.Int64()
	case filter.UintType:
		return jen.Uint64()
	case filter.DoubleType:
		return jen.Float64()
	case filter.EnumType:
		return ident(g.types.enums[x.Enum.FullName()].GoIdent)
	default:
		return jen.String()
	}
}

func (g *emitter) length(p *schema.Projection, x *filter.Expr) *jen.Statement {
	if x.Type == filter.StringType {
		return jen.Qual("unicode/utf8", "RuneCountInString").Call(g.condition(p, x))
	}
	return jen.Len(g.ref(x.Ref))
}

// converted renders a reference in the type that the filter gives it, e.g., int64(m.GetAge()) of an int32 field.
func (g *emitter) converted(p *schema.Projection, x *filter.Expr) *jen.Statement {
	value := g.ref(x.Ref)
	kind := refKind(p, x.Ref)
	switch x.Type {
	case filter.IntType:
		return convert(value, kind, "int64", protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind)
	case filter.UintType:
		return convert(value, kind, "uint64", protoreflect.Uint64Kind, protoreflect.Fixed64Kind)
	case filter.DoubleType:
		return convert(value, kind, "float64", protoreflect.DoubleKind)
	case filter.TimestampType:
		return value.Dot("AsTime").Call()
	case filter.DurationType:
		return value.Dot("AsDuration").Call()
	default:
		return value
	}
}

func convert(value *jen.Statement, kind protoreflect.Kind, to string, same ...protoreflect.Kind) *jen.Statement {
	for _, k := range same {
		if k == kind {
			return value
		}
	}
	return jen.Id(to).Call(value)
}

// has renders the presence of the last field of a path.
func (g *emitter) has(r *filter.Ref) *jen.Statement {
	leaf := r.Path.Leaf()
	parent := g.types.read(g.root(r), r.Path[:len(r.Path)-1])
	if isReflected(r) {
		return jen.Qual(projectPkg, "Has").Call(parent, jen.Lit(string(leaf.Name())))
	}
	value := parent.Dot(g.types.getter(leaf)).Call()
	if leaf.Message() != nil && !leaf.IsList() && !leaf.IsMap() {
		return value.Op("!=").Nil()
	}
	return jen.Len(value).Op(">").Lit(0)
}

// isReflected says whether no getter tells if the field is there: that of a scalar returns a default.
func isReflected(r *filter.Ref) bool {
	leaf := r.Path.Leaf()
	return leaf.Message() == nil && !leaf.IsList()
}

func (g *emitter) ref(r *filter.Ref) *jen.Statement { return g.types.read(g.root(r), r.Path) }

// root renders where a reference starts.
func (g *emitter) root(r *filter.Ref) *jen.Statement {
	switch r.Root {
	case filter.FromItem:
		return jen.Id("item")
	case filter.FromMapKey:
		return jen.Id("item").Dot("Key")
	case filter.FromMapValue:
		return jen.Id("item").Dot("Value")
	default:
		return jen.Id("m")
	}
}

// refKind returns the kind of field that a reference ends at.
func refKind(p *schema.Projection, r *filter.Ref) protoreflect.Kind {
	if len(r.Path) > 0 {
		return r.Path.Leaf().Kind()
	}
	return itemField(p, r.Root).Kind()
}

func (g *emitter) literal(x *filter.Expr) *jen.Statement {
	switch v := x.Value.(type) {
	case int64:
		return jen.Lit(int(v))
	case uint64:
		return number(v)
	case []byte:
		return jen.Index().Byte().Call(jen.Lit(string(v)))
	case time.Time:
		return jen.Qual(timePkg, "Unix").Call(jen.Lit(int(v.Unix())), jen.Lit(v.Nanosecond()))
	case time.Duration:
		return jen.Add(duration(v))
	case protoreflect.EnumNumber:
		return g.enumValue(x.Enum, v)
	default:
		return jen.Lit(v)
	}
}

// enumValue renders the constant of an enum's number, e.g., sitesv1.Site_ACTIVE, or a conversion where the number has no name.
func (g *emitter) enumValue(d protoreflect.EnumDescriptor, n protoreflect.EnumNumber) *jen.Statement {
	enum := g.types.enums[d.FullName()]
	for _, v := range enum.Values {
		if v.Desc.Number() == n {
			return ident(v.GoIdent)
		}
	}
	return ident(enum.GoIdent).Call(jen.Lit(int(n)))
}
