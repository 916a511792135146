package compat

import (
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// Field is a field of a message, or an extension.
type Field struct {
	Name     string // e.g., order_id; of an extension its full name
	JSONName string // e.g., orderId
	TypeName string // full name of the message or enum; empty: a scalar
	Default  string // as descriptors write it; empty without one, but see HasDefault
	Extendee string // full name of the message that an extension extends; empty: a field

	In         Node // *Message; of an extension at the top level *File
	Index      int32
	Number     int32
	OneofIndex int32 // in Message.Oneofs; -1: none

	Kind        protoreflect.Kind // GroupKind: a message between start and end tags, however that is declared
	Cardinality Cardinality
	Label       descriptorpb.FieldDescriptorProto_Label // as descriptors have it: LABEL_OPTIONAL also for none
	Labeled     bool                                    // the label is written: repeated, required, or the word optional
	HasDefault  bool
	Packed      bool // repeated, and written as one value; readers take both
	UTF8        bool // a string that is checked to be UTF-8
	Deprecated  bool
	Redact      bool // debug_redact
	JSON        JSONFormat
	JSType      descriptorpb.FieldOptions_JSType
	HasCType    bool      // option ctype is written
	CppString   CppString // what it says, or else feature (pb.cpp).string_type, resolved
	JavaUTF8    bool      // a string that Java checks to be UTF-8: as all do, by option java_string_check_utf8 or by a feature of its own
}

// Cardinality says how often a field stands in a message, and whether absence can be told from the zero value.
type Cardinality uint8

// The cardinalities.
const (
	Implicit Cardinality = iota // zero is not written, and cannot be told from absent
	Explicit                    // optional, members of oneofs, messages
	Required
	Repeated
	Map
)

// String returns the name, e.g., repeated.
func (c Cardinality) String() string {
	return [...]string{Implicit: "implicit presence", Explicit: "optional", Required: "required", Repeated: "repeated", Map: "map"}[c]
}

// List says whether a field may stand more than once on the wire.
func (c Cardinality) List() bool { return c == Repeated || c == Map }

// CppString is the type that C++ has for strings and bytes.
type CppString uint8

// Its values: those of the feature (pb.cpp).string_type, and one that only option ctype knows.
const (
	CppView CppString = iota + 1
	CppCord
	CppStandard
	CppPiece
)

// String returns the name, e.g., CORD, or nothing if it is unknown.
func (c CppString) String() string {
	return nameOf(int(c), "", "VIEW", "CORD", "STRING", "STRING_PIECE")
}

func nameOf(i int, names ...string) string {
	if i < len(names) {
		return names[i]
	}
	return ""
}

// Oneof returns the oneof that the field is a member of, or nil. Synthetic oneofs, which only mark a field as optional, are none.
func (f *Field) Oneof() *Oneof {
	if m, ok := f.In.(*Message); ok && f.OneofIndex >= 0 && f.Extendee == "" && !m.Oneofs[f.OneofIndex].Synthetic {
		return &m.Oneofs[f.OneofIndex]
	}
	return nil
}

// Message returns the message that the field belongs to, or nil for an extension.
func (f *Field) Message() *Message {
	if f.Extendee != "" {
		return nil
	}
	return f.In.(*Message)
}

// Composite says whether the value is a message.
func (f *Field) Composite() bool {
	return f.Kind == protoreflect.MessageKind || f.Kind == protoreflect.GroupKind
}

// Type returns the type as it is written, e.g., int32 or acme.v1.Item; of a map that of its entry.
func (f *Field) Type() string {
	if f.TypeName != "" {
		return f.TypeName
	}
	return f.Kind.String()
}

// FullName returns the full name.
func (f *Field) FullName() string {
	if f.Extendee != "" {
		return f.Name
	}
	return f.In.FullName() + "." + f.Name
}

// Parent returns what declares the field.
func (f *Field) Parent() Node { return f.In }

// File returns the file that declares it.
func (f *Field) File() *File { return f.In.File() }

// Element returns the path in the file.
func (f *Field) Element() []int32 {
	_, top := f.In.(*File)
	switch {
	case top:
		return within(f.In, fileExtensions, f.Index)
	case f.Extendee != "":
		return within(f.In, messageExtensions, f.Index)
	}
	return within(f.In, messageFields, f.Index)
}
