package payload_test

import (
	"math"
	"math/rand/v2"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

// An author writes random messages. Values are few and extreme, so that they collide and overflow.
type author struct{ *rand.Rand }

const maxDepth = 3

func (a author) message(md protoreflect.MessageDescriptor, depth int) *dynamicpb.Message {
	m := dynamicpb.NewMessage(md)
	fields := md.Fields()
	for i := range fields.Len() {
		if fd := fields.Get(i); fd.ContainingOneof() == nil || fd.ContainingOneof().IsSynthetic() {
			a.field(m, fd, depth)
		}
	}
	for i := range md.Oneofs().Len() {
		if od := md.Oneofs().Get(i); !od.IsSynthetic() && a.IntN(4) > 0 {
			if fd := od.Fields().Get(a.IntN(od.Fields().Len())); fd.Message() == nil || depth < maxDepth {
				m.Set(fd, a.value(fd, depth))
			}
		}
	}
	return m
}

func (a author) field(m *dynamicpb.Message, fd protoreflect.FieldDescriptor, depth int) {
	deep := fd.Message() != nil && depth >= maxDepth
	switch {
	case deep: // a message that requires one of its own type has no value, and cannot be encoded
	case fd.Cardinality() == protoreflect.Required:
		m.Set(fd, a.value(fd, depth))
	case a.IntN(4) == 0:
	case fd.IsMap():
		a.entries(m.Mutable(fd).Map(), fd, depth)
	case fd.IsList():
		list := m.Mutable(fd).List()
		for range a.IntN(4) {
			list.Append(a.value(fd, depth))
		}
	default:
		m.Set(fd, a.value(fd, depth))
	}
}

func (a author) entries(m protoreflect.Map, fd protoreflect.FieldDescriptor, depth int) {
	for range a.IntN(4) {
		m.Set(a.value(fd.MapKey(), depth).MapKey(), a.value(fd.MapValue(), depth))
	}
}

func (a author) value(fd protoreflect.FieldDescriptor, depth int) protoreflect.Value {
	switch fd.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return protoreflect.ValueOfMessage(a.message(fd.Message(), depth+1))
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(a.number(fd.Enum()))
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(a.IntN(2) == 0)
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(a.text(fd))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte(pick(a, "", "a", "\x00\xff", "\x08\x01", "long enough to matter")))
	case protoreflect.FloatKind:
		return protoreflect.ValueOfFloat32(float32(pick(a, 0, 1, -1.5, math.MaxFloat32)))
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(pick(a, 0, 1, -1.5, math.MaxFloat64))
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return protoreflect.ValueOfInt32(pick[int32](a, 0, 1, 2, -1, math.MaxInt32, math.MinInt32))
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return protoreflect.ValueOfUint32(pick[uint32](a, 0, 1, 2, math.MaxInt32+1, math.MaxUint32))
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return protoreflect.ValueOfUint64(pick[uint64](a, 0, 1, 2, math.MaxUint32+2, math.MaxUint64))
	}
	return protoreflect.ValueOfInt64(pick[int64](a, 0, 1, 2, -1, math.MaxUint32+2, math.MaxInt64, math.MinInt64))
}

func pick[T any](a author, values ...T) T { return values[a.IntN(len(values))] }

// text returns text that is not UTF-8, too, where nobody checks it.
func (a author) text(fd protoreflect.FieldDescriptor) string {
	if checked, ok := fd.(interface{ EnforceUTF8() bool }); ok && !checked.EnforceUTF8() && a.IntN(3) == 0 {
		return "\xff"
	}
	return pick(a, "", "a", "b", "é", "\x08\x01", "long enough to matter")
}

// number returns a number of an enum; of an open one now and then a number without a value, as a program writes that has read it from a newer one.
func (a author) number(ed protoreflect.EnumDescriptor) protoreflect.EnumNumber {
	if !ed.IsClosed() && a.IntN(4) == 0 {
		return pick[protoreflect.EnumNumber](a, -7, 3, 77, math.MaxInt32)
	}
	return ed.Values().Get(a.IntN(ed.Values().Len())).Number()
}
