package project

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Optional returns value where it is present, and else nil, which a column holds as NULL. Generated code uses it where a getter would return
// a default for what is absent.
func Optional(present bool, value any) any { //nolint:revive // present is half of the value, no mode
	if !present {
		return nil
	}
	return value
}

// Has says whether a field of m is set; the name is the one in the proto file. A field without presence counts as set when it is not zero. A nil m,
// and a field that m does not have, are not set. Only this way is the same for all forms of generated messages, open and opaque.
func Has(m proto.Message, field string) bool {
	r := m.ProtoReflect()
	f := r.Descriptor().Fields().ByName(protoreflect.Name(field))
	return f != nil && r.Has(f)
}
