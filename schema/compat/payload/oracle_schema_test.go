package payload_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
)

type (
	fileProto    = descriptorpb.FileDescriptorProto
	messageProto = descriptorpb.DescriptorProto
	fieldProto   = descriptorpb.FieldDescriptorProto
	enumProto    = descriptorpb.EnumDescriptorProto
)

// scribe writes random schemas. All it does follows from its source of randomness.
type scribe struct {
	*rand.Rand
	file *fileProto
}

const (
	proto2   = "proto2"
	proto3   = "proto3"
	editions = "editions"
)

// newSchema returns a file with messages M0 to M3, which may have fields of each other, and enums E0 to E2.
func newSchema(r *rand.Rand) *fileProto {
	s := &scribe{r, &fileProto{Name: proto.String("r.proto"), Package: proto.String("r")}}
	s.setSyntax([]string{proto2, proto3, editions}[s.IntN(3)])
	for i := range 2 + s.IntN(2) {
		s.file.EnumType = append(s.file.EnumType, s.enum(fmt.Sprintf("E%d", i)))
	}
	count := 2 + s.IntN(3)
	for i := range count {
		s.file.MessageType = append(s.file.MessageType, &messageProto{Name: proto.String(fmt.Sprintf("M%d", i))})
	}
	for _, m := range s.file.MessageType {
		for range 1 + s.IntN(5) {
			s.addField(m)
		}
		if s.IntN(3) == 0 {
			s.addOneof(m, 1+s.IntN(3))
		}
		if s.IntN(4) == 0 {
			s.reserve(m, s.freeNumber(m))
		}
	}
	return s.file
}

func (s *scribe) syntax() string { return s.file.GetSyntax() }

func (s *scribe) setSyntax(syntax string) {
	s.file.Syntax, s.file.Edition = proto.String(syntax), nil
	if syntax == editions {
		s.file.Edition = descriptorpb.Edition_EDITION_2023.Enum()
		return
	}
	for _, e := range s.file.EnumType {
		if e.Options != nil {
			e.Options.Features = nil
		}
	}
	for _, m := range s.file.MessageType {
		for _, f := range m.Field {
			if f.Options != nil {
				f.Options.Features = nil
			}
		}
	}
}

func (s *scribe) enum(name string) *enumProto {
	e := &enumProto{Name: proto.String(name)}
	first := int32(0)
	if s.syntax() == proto2 {
		first = int32(s.IntN(2))
	}
	s.addValue(e, first)
	for range 1 + s.IntN(3) {
		s.addValue(e, s.freeValue(e))
	}
	if s.syntax() == editions && s.IntN(3) == 0 {
		e.Options = &descriptorpb.EnumOptions{Features: &descriptorpb.FeatureSet{EnumType: descriptorpb.FeatureSet_CLOSED.Enum()}}
	}
	return e
}

func (s *scribe) freeValue(e *enumProto) int32 {
	for {
		n := int32(s.IntN(7)) - 1
		if s.IntN(20) == 0 {
			n = 1 << 30
		}
		if !hasValue(e, n) {
			return n
		}
	}
}

func hasValue(e *enumProto, number int32) bool {
	for _, v := range e.Value {
		if v.GetNumber() == number {
			return true
		}
	}
	return false
}

func (s *scribe) addValue(e *enumProto, number int32) {
	name := fmt.Sprintf("%s_V%d", e.GetName(), len(e.Value))
	for n := 0; hasValueName(e, name); n++ {
		name = fmt.Sprintf("%s_W%d", e.GetName(), n)
	}
	v := &descriptorpb.EnumValueDescriptorProto{Name: &name, Number: &number}
	if s.IntN(4) == 0 {
		v.Options = &descriptorpb.EnumValueOptions{Deprecated: proto.Bool(true)}
	}
	e.Value = append(e.Value, v)
}

func hasValueName(e *enumProto, name string) bool {
	for _, v := range e.Value {
		if v.GetName() == name {
			return true
		}
	}
	return false
}

func (s *scribe) freeNumber(m *messageProto) int32 {
	for {
		n := int32(1 + s.IntN(14))
		if s.IntN(12) == 0 {
			n = int32(100 + s.IntN(4000))
		}
		if fieldNumbered(m, n) == nil && !reserves(m, n) && !s.namesField(m, n) {
			return n
		}
	}
}

// namesField says whether the name that a field with a number would get is taken, by one that had the number.
func (s *scribe) namesField(m *messageProto, number int32) bool {
	for _, f := range m.Field {
		if f.GetName() == fieldName(number) {
			return true
		}
	}
	return false
}

func fieldName(number int32) string { return fmt.Sprintf("f%d", number) }

func fieldNumbered(m *messageProto, number int32) *fieldProto {
	for _, f := range m.Field {
		if f.GetNumber() == number {
			return f
		}
	}
	return nil
}

func reserves(m *messageProto, number int32) bool {
	for _, r := range m.ReservedRange {
		if r.GetStart() <= number && number < r.GetEnd() {
			return true
		}
	}
	return false
}

func (s *scribe) reserve(m *messageProto, number int32) {
	m.ReservedRange = append(m.ReservedRange, &descriptorpb.DescriptorProto_ReservedRange{Start: proto.Int32(number), End: proto.Int32(number + 1)})
}

func (s *scribe) addField(m *messageProto) *fieldProto {
	number := s.freeNumber(m)
	f := &fieldProto{
		Name: proto.String(fieldName(number)), Number: &number, Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
		JsonName: proto.String(fieldName(number)),
	}
	if s.IntN(4) == 0 {
		f.Options = &descriptorpb.FieldOptions{Deprecated: proto.Bool(true)}
	}
	s.retype(m, f)
	s.recount(m, f)
	m.Field = append(m.Field, f)
	return f
}

func (s *scribe) addOneof(m *messageProto, members int) {
	name := fmt.Sprintf("o%d", len(m.OneofDecl))
	m.OneofDecl = append(m.OneofDecl, &descriptorpb.OneofDescriptorProto{Name: &name})
	index := int32(len(m.OneofDecl) - 1)
	for range members {
		s.joinOneof(m, s.addField(m), index)
	}
}

func (s *scribe) joinOneof(m *messageProto, f *fieldProto, index int32) {
	s.single(m, f)
	if f.Options.GetFeatures() != nil {
		f.Options.Features.FieldPresence = nil
	}
	f.OneofIndex = &index
}

// retype gives f a random type, with features of it. The old type of a map goes.
func (s *scribe) retype(m *messageProto, f *fieldProto) {
	s.unmap(m, f)
	f.TypeName, f.DefaultValue = nil, nil
	if f.Options != nil {
		f.Options.Packed = nil
		if f.Options.Features != nil {
			f.Options.Features.Utf8Validation, f.Options.Features.MessageEncoding, f.Options.Features.RepeatedFieldEncoding = nil, nil, nil
		}
	}
	kind := descriptorpb.FieldDescriptorProto_Type(1 + s.IntN(18))
	for kind == descriptorpb.FieldDescriptorProto_TYPE_GROUP {
		kind = descriptorpb.FieldDescriptorProto_Type(1 + s.IntN(18))
	}
	f.Type = &kind
	switch kind {
	case descriptorpb.FieldDescriptorProto_TYPE_MESSAGE:
		f.TypeName = proto.String(".r." + s.file.MessageType[s.IntN(len(s.file.MessageType))].GetName())
		if s.syntax() == editions && s.IntN(5) == 0 {
			features(f).MessageEncoding = descriptorpb.FeatureSet_DELIMITED.Enum()
		}
	case descriptorpb.FieldDescriptorProto_TYPE_ENUM:
		f.TypeName = proto.String(".r." + s.file.EnumType[s.IntN(len(s.file.EnumType))].GetName())
	case descriptorpb.FieldDescriptorProto_TYPE_STRING:
		if s.syntax() == editions && s.IntN(4) == 0 {
			features(f).Utf8Validation = descriptorpb.FeatureSet_NONE.Enum()
		}
	}
	s.redefault(f)
}

func features(f *fieldProto) *descriptorpb.FeatureSet {
	if f.Options == nil {
		f.Options = &descriptorpb.FieldOptions{}
	}
	if f.Options.Features == nil {
		f.Options.Features = &descriptorpb.FeatureSet{}
	}
	return f.Options.Features
}

// redefault gives a field another default, or none, where one is allowed.
func (s *scribe) redefault(f *fieldProto) {
	f.DefaultValue = nil
	presence := f.Options.GetFeatures().GetFieldPresence()
	if s.syntax() == proto3 || f.GetLabel() == descriptorpb.FieldDescriptorProto_LABEL_REPEATED || s.IntN(3) > 0 || presence == descriptorpb.FeatureSet_IMPLICIT {
		return
	}
	switch f.GetType() {
	case descriptorpb.FieldDescriptorProto_TYPE_MESSAGE:
	case descriptorpb.FieldDescriptorProto_TYPE_BOOL:
		f.DefaultValue = proto.String([]string{"true", "false"}[s.IntN(2)])
	case descriptorpb.FieldDescriptorProto_TYPE_ENUM:
		e := s.enumNamed(f.GetTypeName())
		f.DefaultValue = proto.String(e.Value[s.IntN(len(e.Value))].GetName())
	default:
		f.DefaultValue = proto.String([]string{"0", "1", "5"}[s.IntN(3)])
	}
}

func (s *scribe) enumNamed(name string) *enumProto {
	for _, e := range s.file.EnumType {
		if ".r."+e.GetName() == name {
			return e
		}
	}
	return s.file.EnumType[0]
}

// single makes a field singular, with the presence of its syntax.
func (s *scribe) single(m *messageProto, f *fieldProto) {
	s.unmap(m, f)
	s.leaveOneof(m, f)
	f.Label = descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum()
	if f.Options != nil {
		f.Options.Packed = nil
		if f.Options.Features != nil {
			f.Options.Features.FieldPresence, f.Options.Features.RepeatedFieldEncoding = nil, nil
		}
	}
}

// leaveOneof takes f out of its oneof, and the oneof away with its last member.
func (s *scribe) leaveOneof(m *messageProto, f *fieldProto) {
	if f.OneofIndex == nil {
		return
	}
	index := f.GetOneofIndex()
	f.OneofIndex, f.Proto3Optional = nil, nil
	for _, g := range m.Field {
		if g.OneofIndex != nil && g.GetOneofIndex() == index {
			return
		}
	}
	m.OneofDecl = append(m.OneofDecl[:index:index], m.OneofDecl[index+1:]...)
	for _, g := range m.Field {
		if g.OneofIndex != nil && g.GetOneofIndex() > index {
			g.OneofIndex = proto.Int32(g.GetOneofIndex() - 1)
		}
	}
}

// recount gives a field a random cardinality.
func (s *scribe) recount(m *messageProto, f *fieldProto) {
	s.single(m, f)
	switch s.IntN(6) {
	case 0, 1:
		f.Label, f.DefaultValue = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum(), nil
		s.repack(f)
	case 2:
		s.makeMap(m, f)
	case 3:
		s.makeRequired(f)
	case 4:
		s.makePresence(m, f)
	}
}

// makeRequired makes a field required. Messages stay optional: one that requires its own type has no value.
func (s *scribe) makeRequired(f *fieldProto) {
	if f.GetType() == descriptorpb.FieldDescriptorProto_TYPE_MESSAGE {
		return
	}
	switch s.syntax() {
	case proto2:
		f.Label = descriptorpb.FieldDescriptorProto_LABEL_REQUIRED.Enum()
	case editions:
		features(f).FieldPresence = descriptorpb.FeatureSet_LEGACY_REQUIRED.Enum()
	}
}

// makePresence makes a field of proto3 optional, and one of an edition implicit.
func (s *scribe) makePresence(m *messageProto, f *fieldProto) {
	switch {
	case s.syntax() == proto3:
		f.Proto3Optional = proto.Bool(true)
		name := "_" + f.GetName()
		m.OneofDecl = append(m.OneofDecl, &descriptorpb.OneofDescriptorProto{Name: &name})
		f.OneofIndex = proto.Int32(int32(len(m.OneofDecl) - 1))
	case s.syntax() == editions && f.GetType() != descriptorpb.FieldDescriptorProto_TYPE_MESSAGE && f.GetType() != descriptorpb.FieldDescriptorProto_TYPE_ENUM:
		features(f).FieldPresence, f.DefaultValue = descriptorpb.FeatureSet_IMPLICIT.Enum(), nil
	}
}

func (s *scribe) repack(f *fieldProto) {
	if !packable(f) {
		return
	}
	switch s.syntax() {
	case editions:
		features(f).RepeatedFieldEncoding = []*descriptorpb.FeatureSet_RepeatedFieldEncoding{
			descriptorpb.FeatureSet_PACKED.Enum(), descriptorpb.FeatureSet_EXPANDED.Enum(), nil,
		}[s.IntN(3)]
	default:
		if f.Options == nil {
			f.Options = &descriptorpb.FieldOptions{}
		}
		f.Options.Packed = []*bool{proto.Bool(true), proto.Bool(false), nil}[s.IntN(3)]
	}
}

func packable(f *fieldProto) bool {
	switch f.GetType() {
	case descriptorpb.FieldDescriptorProto_TYPE_STRING, descriptorpb.FieldDescriptorProto_TYPE_BYTES, descriptorpb.FieldDescriptorProto_TYPE_MESSAGE:
		return false
	}
	return true
}

// keyTypes are those of map keys.
var keyTypes = []descriptorpb.FieldDescriptorProto_Type{
	descriptorpb.FieldDescriptorProto_TYPE_INT32, descriptorpb.FieldDescriptorProto_TYPE_INT64, descriptorpb.FieldDescriptorProto_TYPE_UINT32,
	descriptorpb.FieldDescriptorProto_TYPE_BOOL, descriptorpb.FieldDescriptorProto_TYPE_STRING, descriptorpb.FieldDescriptorProto_TYPE_SINT64,
	descriptorpb.FieldDescriptorProto_TYPE_FIXED32,
}

// makeMap makes a map of f, with values of its type.
func (s *scribe) makeMap(m *messageProto, f *fieldProto) {
	value := proto.Clone(f).(*fieldProto)
	value.Name, value.JsonName, value.Number, value.DefaultValue, value.OneofIndex, value.Options = proto.String("value"), proto.String("value"), proto.Int32(2), nil, nil, nil
	key := &fieldProto{
		Name: proto.String("key"), JsonName: proto.String("key"), Number: proto.Int32(1), Type: keyTypes[s.IntN(len(keyTypes))].Enum(),
		Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
	}
	entry := &messageProto{
		Name: proto.String(entryName(f)), Field: []*fieldProto{key, value}, Options: &descriptorpb.MessageOptions{MapEntry: proto.Bool(true)},
	}
	m.NestedType = append(m.NestedType, entry)
	f.Type, f.TypeName = descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum(), proto.String(".r."+m.GetName()+"."+entry.GetName())
	f.Label, f.DefaultValue = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum(), nil
	if f.Options != nil {
		f.Options.Features, f.Options.Packed = nil, nil
	}
}

func entryName(f *fieldProto) string {
	return strings.ToUpper(f.GetName()[:1]) + f.GetName()[1:] + "Entry"
}

func entryOf(m *messageProto, f *fieldProto) *messageProto {
	for _, nested := range m.NestedType {
		if f.GetTypeName() == ".r."+m.GetName()+"."+nested.GetName() && nested.GetOptions().GetMapEntry() {
			return nested
		}
	}
	return nil
}

// unmap makes of a map what its values are.
func (s *scribe) unmap(m *messageProto, f *fieldProto) {
	entry := entryOf(m, f)
	if entry == nil {
		return
	}
	f.Type, f.TypeName = entry.Field[1].Type, entry.Field[1].TypeName
	for i, nested := range m.NestedType {
		if nested == entry {
			m.NestedType = append(m.NestedType[:i:i], m.NestedType[i+1:]...)
			return
		}
	}
}
