package filter

import (
	"slices"
	"time"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// literal compiles a literal; of numbers the type is that which they are written with.
func (c *compiler) literal(e ast.Expr) *Expr {
	x := &Expr{Op: OpLiteral}
	switch v := e.AsLiteral().(type) {
	case types.Bool:
		x.Type, x.Value = BoolType, bool(v)
	case types.Int:
		x.Type, x.Value = IntType, int64(v)
	case types.Uint:
		x.Type, x.Value = UintType, uint64(v)
	case types.Double:
		x.Type, x.Value = DoubleType, float64(v)
	case types.String:
		x.Type, x.Value = StringType, string(v)
	case types.Bytes:
		x.Type, x.Value = BytesType, []byte(v)
	default:
		return c.unsupported(e, c.show(e))
	}
	return x
}

// function compiles a call by name, as function(x) or x.function(y).
func (c *compiler) function(e ast.Expr) *Expr {
	call := e.AsCall()
	args := call.Args()
	if call.IsMemberFunction() {
		args = append([]ast.Expr{call.Target()}, args...)
	}
	switch name := call.FunctionName(); {
	case name == "has" && !call.IsMemberFunction() && len(args) == 1:
		return c.has(e, args[0])
	case name == "size" && len(args) == 1:
		return c.size(args[0])
	case (name == "timestamp" || name == "duration") && !call.IsMemberFunction() && len(args) == 1:
		return c.time(e, args[0])
	case textOps[name] != OpLiteral && call.IsMemberFunction() && len(args) == 2:
		return c.textFunction(textOps[name], args)
	}
	return c.unsupported(e, callText(e))
}

// callText names a function or an operator.
func callText(e ast.Expr) string {
	name := e.AsCall().FunctionName()
	switch name {
	case operators.Conditional:
		return `the operator "?:"`
	case operators.Index:
		return `the operator "[]"`
	case operators.Negate:
		return `the operator "-"`
	}
	if symbol, ok := operators.FindReverse(name); ok && symbol != "" {
		return `the operator "` + symbol + `"`
	}
	if slices.Contains([]string{"has", "size", "startsWith", "endsWith", "contains", "timestamp", "duration"}, name) {
		return "this form of " + name + "()"
	}
	return name + "()"
}

var textOps = map[string]Op{"startsWith": OpStartsWith, "endsWith": OpEndsWith, "contains": OpContains}

func (c *compiler) textFunction(op Op, args []ast.Expr) *Expr {
	x := &Expr{Op: op, Type: BoolType}
	for _, arg := range args {
		v := c.value(arg)
		switch {
		case v == nil:
		case v.Type != StringType:
			c.errorf(TypeProblem, arg, "%s is %s where a string is needed", c.show(arg), typeText(v))
		default:
			x.Args = append(x.Args, v)
		}
	}
	return x
}

func (c *compiler) size(arg ast.Expr) *Expr {
	v := c.value(arg)
	if v == nil {
		return nil
	}
	switch v.Type {
	case StringType, BytesType, ListType, MapType:
		if v.Op == OpLiteral {
			return c.errorf(TypeProblem, arg, "the size of the literal %s is known", c.show(arg))
		}
		return &Expr{Op: OpSize, Type: IntType, Args: []*Expr{v}}
	}
	return c.errorf(TypeProblem, arg, "%s is %s, which has no size", c.show(arg), typeText(v))
}

// time compiles timestamp("2026-01-02T03:04:05Z") and duration("1h").
func (c *compiler) time(e, arg ast.Expr) *Expr {
	if arg.Kind() != ast.LiteralKind {
		return c.unsupported(e, callText(e))
	}
	text, ok := arg.AsLiteral().(types.String)
	if !ok {
		return c.unsupported(e, callText(e))
	}
	if e.AsCall().FunctionName() == "duration" {
		if d, ok := text.ConvertToType(types.DurationType).(types.Duration); ok {
			return &Expr{Op: OpLiteral, Type: DurationType, Value: d.Duration}
		}
		return c.errorf(TypeProblem, arg, "%q is no duration such as 1h30m", string(text))
	}
	if t, ok := text.ConvertToType(types.TimestampType).(types.Timestamp); ok {
		return &Expr{Op: OpLiteral, Type: TimestampType, Value: t.In(time.UTC)}
	}
	return c.errorf(TypeProblem, arg, "%q is no time such as 2026-01-31T15:04:05Z", string(text))
}

// has compiles a test for presence. CEL takes has(a.b) only, so a field of the event needs the event's name before it.
func (c *compiler) has(e, arg ast.Expr) *Expr {
	names := chain(arg)
	if len(names) < 2 {
		c.errorf(TypeProblem, e, "has() takes a field of something")
		if len(names) == 1 && c.isField(names[0]) {
			c.help("write has(%s.%s)", c.scope.As, names[0])
		}
		return nil
	}
	ref := c.reference(arg, names)
	switch {
	case ref == nil:
		return nil
	case len(ref.Path) == 0:
		return c.errorf(TypeProblem, e, "%s is always present", c.show(arg))
	}
	return Presence(ref)
}

func (c *compiler) isField(name string) bool {
	return c.scope.Event.Fields().ByName(protoreflect.Name(name)) != nil
}

// Presence returns the test whether ref, which has a path, is there. The message around an optional scalar is tested first, for in Go
// the presence of the scalar may be a pointer in that message.
// Everything else is tested by its value, which getters return for messages that are not there.
func Presence(ref *Ref) *Expr {
	x := &Expr{Op: OpHas, Type: BoolType, Ref: ref}
	if len(ref.Path) == 1 || !ref.Field.HasPresence() || ref.Field.Message() != nil {
		return x
	}
	around := ref.Path[:len(ref.Path)-1]
	parent := &Ref{Root: ref.Root, Path: around, Field: around.Leaf()}
	return &Expr{Op: OpAnd, Type: BoolType, Args: []*Expr{{Op: OpHas, Type: BoolType, Ref: parent}, x}}
}
