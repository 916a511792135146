package filter

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/parser"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Scope is what the names in a filter can mean.
type Scope struct {
	Event   protoreflect.MessageDescriptor
	As      string                       // e.g., site
	ForEach protoreflect.FieldDescriptor // the field whose elements are [Item]; nil: there is no item
}

// Compile turns a filter written in CEL into a typed tree. Only the parser of CEL is used: the subset that Go code can
// reproduce exactly is small, and checking it here gives errors in the words of proto files. A tree comes only without problems.
func Compile(text string, scope Scope) (*Expr, []Problem) {
	c := &compiler{scope: scope, text: text}
	root := c.parse()
	if root == nil {
		return nil, c.problems
	}
	x := c.condition(root)
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return x, nil
}

type compiler struct {
	scope    Scope
	text     string
	info     *ast.SourceInfo
	problems []Problem
}

// parse returns nil after a syntax error. No macro is expanded, so that errors can speak of what was written.
func (c *compiler) parse() ast.Expr {
	p, err := parser.NewParser()
	if err != nil {
		c.problem(SyntaxProblem, 0, err.Error())
		return nil
	}
	tree, errs := p.Parse(common.NewTextSource(c.text))
	if all := errs.GetErrors(); len(all) > 0 {
		c.syntaxError(all[0])
		return nil
	}
	c.info = tree.SourceInfo()
	return tree.Expr()
}

// syntaxError reports the first error only: those behind it are usually its consequences.
func (c *compiler) syntaxError(err *common.Error) {
	offset := c.byteOffset(err.Location.Line(), err.Location.Column())
	c.problem(SyntaxProblem, offset, syntaxText(err.Message))
	if strings.HasPrefix(c.text[offset:], "=") {
		c.help(`equality is "=="`)
	}
	if name, ok := strings.CutPrefix(err.Message, "reserved identifier: "); ok && c.scope.Event.Fields().ByName(protoreflect.Name(name)) != nil {
		c.help("write %s.%s", c.scope.As, name)
	}
}

// syntaxText says in words what the parser says in tokens.
func syntaxText(message string) string {
	message = strings.TrimPrefix(message, "Syntax error: ")
	message, _, _ = strings.Cut(message, " expecting ")
	for _, prefix := range []string{"token recognition error at: ", "mismatched input ", "extraneous input ", "no viable alternative at input "} {
		if token, ok := strings.CutPrefix(message, prefix); ok {
			return unexpected(strings.Trim(token, "' "))
		}
	}
	return message
}

func unexpected(token string) string {
	if token == "" || token == "<EOF>" {
		return "the expression ends too early"
	}
	return fmt.Sprintf("unexpected %q", token)
}

// byteOffset converts the parser's line, from 1, and column, from 0 and in code points.
func (c *compiler) byteOffset(line, column int) int {
	offset := 0
	for range line - 1 {
		offset += strings.IndexByte(c.text[offset:], '\n') + 1
	}
	for at := range c.text[offset:] {
		if column <= 0 {
			return offset + at
		}
		column--
	}
	return len(c.text)
}

func (c *compiler) offsetOf(e ast.Expr) int {
	at := c.info.GetStartLocation(e.ID())
	return c.byteOffset(at.Line(), at.Column())
}

func (c *compiler) problem(kind Kind, offset int, text string) {
	c.problems = append(c.problems, Problem{Kind: kind, Offset: offset, Text: text})
}

// errorf reports a problem at e and returns nil, the tree of what cannot be compiled.
func (c *compiler) errorf(kind Kind, e ast.Expr, format string, args ...any) *Expr {
	c.problem(kind, c.offsetOf(e), fmt.Sprintf(format, args...))
	return nil
}

// help adds advice to the problem reported last.
func (c *compiler) help(format string, args ...any) {
	c.problems[len(c.problems)-1].Help = fmt.Sprintf(format, args...)
}

// unsupported refuses a construct that CEL has and filters do not.
func (c *compiler) unsupported(e ast.Expr, construct string) *Expr {
	c.errorf(SupportProblem, e, "%s is not supported", construct)
	c.help("filters have ! && || == != < <= > >= in, has, size, startsWith, endsWith, contains, and timestamp and duration of a literal")
	return nil
}

// show spells e as CEL does.
func (c *compiler) show(e ast.Expr) string {
	text, err := parser.Unparse(e, c.info)
	if err != nil {
		return "the expression"
	}
	return text
}

// condition compiles an expression that must be a bool. A literal is refused: it is always a slip.
func (c *compiler) condition(e ast.Expr) *Expr {
	x := c.value(e)
	switch {
	case x == nil:
		return nil
	case x.Type != BoolType:
		return c.errorf(TypeProblem, e, "%s is %s where a condition is needed", c.show(e), typeText(x))
	case x.Op == OpLiteral:
		return c.errorf(TypeProblem, e, "%s alone is not a condition", c.show(e))
	}
	return x
}

// value compiles any expression. A message, a list or a map is a value, too; what uses it says whether it may be one.
func (c *compiler) value(e ast.Expr) *Expr {
	switch e.Kind() {
	case ast.LiteralKind:
		return c.literal(e)
	case ast.IdentKind, ast.SelectKind:
		return c.name(e)
	case ast.CallKind:
		return c.call(e)
	case ast.ListKind:
		return c.unsupported(e, "a list that does not follow in")
	case ast.MapKind:
		return c.unsupported(e, "a map literal")
	case ast.StructKind:
		return c.unsupported(e, "a message literal")
	default:
		return c.unsupported(e, "this construct")
	}
}

func (c *compiler) call(e ast.Expr) *Expr {
	switch f := e.AsCall().FunctionName(); f {
	case operators.LogicalAnd:
		return c.junction(OpAnd, e)
	case operators.LogicalOr:
		return c.junction(OpOr, e)
	case operators.LogicalNot:
		return c.not(e)
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		return c.comparison(comparisonOps[f], e)
	case operators.In:
		return c.in(e)
	default:
		return c.function(e)
	}
}

var comparisonOps = map[string]Op{
	operators.Equals:        OpEqual,
	operators.NotEquals:     OpNotEqual,
	operators.Less:          OpLess,
	operators.LessEquals:    OpLessEqual,
	operators.Greater:       OpGreater,
	operators.GreaterEquals: OpGreaterEqual,
}

// junction flattens a chain, because (a && b) && c reads worse in Go than a && b && c and means the same.
func (c *compiler) junction(op Op, e ast.Expr) *Expr {
	whole := &Expr{Op: op, Type: BoolType}
	for _, arg := range e.AsCall().Args() {
		x := c.condition(arg)
		switch {
		case x == nil:
		case x.Op == op:
			whole.Args = append(whole.Args, x.Args...)
		default:
			whole.Args = append(whole.Args, x)
		}
	}
	return whole
}

func (c *compiler) not(e ast.Expr) *Expr {
	x := c.condition(e.AsCall().Args()[0])
	if x == nil {
		return nil
	}
	return negated(x)
}

func negated(x *Expr) *Expr { return &Expr{Op: OpNot, Type: BoolType, Args: []*Expr{x}} }
