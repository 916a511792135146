package filter

import (
	"math"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// Type is the type of the Go value that a part of a filter has.
type Type uint8

// The types. A field whose own Go type differs is converted: a uint32 field of type IntType is int64(x).
const (
	BoolType      Type = iota
	IntType            // int64
	UintType           // uint64
	DoubleType         // float64
	EnumType           // the generated type of the enum; ordered by number
	StringType         // string
	BytesType          // []byte, equal and ordered as strings are
	TimestampType      // time.Time; an unset field is the Unix epoch, as AsTime has it
	DurationType       // time.Duration; an unset field is 0
	ListType           // only as the argument of OpSize
	MapType            // only as the argument of OpSize
	messageType        // in no finished tree
)

var typeNames = map[Type]string{
	BoolType: "a bool", IntType: "an int", UintType: "a uint", DoubleType: "a double", EnumType: "an enum", StringType: "a string",
	BytesType: "bytes", TimestampType: "a timestamp", DurationType: "a duration", ListType: "a list", MapType: "a map", messageType: "a message",
}

// typeText names the type of x, with an article.
func typeText(x *Expr) string {
	if x.Type == EnumType {
		return "an enum " + string(x.Enum.Name())
	}
	return typeNames[x.Type]
}

func repeatedType(field protoreflect.FieldDescriptor) Type {
	if field.IsMap() {
		return MapType
	}
	return ListType
}

// scalarType is the type of one value of a field.
func scalarType(field protoreflect.FieldDescriptor) Type {
	switch field.Kind() {
	case protoreflect.BoolKind:
		return BoolType
	case protoreflect.EnumKind:
		return EnumType
	case protoreflect.StringKind:
		return StringType
	case protoreflect.BytesKind:
		return BytesType
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		return DoubleType
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind, protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return UintType
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return wellKnownType(field.Message())
	default:
		return IntType
	}
}

func wellKnownType(m protoreflect.MessageDescriptor) Type {
	switch m.FullName() {
	case "google.protobuf.Timestamp":
		return TimestampType
	case "google.protobuf.Duration":
		return DurationType
	default:
		return messageType
	}
}

func isNumber(t Type) bool { return t == IntType || t == UintType || t == DoubleType || t == EnumType }

// unify gives both sides of a comparison one type, or returns false. As in CEL, numbers compare by their mathematical value.
// A uint64 next to an int keeps its type; [comparison] deals with that.
func unify(a, b *Expr) bool {
	switch {
	case !isNumber(a.Type) || !isNumber(b.Type):
		return a.Type == b.Type
	case a.Type == EnumType && b.Type == EnumType:
		return a.Enum.FullName() == b.Enum.FullName()
	case a.Type == DoubleType || b.Type == DoubleType:
		toDouble(a)
		toDouble(b)
		return true
	case a.Op == OpLiteral:
		return convertLiteral(a, b)
	case b.Op == OpLiteral:
		return convertLiteral(b, a)
	}
	unifyIntegers(a, b)
	return true
}

func toDouble(x *Expr) {
	switch v := x.Value.(type) {
	case int64:
		x.Value = float64(v)
	case uint64:
		x.Value = float64(v)
	case protoreflect.EnumNumber:
		x.Value = float64(v)
	}
	x.Type, x.Enum = DoubleType, nil
}

// convertLiteral gives a whole-number literal the type of the value beside it; false if that type cannot hold it.
func convertLiteral(literal, to *Expr) bool {
	negative, n := magnitude(literal.Value)
	switch {
	case to.Type == UintType && !negative:
		literal.Value = n
	case to.Type == IntType && (negative || n <= math.MaxInt64):
		literal.Value = int64(n)
	case to.Type == EnumType && (negative && int64(n) >= math.MinInt32 || !negative && n <= math.MaxInt32):
		literal.Value = protoreflect.EnumNumber(int32(n))
	default:
		return false
	}
	literal.Type, literal.Enum = to.Type, to.Enum
	return true
}

// magnitude returns the bits of a whole number and whether they are those of a negative one.
func magnitude(value any) (negative bool, bits uint64) {
	switch v := value.(type) {
	case int64:
		return v < 0, uint64(v)
	case protoreflect.EnumNumber:
		return v < 0, uint64(int64(v))
	case uint64:
		return false, v
	}
	return false, 0
}

// unifyIntegers converts fields of enum and 32-bit types to int, which holds them.
func unifyIntegers(a, b *Expr) {
	if a.Type == b.Type {
		return
	}
	for _, x := range []*Expr{a, b} {
		if x.Type == EnumType || x.Type == UintType && isNarrow(x) {
			x.Type, x.Enum = IntType, nil
		}
	}
}

// isNarrow says whether x is a field that int64 holds although it is unsigned.
func isNarrow(x *Expr) bool {
	if x.Op != OpRef {
		return false
	}
	kind := x.Ref.Field.Kind()
	return kind == protoreflect.Uint32Kind || kind == protoreflect.Fixed32Kind
}
