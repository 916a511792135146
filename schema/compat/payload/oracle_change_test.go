package payload_test

import (
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
)

// A mutation changes a schema at a random place, or does nothing where it finds no place. What it makes may be invalid.
type mutation struct {
	name  string
	apply func(*scribe)
}

// mutations are what developers do to schemas, for better or worse.
var mutations = []mutation{
	{"add a field", func(s *scribe) { s.addField(s.message()) }},
	{"remove a field", func(s *scribe) { s.removeField(0) }},
	{"remove a field and reserve its number", func(s *scribe) { s.removeField(1) }},
	{"remove a field and reserve number and name", func(s *scribe) { s.removeField(2) }},
	{"rename a field", onField(func(s *scribe, m *messageProto, f *fieldProto) {
		if entryOf(m, f) == nil && f.Proto3Optional == nil {
			f.Name, f.JsonName = proto.String(f.GetName()+"x"), proto.String(f.GetName()+"x")
		}
	})},
	{"change a JSON name", onField(func(s *scribe, m *messageProto, f *fieldProto) { f.JsonName = proto.String(f.GetName() + "j") })},
	{"renumber a field", onField(func(s *scribe, m *messageProto, f *fieldProto) { f.Number = proto.Int32(s.freeNumber(m)) })},
	{"swap two numbers", onField(func(s *scribe, m *messageProto, f *fieldProto) {
		g := m.Field[s.IntN(len(m.Field))]
		f.Number, g.Number = g.Number, f.Number
	})},
	{"retype a field", onField(func(s *scribe, m *messageProto, f *fieldProto) { s.retypeInPlace(m, f) })},
	{"retype a field to a near type", onField((*scribe).retypeNear)},
	{"change how often a field may be set", onField((*scribe).recount)},
	{"toggle presence", onField(func(s *scribe, m *messageProto, f *fieldProto) {
		if f.GetLabel() == descriptorpb.FieldDescriptorProto_LABEL_REPEATED {
			return
		}
		had := f.GetProto3Optional() || f.Options.GetFeatures().GetFieldPresence() == descriptorpb.FeatureSet_IMPLICIT
		s.single(m, f)
		if !had {
			s.makePresence(m, f)
		}
	})},
	{"toggle required", onField(func(s *scribe, m *messageProto, f *fieldProto) {
		required := f.GetLabel() == descriptorpb.FieldDescriptorProto_LABEL_REQUIRED || f.Options.GetFeatures().GetFieldPresence() == descriptorpb.FeatureSet_LEGACY_REQUIRED
		s.single(m, f)
		if !required {
			s.makeRequired(f)
		}
	})},
	{"make a field repeated", onField(func(s *scribe, m *messageProto, f *fieldProto) {
		s.single(m, f)
		f.Label, f.DefaultValue = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum(), nil
	})},
	{"change packing", onField(func(s *scribe, m *messageProto, f *fieldProto) {
		if f.GetLabel() == descriptorpb.FieldDescriptorProto_LABEL_REPEATED {
			s.repack(f)
		}
	})},
	{"change a default", onField(func(s *scribe, m *messageProto, f *fieldProto) { s.redefault(f) })},
	{"move a field into a oneof", onField(func(s *scribe, m *messageProto, f *fieldProto) {
		if choices := realOneofs(m); len(choices) > 0 {
			name := m.OneofDecl[choices[s.IntN(len(choices))]].GetName()
			s.single(m, f)
			for i, o := range m.OneofDecl {
				if o.GetName() == name {
					s.joinOneof(m, f, int32(i))
				}
			}
		}
	})},
	{"move a field out of a oneof", onField(func(s *scribe, m *messageProto, f *fieldProto) {
		if f.Proto3Optional == nil {
			s.leaveOneof(m, f)
		}
	})},
	{"dissolve a oneof", func(s *scribe) {
		m := s.message()
		if choices := realOneofs(m); len(choices) > 0 {
			index := choices[s.IntN(len(choices))]
			for _, f := range m.Field {
				if f.OneofIndex != nil && f.GetOneofIndex() == index && f.Proto3Optional == nil {
					defer s.leaveOneof(m, f)
				}
			}
		}
	}},
	{"make a oneof of fields", func(s *scribe) {
		m := s.message()
		name := fmt.Sprintf("n%d", len(m.OneofDecl))
		if len(m.Field) == 0 {
			return
		}
		first, second := m.Field[s.IntN(len(m.Field))], m.Field[s.IntN(len(m.Field))]
		s.single(m, first)
		s.single(m, second)
		m.OneofDecl = append(m.OneofDecl, &descriptorpb.OneofDescriptorProto{Name: &name})
		s.joinLast(m, first)
		if s.IntN(2) == 0 && second != first {
			s.joinLast(m, second)
		}
	}},
	{"add a member to a oneof", func(s *scribe) {
		m := s.message()
		if choices := realOneofs(m); len(choices) > 0 {
			name := m.OneofDecl[choices[s.IntN(len(choices))]].GetName()
			f := s.addField(m)
			s.single(m, f)
			for i, o := range m.OneofDecl {
				if o.GetName() == name {
					s.joinOneof(m, f, int32(i))
				}
			}
		}
	}},
	{"rename a oneof", func(s *scribe) {
		m := s.message()
		if choices := realOneofs(m); len(choices) > 0 {
			o := m.OneofDecl[choices[s.IntN(len(choices))]]
			o.Name = proto.String(o.GetName() + "x")
		}
	}},
	{"make entries of a map messages", onField((*scribe).spellOutMap)},
	{"make a map of a message", onField(func(s *scribe, m *messageProto, f *fieldProto) {
		if entryOf(m, f) == nil {
			s.single(m, f)
			s.makeMap(m, f)
		}
	})},
	{"retype a map", onField(func(s *scribe, m *messageProto, f *fieldProto) {
		if entry := entryOf(m, f); entry != nil {
			s.retypeNear(entry, entry.Field[s.IntN(2)])
		}
	})},
	{"use a copy of a message", onField((*scribe).useCopy)},
	{"change the message encoding", onField(func(s *scribe, m *messageProto, f *fieldProto) {
		if s.syntax() == editions && f.GetType() == descriptorpb.FieldDescriptorProto_TYPE_MESSAGE && entryOf(m, f) == nil {
			features(f).MessageEncoding = []*descriptorpb.FeatureSet_MessageEncoding{descriptorpb.FeatureSet_DELIMITED.Enum(), nil}[s.IntN(2)]
		}
	})},
	{"change UTF-8 validation", onField(func(s *scribe, m *messageProto, f *fieldProto) {
		if s.syntax() == editions && f.GetType() == descriptorpb.FieldDescriptorProto_TYPE_STRING {
			features(f).Utf8Validation = []*descriptorpb.FeatureSet_Utf8Validation{descriptorpb.FeatureSet_NONE.Enum(), nil}[s.IntN(2)]
		}
	})},
	{"change the syntax", func(s *scribe) { s.setSyntax([]string{proto2, proto3, editions}[s.IntN(3)]) }},
	{"rename the package's message", func(s *scribe) {
		m := s.message()
		if m.GetName() != "M0" {
			s.renameMessage(m, m.GetName()+"x")
		}
	}},
	{"move a field to the front", onField(func(s *scribe, m *messageProto, f *fieldProto) {
		i := s.IntN(len(m.Field))
		m.Field[0], m.Field[i] = m.Field[i], m.Field[0]
	})},
	{"reserve a number", func(s *scribe) { m := s.message(); s.reserve(m, s.freeNumber(m)) }},
	{"drop reservations", func(s *scribe) { m := s.message(); m.ReservedRange, m.ReservedName = nil, nil }},
	{"add an enum value", onEnum(func(s *scribe, e *enumProto) { s.addValue(e, s.freeValue(e)) })},
	{"remove an enum value", onEnum(func(s *scribe, e *enumProto) { s.removeValue(e, false) })},
	{"remove an enum value and reserve it", onEnum(func(s *scribe, e *enumProto) { s.removeValue(e, true) })},
	{"rename an enum value", onEnum(func(s *scribe, e *enumProto) {
		v := e.Value[s.IntN(len(e.Value))]
		v.Name = proto.String(v.GetName() + "x")
	})},
	{"renumber an enum value", onEnum(func(s *scribe, e *enumProto) { e.Value[s.IntN(len(e.Value))].Number = proto.Int32(s.freeValue(e)) })},
	{"swap two enum values", onEnum(func(s *scribe, e *enumProto) {
		a, b := e.Value[s.IntN(len(e.Value))], e.Value[s.IntN(len(e.Value))]
		a.Number, b.Number = b.Number, a.Number
	})},
	{"reorder enum values", onEnum(func(s *scribe, e *enumProto) {
		s.Shuffle(len(e.Value), func(i, j int) { e.Value[i], e.Value[j] = e.Value[j], e.Value[i] })
	})},
	{"add an alias", onEnum(func(s *scribe, e *enumProto) {
		if e.Options == nil {
			e.Options = &descriptorpb.EnumOptions{}
		}
		e.Options.AllowAlias = proto.Bool(true)
		s.addValue(e, e.Value[s.IntN(len(e.Value))].GetNumber())
	})},
	{"open or close an enum", onEnum(func(s *scribe, e *enumProto) {
		if s.syntax() == editions {
			if e.Options == nil {
				e.Options = &descriptorpb.EnumOptions{}
			}
			e.Options.Features = &descriptorpb.FeatureSet{EnumType: []*descriptorpb.FeatureSet_EnumType{
				descriptorpb.FeatureSet_CLOSED.Enum(), descriptorpb.FeatureSet_OPEN.Enum(),
			}[s.IntN(2)]}
		}
	})},
}

func onField(change func(*scribe, *messageProto, *fieldProto)) func(*scribe) {
	return func(s *scribe) {
		if m := s.message(); len(m.Field) > 0 {
			change(s, m, m.Field[s.IntN(len(m.Field))])
		}
	}
}

func onEnum(change func(*scribe, *enumProto)) func(*scribe) {
	return func(s *scribe) { change(s, s.file.EnumType[s.IntN(len(s.file.EnumType))]) }
}

// message returns a random message, most often the first, which is the root.
func (s *scribe) message() *messageProto {
	if s.IntN(2) == 0 {
		return s.file.MessageType[0]
	}
	return s.file.MessageType[s.IntN(len(s.file.MessageType))]
}

func (s *scribe) removeField(reserved int) {
	m := s.message()
	if len(m.Field) == 0 {
		return
	}
	i := s.IntN(len(m.Field))
	f := m.Field[i]
	s.unmap(m, f)
	s.leaveOneof(m, f)
	m.Field = append(m.Field[:i:i], m.Field[i+1:]...)
	if reserved > 0 {
		s.reserve(m, f.GetNumber())
	}
	if reserved > 1 {
		m.ReservedName = append(m.ReservedName, f.GetName())
	}
}

func (s *scribe) removeValue(e *enumProto, reserve bool) {
	if len(e.Value) < 2 {
		return
	}
	i := s.IntN(len(e.Value))
	v := e.Value[i]
	e.Value = append(e.Value[:i:i], e.Value[i+1:]...)
	if reserve {
		e.ReservedRange = append(e.ReservedRange, &descriptorpb.EnumDescriptorProto_EnumReservedRange{Start: v.Number, End: v.Number})
		e.ReservedName = append(e.ReservedName, v.GetName())
	}
}

// retypeInPlace gives a field another type and leaves it as singular or repeated as it is.
func (s *scribe) retypeInPlace(m *messageProto, f *fieldProto) {
	label, presence := f.Label, f.Options.GetFeatures().GetFieldPresence()
	s.retype(m, f)
	f.Label = label
	if label.String() != "LABEL_OPTIONAL" {
		f.DefaultValue = nil
	}
	if presence == descriptorpb.FeatureSet_IMPLICIT && (f.GetType() == descriptorpb.FieldDescriptorProto_TYPE_MESSAGE || f.GetType() == descriptorpb.FieldDescriptorProto_TYPE_ENUM) {
		features(f).FieldPresence = nil
	}
}

// nearTypes are types that may read each other.
var nearTypes = [][]descriptorpb.FieldDescriptorProto_Type{
	{
		descriptorpb.FieldDescriptorProto_TYPE_INT32, descriptorpb.FieldDescriptorProto_TYPE_INT64, descriptorpb.FieldDescriptorProto_TYPE_UINT32,
		descriptorpb.FieldDescriptorProto_TYPE_UINT64, descriptorpb.FieldDescriptorProto_TYPE_BOOL, descriptorpb.FieldDescriptorProto_TYPE_ENUM,
	},
	{descriptorpb.FieldDescriptorProto_TYPE_SINT32, descriptorpb.FieldDescriptorProto_TYPE_SINT64},
	{descriptorpb.FieldDescriptorProto_TYPE_STRING, descriptorpb.FieldDescriptorProto_TYPE_BYTES, descriptorpb.FieldDescriptorProto_TYPE_MESSAGE},
	{descriptorpb.FieldDescriptorProto_TYPE_FIXED32, descriptorpb.FieldDescriptorProto_TYPE_SFIXED32, descriptorpb.FieldDescriptorProto_TYPE_FLOAT},
	{descriptorpb.FieldDescriptorProto_TYPE_FIXED64, descriptorpb.FieldDescriptorProto_TYPE_SFIXED64, descriptorpb.FieldDescriptorProto_TYPE_DOUBLE},
}

func (s *scribe) retypeNear(m *messageProto, f *fieldProto) {
	for _, near := range nearTypes {
		for _, t := range near {
			if t != f.GetType() || entryOf(m, f) != nil {
				continue
			}
			s.become(f, near[s.IntN(len(near))])
			return
		}
	}
}

func (s *scribe) become(f *fieldProto, kind descriptorpb.FieldDescriptorProto_Type) {
	f.Type, f.TypeName, f.DefaultValue = &kind, nil, nil
	if f.Options.GetFeatures() != nil {
		f.Options.Features.Utf8Validation, f.Options.Features.MessageEncoding = nil, nil
		if !packable(f) {
			f.Options.Features.RepeatedFieldEncoding = nil
		}
	}
	switch kind {
	case descriptorpb.FieldDescriptorProto_TYPE_ENUM:
		f.TypeName = proto.String(".r." + s.file.EnumType[s.IntN(len(s.file.EnumType))].GetName())
	case descriptorpb.FieldDescriptorProto_TYPE_MESSAGE:
		f.TypeName = proto.String(".r." + s.file.MessageType[s.IntN(len(s.file.MessageType))].GetName())
	}
	if f.Options != nil && !packable(f) {
		f.Options.Packed = nil
	}
}

func realOneofs(m *messageProto) []int32 {
	synthetic := map[int32]bool{}
	for _, f := range m.Field {
		if f.GetProto3Optional() {
			synthetic[f.GetOneofIndex()] = true
		}
	}
	var choices []int32
	for i := range m.OneofDecl {
		if !synthetic[int32(i)] {
			choices = append(choices, int32(i))
		}
	}
	return choices
}

func (s *scribe) joinLast(m *messageProto, f *fieldProto) {
	s.single(m, f)
	s.joinOneof(m, f, int32(len(m.OneofDecl)-1))
}

// spellOutMap makes of map<K, V> a repeated message with fields key and value.
func (s *scribe) spellOutMap(m *messageProto, f *fieldProto) {
	entry := entryOf(m, f)
	if entry == nil {
		return
	}
	spelled := proto.Clone(entry).(*messageProto)
	spelled.Options = nil
	spelled.Name = proto.String(fmt.Sprintf("X%d", len(s.file.MessageType)))
	s.unmap(m, f)
	s.file.MessageType = append(s.file.MessageType, spelled)
	f.Type, f.TypeName = descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum(), proto.String(".r."+spelled.GetName())
	f.Label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum()
}

// useCopy gives a field a message or enum of another name, which is the same, or nearly.
func (s *scribe) useCopy(m *messageProto, f *fieldProto) {
	if entryOf(m, f) != nil {
		return
	}
	switch f.GetType() {
	case descriptorpb.FieldDescriptorProto_TYPE_MESSAGE:
		for _, original := range s.file.MessageType {
			if ".r."+original.GetName() == f.GetTypeName() && len(original.NestedType) == 0 {
				c := proto.Clone(original).(*messageProto)
				c.Name = proto.String(fmt.Sprintf("C%d", len(s.file.MessageType)))
				s.file.MessageType = append(s.file.MessageType, c)
				f.TypeName = proto.String(".r." + c.GetName())
				return
			}
		}
	case descriptorpb.FieldDescriptorProto_TYPE_ENUM:
		c := proto.Clone(s.enumNamed(f.GetTypeName())).(*enumProto)
		c.Name = proto.String(fmt.Sprintf("D%d", len(s.file.EnumType)))
		for _, v := range c.Value {
			v.Name = proto.String("D" + v.GetName())
		}
		f.DefaultValue = nil
		s.file.EnumType = append(s.file.EnumType, c)
		f.TypeName = proto.String(".r." + c.GetName())
	}
}

// renameMessage renames a message together with all mentions of it.
func (s *scribe) renameMessage(m *messageProto, name string) {
	was := ".r." + m.GetName()
	m.Name = &name
	for _, in := range s.file.MessageType {
		for _, nested := range append(in.NestedType, in) {
			for _, f := range nested.Field {
				switch {
				case f.GetTypeName() == was:
					f.TypeName = proto.String(".r." + name)
				case in == m && len(f.GetTypeName()) > len(was) && f.GetTypeName()[:len(was)+1] == was+".":
					f.TypeName = proto.String(".r." + name + f.GetTypeName()[len(was):])
				}
			}
		}
	}
}
