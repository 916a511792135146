package filter

import "google.golang.org/protobuf/reflect/protoreflect"

// Expr is a type-checked filter expression: a literal, a reference, or an operator over other expressions. Evaluating one
// neither fails nor has effects: && and || may stop early.
type Expr struct {
	Op   Op
	Type Type    // of the result
	Args []*Expr // e.g., two for ==, two or more for &&
	Ref  *Ref    // of OpRef and OpHas
	// Value of OpLiteral: bool, int64, uint64, float64, string, []byte, time.Time (UTC), time.Duration, or a
	// protoreflect.EnumNumber with Enum set; its Type says which.
	Value any
	Enum  protoreflect.EnumDescriptor // of type EnumType
}

// Op is an operator of a filter.
type Op uint8

// The operators. The arguments of a comparison and of OpIn have one and the same type. Ordering NaN is false, where CEL has an error.
const (
	OpLiteral Op = iota
	OpRef
	OpHas // presence of a field, has(order.buyer)
	OpNot
	OpAnd
	OpOr
	OpEqual
	OpNotEqual
	OpLess
	OpLessEqual
	OpGreater
	OpGreaterEqual
	OpIn // first argument in a list: the others, one literal or more; of numbers, enums and strings
	OpStartsWith
	OpEndsWith
	OpContains
	OpSize // of a string (characters), bytes, list or map
)
