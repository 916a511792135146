package filter

import (
	"cel.dev/cel-go/common/ast"
)

// comparison compiles a == b and the like.
func (c *compiler) comparison(op Op, e ast.Expr) *Expr {
	left, right := e.AsCall().Args()[0], e.AsCall().Args()[1]
	a, b := c.value(left), c.value(right)
	switch {
	case a == nil || b == nil:
		return nil
	case a.Op == OpLiteral && b.Op == OpLiteral:
		return c.errorf(TypeProblem, e, "%s compares two literals", c.show(e))
	case c.show(left) == c.show(right):
		return c.errorf(TypeProblem, e, "%s compares a value with itself", c.show(e))
	case !c.isComparable(left, a) || !c.isComparable(right, b):
		return nil
	case a.Type == BoolType && b.Type == BoolType:
		return c.boolComparison(op, e, a, b)
	case !unify(a, b):
		return c.mismatch(e, a, b)
	case a.Type == b.Type:
		return c.sensible(op, e, a, b)
	case a.Type == UintType:
		return intWithUint64(flipped[op], b, a)
	}
	return intWithUint64(op, a, b)
}

// isComparable refuses what Go could only compare with a loop, and messages, whose equality CEL defines in its own way.
func (c *compiler) isComparable(e ast.Expr, x *Expr) bool {
	switch x.Type {
	case ListType, MapType:
		c.errorf(TypeProblem, e, "%s is %s, which cannot be compared", c.show(e), typeText(x))
		c.help("compare its size, or make a row of each element with for_each")
		return false
	case messageType:
		c.errorf(TypeProblem, e, "%s is a message, which cannot be compared", c.show(e))
		c.help("compare its fields, or test its presence with has")
		return false
	}
	return true
}

func (c *compiler) mismatch(e ast.Expr, a, b *Expr) *Expr {
	left, right := c.show(e.AsCall().Args()[0]), c.show(e.AsCall().Args()[1])
	if isNumber(a.Type) && isNumber(b.Type) && a.Type != b.Type {
		return c.errorf(TypeProblem, e, "%s: the number is out of the range of the field", c.show(e))
	}
	return c.errorf(TypeProblem, e, "%s is %s and %s is %s", left, typeText(a), right, typeText(b))
}

// boolComparison leaves no literal: ready == true is ready.
func (c *compiler) boolComparison(op Op, e ast.Expr, a, b *Expr) *Expr {
	if op != OpEqual && op != OpNotEqual {
		return c.errorf(TypeProblem, e, "%s orders bools", c.show(e))
	}
	if a.Op == OpLiteral {
		a, b = b, a
	}
	if b.Op != OpLiteral {
		return compare(op, a, b)
	}
	if b.Value == (op == OpEqual) {
		return a
	}
	return negated(a)
}

// sensible refuses comparisons that have one result for all values, since linters refuse them in generated code.
func (c *compiler) sensible(op Op, e ast.Expr, a, b *Expr) *Expr {
	least := op
	zero := b
	if a.Op == OpLiteral {
		least, zero = flipped[op], a
	}
	if zero.Op == OpLiteral && zero.Value == uint64(0) && (least == OpLess || least == OpGreaterEqual) {
		return c.errorf(TypeProblem, e, "%s has the same result for every value, for unsigned numbers are never negative", c.show(e))
	}
	return compare(op, a, b)
}

func compare(op Op, a, b *Expr) *Expr {
	return &Expr{Op: op, Type: BoolType, Args: []*Expr{a, b}}
}

// flipped is the operator for swapped sides.
var flipped = map[Op]Op{
	OpEqual:        OpEqual,
	OpNotEqual:     OpNotEqual,
	OpLess:         OpGreater,
	OpLessEqual:    OpGreaterEqual,
	OpGreater:      OpLess,
	OpGreaterEqual: OpLessEqual,
}

// intWithUint64 compares the two integer types of which neither holds the other: a negative int is less than any uint64, and
// others are compared as uint64.
func intWithUint64(op Op, i, u *Expr) *Expr {
	unsigned := *i
	unsigned.Type = UintType
	if i.Op == OpSize { // never negative
		return compare(op, &unsigned, u)
	}
	zero := &Expr{Op: OpLiteral, Type: IntType, Value: int64(0)}
	if op == OpNotEqual || op == OpLess || op == OpLessEqual {
		return &Expr{Op: OpOr, Type: BoolType, Args: []*Expr{compare(OpLess, i, zero), compare(op, &unsigned, u)}}
	}
	return &Expr{Op: OpAnd, Type: BoolType, Args: []*Expr{compare(OpGreaterEqual, i, zero), compare(op, &unsigned, u)}}
}

// in compiles x in [1, 2].
func (c *compiler) in(e ast.Expr) *Expr {
	left, list := e.AsCall().Args()[0], e.AsCall().Args()[1]
	if list.Kind() != ast.ListKind || list.AsList().Size() == 0 {
		c.errorf(SupportProblem, list, "in %s is not supported", c.show(list))
		c.help("in takes a list of literals")
		return nil
	}
	x := c.value(left)
	if x == nil || !c.canBeIn(left, x) {
		return nil
	}
	whole := &Expr{Op: OpIn, Type: BoolType, Args: []*Expr{x}}
	for _, element := range list.AsList().Elements() {
		if literal := c.element(e, element, x); literal != nil {
			whole.Args = append(whole.Args, literal)
		}
	}
	return whole
}

func (c *compiler) canBeIn(e ast.Expr, x *Expr) bool {
	if x.Op != OpLiteral && (isNumber(x.Type) || x.Type == StringType) {
		return true
	}
	c.errorf(TypeProblem, e, "%s is %s; before in there must be a field or size that is a number, an enum or a string", c.show(e), typeText(x))
	return false
}

func (c *compiler) element(in, e ast.Expr, x *Expr) *Expr {
	literal := c.value(e)
	switch {
	case literal == nil:
		return nil
	case literal.Op != OpLiteral:
		c.errorf(SupportProblem, e, "%s in the list of in is not supported", c.show(e))
		c.help("in takes a list of literals")
		return nil
	case literal.Type == DoubleType && x.Type != DoubleType:
		return c.errorf(TypeProblem, e, "%s in the list of in is %s and %s is %s", c.show(e), typeText(literal), c.show(in.AsCall().Args()[0]), typeText(x))
	case !unify(x, literal):
		return c.errorf(TypeProblem, e, "%s in the list of in does not fit %s, which is %s", c.show(e), c.show(in.AsCall().Args()[0]), typeText(x))
	}
	return literal
}
