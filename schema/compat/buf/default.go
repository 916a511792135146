package buf

import (
	"math"
	"math/big"
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/compat"
)

// defaultDiffers compares what a reader gets for an absent field. That the type differs is for other rules to say, so texts are compared with bytes
// and all numbers with each other, enums and bools included; what is empty equals what is zero.
func defaultDiffers(c *change) bool {
	old, now := c.fields()
	switch {
	case !hasDefault(old) || !hasDefault(now):
		return false
	case textual(old) && textual(now):
		return old.Default != now.Default
	case textual(old):
		return old.Default != "" || !c.now.defaultOf(now).zero()
	case textual(now):
		return now.Default != "" || !c.old.defaultOf(old).zero()
	}
	return !c.old.defaultOf(old).equals(c.now.defaultOf(now))
}

// hasDefault leaves out lists, maps and messages.
func hasDefault(f *compat.Field) bool { return !f.Cardinality.List() && !f.Composite() }

// number is the default of a field that is no text. A float64 holds neither all integers nor less digits than a float.
type number struct {
	kind  protoreflect.Kind
	exact *big.Float // nil: not a number
}

// defaultOf returns the default of a field of s, written or not. That of an enum without one is its first value.
func (s *side) defaultOf(f *compat.Field) number {
	n := number{kind: f.Kind, exact: new(big.Float)}
	switch f.Kind {
	case protoreflect.EnumKind:
		n.exact.SetInt64(s.enumDefault(f))
	case protoreflect.BoolKind:
		if f.Default == "true" {
			n.exact.SetInt64(1)
		}
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		v, _ := strconv.ParseFloat(f.Default, 64) // empty: 0
		if math.IsNaN(v) {
			return number{kind: f.Kind}
		}
		n.exact.SetFloat64(v)
		if f.Kind == protoreflect.FloatKind {
			n.exact.SetFloat64(float64(float32(v)))
		}
	case protoreflect.Uint32Kind, protoreflect.Uint64Kind, protoreflect.Fixed32Kind, protoreflect.Fixed64Kind:
		v, _ := strconv.ParseUint(f.Default, 10, 64)
		n.exact.SetUint64(v)
	default:
		v, _ := strconv.ParseInt(f.Default, 10, 64)
		n.exact.SetInt64(v)
	}
	return n
}

func (s *side) enumDefault(f *compat.Field) int64 {
	e := s.Enum(f.TypeName)
	if e == nil || len(e.Values) == 0 {
		return 0
	}
	if v := e.ValueNamed(f.Default); v != nil {
		return int64(v.Number)
	}
	return int64(e.Values[0].Number)
}

func (n number) zero() bool { return n.exact != nil && n.exact.Sign() == 0 }

// equals compares a float with a double by the digits that both have.
func (n number) equals(m number) bool {
	if n.exact == nil || m.exact == nil {
		return n.exact == nil && m.exact == nil
	}
	if floating(n.kind) && floating(m.kind) && n.kind != m.kind {
		a, _ := n.exact.Float64()
		b, _ := m.exact.Float64()
		return float32(a) == float32(b)
	}
	return n.exact.Cmp(m.exact) == 0
}

func floating(k protoreflect.Kind) bool {
	return k == protoreflect.FloatKind || k == protoreflect.DoubleKind
}
