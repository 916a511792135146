package filter

import (
	"bytes"
	"cmp"
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// evaluation is what generated code does with a filter, as an interpreter.
type evaluation struct {
	event protoreflect.Message
	item  protoreflect.Value // of FromItem and FromMapValue
	key   protoreflect.MapKey
}

func (v evaluation) holds(x *Expr) bool {
	switch x.Op {
	case OpNot:
		return !v.holds(x.Args[0])
	case OpAnd:
		for _, arg := range x.Args {
			if !v.holds(arg) {
				return false
			}
		}
		return true
	case OpOr:
		for _, arg := range x.Args {
			if v.holds(arg) {
				return true
			}
		}
		return false
	case OpHas:
		return v.has(x.Ref)
	case OpRef:
		return v.value(x).(bool)
	case OpStartsWith:
		return strings.HasPrefix(v.value(x.Args[0]).(string), v.value(x.Args[1]).(string))
	case OpEndsWith:
		return strings.HasSuffix(v.value(x.Args[0]).(string), v.value(x.Args[1]).(string))
	case OpContains:
		return strings.Contains(v.value(x.Args[0]).(string), v.value(x.Args[1]).(string))
	case OpIn:
		for _, literal := range x.Args[1:] {
			if v.value(x.Args[0]) == v.value(literal) {
				return true
			}
		}
		return false
	}
	return v.compares(x)
}

func (v evaluation) compares(x *Expr) bool {
	if x.Args[0].Type != x.Args[1].Type {
		panic("the sides of a comparison differ in type")
	}
	if x.Args[0].Type == BoolType {
		return (v.holds(x.Args[0]) == v.holds(x.Args[1])) == (x.Op == OpEqual)
	}
	order := compareValues(v.value(x.Args[0]), v.value(x.Args[1]))
	switch x.Op {
	case OpEqual:
		return order == 0
	case OpNotEqual:
		return order != 0
	case OpLess:
		return order < 0
	case OpLessEqual:
		return order <= 0
	case OpGreater:
		return order > 0
	default:
		return order >= 0
	}
}

func compareValues(a, b any) int {
	switch a := a.(type) {
	case int64:
		return cmp.Compare(a, b.(int64))
	case uint64:
		return cmp.Compare(a, b.(uint64))
	case float64:
		return cmp.Compare(a, b.(float64))
	case protoreflect.EnumNumber:
		return cmp.Compare(a, b.(protoreflect.EnumNumber))
	case string:
		return cmp.Compare(a, b.(string))
	case []byte:
		return bytes.Compare(a, b.([]byte))
	case time.Time:
		return a.Compare(b.(time.Time))
	case time.Duration:
		return cmp.Compare(a, b.(time.Duration))
	}
	panic("no value")
}

// value has the Go type that x.Type stands for.
func (v evaluation) value(x *Expr) any {
	switch x.Op {
	case OpLiteral:
		return x.Value
	case OpSize:
		return convert(x.Type, v.size(x.Args[0]))
	}
	switch got := v.ref(x.Ref); x.Type {
	case BoolType:
		return got.Bool()
	case StringType:
		return got.String()
	case BytesType:
		return got.Bytes()
	case TimestampType:
		return time.Unix(secondsOf(got.Message())).UTC()
	case DurationType:
		seconds, nanos := secondsOf(got.Message())
		return time.Duration(seconds)*time.Second + time.Duration(nanos)
	case EnumType:
		return got.Enum()
	default:
		return convert(x.Type, got.Interface())
	}
}

func secondsOf(m protoreflect.Message) (seconds, nanos int64) {
	fields := m.Descriptor().Fields()
	return m.Get(fields.ByName("seconds")).Int(), m.Get(fields.ByName("nanos")).Int()
}

func convert(t Type, n any) any {
	switch n := n.(type) {
	case int32:
		return number(t, n)
	case int64:
		return number(t, n)
	case int:
		return number(t, n)
	case uint32:
		return number(t, n)
	case uint64:
		return number(t, n)
	case float32:
		return number(t, n)
	case float64:
		return number(t, n)
	case protoreflect.EnumNumber:
		return number(t, n)
	}
	panic("no number")
}

func number[N int | int32 | int64 | uint32 | uint64 | float32 | float64 | protoreflect.EnumNumber](t Type, n N) any {
	switch t {
	case IntType:
		return int64(n)
	case UintType:
		return uint64(n)
	case DoubleType:
		return float64(n)
	}
	panic("no type of numbers")
}

func (v evaluation) size(x *Expr) int {
	switch x.Type {
	case StringType:
		return utf8.RuneCountInString(v.value(x).(string))
	case BytesType:
		return len(v.value(x).([]byte))
	case MapType:
		return v.ref(x.Ref).Map().Len()
	default:
		return v.ref(x.Ref).List().Len()
	}
}

func (v evaluation) ref(r *Ref) protoreflect.Value {
	value := v.root(r.Root)
	for _, field := range r.Path {
		value = value.Message().Get(field)
	}
	return value
}

func (v evaluation) root(r Root) protoreflect.Value {
	switch r {
	case FromEvent:
		return protoreflect.ValueOfMessage(v.event)
	case FromMapKey:
		return v.key.Value()
	default:
		return v.item
	}
}

// has panics where Go would follow a nil pointer.
func (v evaluation) has(r *Ref) bool {
	m := v.root(r.Root).Message()
	for _, field := range r.Path[:len(r.Path)-1] {
		m = m.Get(field).Message()
	}
	if leaf := r.Path.Leaf(); leaf.HasPresence() && leaf.Message() == nil && !m.IsValid() {
		panic("the presence of a field of a message that is not there")
	}
	return m.Has(r.Path.Leaf())
}
