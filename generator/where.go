package generator

import (
	"slices"
	"time"

	"github.com/dave/jennifer/jen"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema"
)

// condition renders a filter as a Go expression over m and, with for_each, item.
func (g *emitter) condition(p *schema.Projection, x *schema.Expr) *jen.Statement {
	switch x.Op {
	case schema.OpLiteral:
		return g.literal(x)
	case schema.OpRef:
		return g.converted(p, x)
	case schema.OpHas:
		return g.has(x.Ref)
	case schema.OpNot:
		return jen.Op("!").Add(g.operand(p, x.Args[0]))
	case schema.OpAnd, schema.OpOr:
		return g.junction(p, x)
	case schema.OpIn:
		return g.in(p, x)
	case schema.OpSize:
		return jen.Add(g.filterType(x)).Call(g.length(p, x.Args[0]))
	case schema.OpStartsWith, schema.OpEndsWith, schema.OpContains:
		return jen.Qual("strings", stringFunctions[x.Op]).Call(g.condition(p, x.Args[0]), g.condition(p, x.Args[1]))
	default:
		return g.comparison(p, x)
	}
}

var (
	stringFunctions = map[schema.Op]string{schema.OpStartsWith: "HasPrefix", schema.OpEndsWith: "HasSuffix", schema.OpContains: "Contains"}
	comparisons     = map[schema.Op]string{
		schema.OpEqual: "==", schema.OpNotEqual: "!=", schema.OpLess: "<",
		schema.OpLessEqual: "<=", schema.OpGreater: ">", schema.OpGreaterEqual: ">=",
	}
)

// operand renders an argument of ! and ==, in parentheses when it is made of several parts itself.
func (g *emitter) operand(p *schema.Projection, x *schema.Expr) *jen.Statement {
	if _, ok := comparisons[x.Op]; ok || x.Op == schema.OpAnd || x.Op == schema.OpOr || x.Op == schema.OpHas && !isReflected(x.Ref) {
		return jen.Parens(g.condition(p, x))
	}
	return g.condition(p, x)
}

func (g *emitter) junction(p *schema.Projection, x *schema.Expr) *jen.Statement {
	op := "&&"
	if x.Op == schema.OpOr {
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
		if a.Op == schema.OpAnd || a.Op == schema.OpOr {
			s.Add(jen.Parens(g.condition(p, a)))
			continue
		}
		s.Add(g.condition(p, a))
	}
	return s
}

// operands leaves out what the next one says, too: a field is not there when the message around it is not.
func operands(x *schema.Expr) []*schema.Expr {
	var kept []*schema.Expr
	for i, a := range x.Args {
		if x.Op == schema.OpAnd && a.Op == schema.OpHas && i+1 < len(x.Args) && isWithin(x.Args[i+1], a.Ref) {
			continue
		}
		kept = append(kept, a)
	}
	return kept
}

// isWithin says whether x tests a scalar of the message around.
func isWithin(x *schema.Expr, around *schema.Ref) bool {
	return x.Op == schema.OpHas && isReflected(x.Ref) && x.Ref.Root == around.Root && slices.Equal(x.Ref.Path[:len(x.Ref.Path)-1], around.Path)
}

// comparison renders ==, < and so on; what Go's operators do not compare goes through the type's own comparison.
func (g *emitter) comparison(p *schema.Projection, x *schema.Expr) *jen.Statement {
	op := comparisons[x.Op]
	if x.Args[0].Type == schema.BoolType {
		return g.operand(p, x.Args[0]).Op(op).Add(g.operand(p, x.Args[1]))
	}
	a, b := g.comparand(p, x.Args[0], x.Args[1]), g.comparand(p, x.Args[1], x.Args[0])
	switch x.Args[0].Type {
	case schema.BytesType:
		return bytesComparison(x.Op, a, b)
	case schema.TimestampType:
		return a.Dot("Compare").Call(b).Op(op).Lit(0)
	default:
		return a.Op(op).Add(b)
	}
}

func bytesComparison(op schema.Op, a, b jen.Code) *jen.Statement {
	switch op {
	case schema.OpEqual:
		return jen.Qual("bytes", "Equal").Call(a, b)
	case schema.OpNotEqual:
		return jen.Op("!").Qual("bytes", "Equal").Call(a, b)
	default:
		return jen.Qual("bytes", "Compare").Call(a, b).Op(comparisons[op]).Lit(0)
	}
}

// comparand renders one side of a comparison. Beside a literal that its own type holds it needs no conversion.
func (g *emitter) comparand(p *schema.Projection, x, other *schema.Expr) *jen.Statement {
	switch {
	case other.Op != schema.OpLiteral:
	case x.Op == schema.OpSize && fits(other.Value, protoreflect.Int32Kind): // an int, wherever it is built
		return g.length(p, x.Args[0])
	case x.Op == schema.OpRef && fits(other.Value, refKind(p, x.Ref)):
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

func (g *emitter) in(p *schema.Projection, x *schema.Expr) *jen.Statement {
	var list []jen.Code
	for _, a := range x.Args[1:] {
		list = append(list, g.condition(p, a))
	}
	return jen.Qual("slices", "Contains").Call(jen.Index().Add(g.filterType(x.Args[0])).Values(list...), g.condition(p, x.Args[0]))
}

func (g *emitter) filterType(x *schema.Expr) jen.Code {
	switch x.Type {
	case schema.IntType:
		return jen.Int64()
	case schema.UintType:
		return jen.Uint64()
	case schema.DoubleType:
		return jen.Float64()
	case schema.EnumType:
		return ident(g.types.enums[x.Enum.FullName()].GoIdent)
	default:
		return jen.String()
	}
}

func (g *emitter) length(p *schema.Projection, x *schema.Expr) *jen.Statement {
	if x.Type == schema.StringType {
		return jen.Qual("unicode/utf8", "RuneCountInString").Call(g.condition(p, x))
	}
	return jen.Len(g.ref(x.Ref))
}

// converted renders a reference in the type that the filter gives it, e.g., int64(m.GetAge()) of an int32 field.
func (g *emitter) converted(p *schema.Projection, x *schema.Expr) *jen.Statement {
	value := g.ref(x.Ref)
	kind := refKind(p, x.Ref)
	switch x.Type {
	case schema.IntType:
		return convert(value, kind, "int64", protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind)
	case schema.UintType:
		return convert(value, kind, "uint64", protoreflect.Uint64Kind, protoreflect.Fixed64Kind)
	case schema.DoubleType:
		return convert(value, kind, "float64", protoreflect.DoubleKind)
	case schema.TimestampType:
		return value.Dot("AsTime").Call()
	case schema.DurationType:
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
func (g *emitter) has(r *schema.Ref) *jen.Statement {
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
func isReflected(r *schema.Ref) bool {
	leaf := r.Path.Leaf()
	return leaf.Message() == nil && !leaf.IsList()
}

func (g *emitter) ref(r *schema.Ref) *jen.Statement { return g.types.read(g.root(r), r.Path) }

// root renders where a reference starts.
func (g *emitter) root(r *schema.Ref) *jen.Statement {
	switch r.Root {
	case schema.FromItem:
		return jen.Id("item")
	case schema.FromMapKey:
		return jen.Id("item").Dot("Key")
	case schema.FromMapValue:
		return jen.Id("item").Dot("Value")
	default:
		return jen.Id("m")
	}
}

// refKind returns the kind of field that a reference ends at.
func refKind(p *schema.Projection, r *schema.Ref) protoreflect.Kind {
	if len(r.Path) > 0 {
		return r.Path.Leaf().Kind()
	}
	return itemField(p, r.Root).Kind()
}

func (g *emitter) literal(x *schema.Expr) *jen.Statement {
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
