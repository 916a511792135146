package confluent

import (
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/compat"
)

// kind is a shape of values. Enums are scalars.
type kind uint8

const (
	scalar kind = iota
	message
	mapping
)

func kindOf(f *compat.Field) kind {
	switch {
	case f.Cardinality == compat.Map:
		return mapping
	case f.Composite():
		return message
	}
	return scalar
}

// scalarKind is a group of scalars within which a field may change its type.
type scalarKind uint8

const (
	varint scalarKind = iota + 1
	zigzag
	text
	fixed32
	fixed64
	float
	double
)

// scalarKinds has nothing for messages.
var scalarKinds = map[protoreflect.Kind]scalarKind{
	protoreflect.Int32Kind:    varint,
	protoreflect.Int64Kind:    varint,
	protoreflect.Uint32Kind:   varint,
	protoreflect.Uint64Kind:   varint,
	protoreflect.BoolKind:     varint,
	protoreflect.EnumKind:     varint,
	protoreflect.Sint32Kind:   zigzag,
	protoreflect.Sint64Kind:   zigzag,
	protoreflect.StringKind:   text,
	protoreflect.BytesKind:    text,
	protoreflect.Fixed32Kind:  fixed32,
	protoreflect.Sfixed32Kind: fixed32,
	protoreflect.Fixed64Kind:  fixed64,
	protoreflect.Sfixed64Kind: fixed64,
	protoreflect.FloatKind:    float,
	protoreflect.DoubleKind:   double,
}
