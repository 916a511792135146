package compat

import (
	"cmp"
	"slices"
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// readFile returns the compact form of a file, and enters its types into the snapshot.
func (s *Snapshot) readFile(fd protoreflect.FileDescriptor) *File {
	f := &File{Path: s.intern(fd.Path()), Package: s.intern(string(fd.Package())), Edition: editionOf(fd)}
	for i := range fd.Imports().Len() {
		f.Imports = append(f.Imports, s.intern(fd.Imports().Get(i).Path()))
	}
	options := optionsOf[descriptorpb.FileOptions](fd)
	f.Options = s.readOptions(options)
	inherited := featuresOf(f.Edition, options).with(options.GetFeatures())
	f.Messages = s.readMessages(f, fd.Messages(), inherited)
	f.Enums = s.readEnums(f, fd.Enums(), inherited)
	f.Extensions = s.readExtensions(f, fd.Extensions(), inherited)
	for i := range fd.Services().Len() {
		f.Services = append(f.Services, s.readService(f, fd.Services().Get(i)))
	}
	return f
}

func editionOf(fd protoreflect.FileDescriptor) descriptorpb.Edition {
	switch fd.Syntax() {
	case protoreflect.Proto2:
		return descriptorpb.Edition_EDITION_PROTO2
	case protoreflect.Proto3:
		return descriptorpb.Edition_EDITION_PROTO3
	}
	if f, ok := fd.(interface{ Edition() int32 }); ok {
		return descriptorpb.Edition(f.Edition())
	}
	return descriptorpb.Edition_EDITION_2023
}

func (s *Snapshot) readOptions(options *descriptorpb.FileOptions) []Option {
	var written []Option
	r := options.ProtoReflect()
	for _, name := range comparedOptions {
		if fd := r.Descriptor().Fields().ByName(protoreflect.Name(name)); r.Has(fd) {
			written = append(written, Option{name, s.intern(optionText(fd, r.Get(fd)))})
		}
	}
	return written
}

func (s *Snapshot) readMessages(in Node, mds protoreflect.MessageDescriptors, inherited features) []*Message {
	if mds.Len() == 0 {
		return nil
	}
	messages := make([]*Message, mds.Len())
	for i := range messages {
		messages[i] = s.readMessage(in, mds.Get(i), inherited)
		if name := messages[i].Name; s.messages[name] == nil {
			s.messages[name] = messages[i]
		}
	}
	return messages
}

func (s *Snapshot) readMessage(in Node, md protoreflect.MessageDescriptor, inherited features) *Message {
	options := optionsOf[descriptorpb.MessageOptions](md)
	own := inherited.with(options.GetFeatures())
	m := &Message{
		Name: s.intern(string(md.FullName())), In: in, Index: int32(md.Index()), MapEntry: md.IsMapEntry(),
		Deprecated: options.GetDeprecated(), JSON: own.json,
		MessageSet: options.GetMessageSetWireFormat(), NoAccessor: options.GetNoStandardDescriptorAccessor(),
		ReservedNames: s.readNames(md.ReservedNames()),
	}
	for i := range md.ReservedRanges().Len() {
		r := md.ReservedRanges().Get(i)
		m.Reserved = append(m.Reserved, Range{In: m, Start: int64(r[0]), End: int64(r[1]), Index: int32(i)})
	}
	for i := range md.ExtensionRanges().Len() {
		r := md.ExtensionRanges().Get(i)
		m.ExtensionRange = append(m.ExtensionRange, Range{In: m, Start: int64(r[0]), End: int64(r[1]), Extensions: true, Index: int32(i)})
	}
	m.Oneofs = s.readOneofs(m, md.Oneofs())
	s.readFields(m, md, own)
	m.Messages = s.readMessages(m, md.Messages(), own)
	m.Enums = s.readEnums(m, md.Enums(), own)
	m.Extensions = s.readExtensions(m, md.Extensions(), own)
	return m
}

func (s *Snapshot) readNames(names protoreflect.Names) []string {
	var read []string
	for i := range names.Len() {
		read = append(read, s.intern(string(names.Get(i))))
	}
	return read
}

func (s *Snapshot) readOneofs(m *Message, ods protoreflect.OneofDescriptors) []Oneof {
	var oneofs []Oneof
	for i := range ods.Len() {
		od := ods.Get(i)
		oneofs = append(oneofs, Oneof{Name: s.intern(string(od.Name())), In: m, Index: int32(i), Synthetic: od.IsSynthetic()})
	}
	return oneofs
}

func (s *Snapshot) readFields(m *Message, md protoreflect.MessageDescriptor, inherited features) {
	fields := md.Fields()
	m.Fields, m.byNumber = make([]Field, fields.Len()), make([]int32, fields.Len())
	for i := range m.Fields {
		fd, of := fields.Get(i), inherited
		if od := fd.ContainingOneof(); od != nil {
			of = inherited.with(optionsOf[descriptorpb.OneofOptions](od).GetFeatures())
		}
		m.Fields[i] = s.readField(m, fd, of)
		m.byNumber[i] = int32(i)
	}
	slices.SortFunc(m.byNumber, func(a, b int32) int { return cmp.Compare(m.Fields[a].Number, m.Fields[b].Number) })
}

func (s *Snapshot) readExtensions(in Node, xds protoreflect.ExtensionDescriptors, inherited features) []*Field {
	var extensions []*Field
	for i := range xds.Len() {
		x := s.readField(in, xds.Get(i), inherited)
		x.Name = s.intern(string(xds.Get(i).FullName()))
		x.Extendee = s.intern(string(xds.Get(i).ContainingMessage().FullName()))
		extensions = append(extensions, &x)
	}
	s.Extensions = append(s.Extensions, extensions...)
	return extensions
}

func (s *Snapshot) readEnums(in Node, eds protoreflect.EnumDescriptors, inherited features) []*Enum {
	var enums []*Enum
	for i := range eds.Len() {
		e := s.readEnum(in, eds.Get(i), inherited)
		enums = append(enums, e)
		if s.enums[e.Name] == nil {
			s.enums[e.Name] = e
		}
	}
	return enums
}

func (s *Snapshot) readEnum(in Node, ed protoreflect.EnumDescriptor, inherited features) *Enum {
	options := optionsOf[descriptorpb.EnumOptions](ed)
	e := &Enum{
		Name: s.intern(string(ed.FullName())), In: in, Index: int32(ed.Index()), Closed: ed.IsClosed(),
		Deprecated: options.GetDeprecated(), JSON: inherited.with(options.GetFeatures()).json,
		ReservedNames: s.readNames(ed.ReservedNames()),
		Values:        make([]EnumValue, ed.Values().Len()),
	}
	for i := range e.Values {
		vd := ed.Values().Get(i)
		e.Values[i] = EnumValue{
			Name: s.intern(string(vd.Name())), In: e, Index: int32(i), Number: int32(vd.Number()),
			Deprecated: optionsOf[descriptorpb.EnumValueOptions](vd).GetDeprecated(),
		}
	}
	for i := range ed.ReservedRanges().Len() {
		r := ed.ReservedRanges().Get(i)
		e.Reserved = append(e.Reserved, Range{In: e, Start: int64(r[0]), End: int64(r[1]) + 1, Index: int32(i)})
	}
	return e
}

func (s *Snapshot) readService(f *File, sd protoreflect.ServiceDescriptor) *Service {
	v := &Service{Name: s.intern(string(sd.FullName())), In: f, Index: int32(sd.Index()), Methods: make([]Method, sd.Methods().Len())}
	for i := range v.Methods {
		md := sd.Methods().Get(i)
		v.Methods[i] = Method{
			Name: s.intern(string(md.Name())), In: v, Index: int32(i),
			Input: s.intern(string(md.Input().FullName())), Output: s.intern(string(md.Output().FullName())),
			ClientStreaming: md.IsStreamingClient(), ServerStreaming: md.IsStreamingServer(),
		}
		if options := optionsOf[descriptorpb.MethodOptions](md); options != nil {
			v.Methods[i].Idempotency, v.Methods[i].HasIdempotency = options.GetIdempotencyLevel(), options.IdempotencyLevel != nil
		}
	}
	if s.services[v.Name] == nil {
		s.services[v.Name] = v
	}
	return v
}

func (s *Snapshot) readField(in Node, fd protoreflect.FieldDescriptor, inherited features) Field {
	options := optionsOf[descriptorpb.FieldOptions](fd)
	own := inherited.with(options.GetFeatures())
	f := Field{
		Name: s.intern(string(fd.Name())), JSONName: s.intern(fd.JSONName()), TypeName: s.intern(typeName(fd)),
		In: in, Index: int32(fd.Index()), Number: int32(fd.Number()), OneofIndex: -1,
		Kind: fd.Kind(), Cardinality: cardinalityOf(fd), Label: labelOf(fd), Packed: fd.IsPacked(),
		Deprecated: options.GetDeprecated(), Redact: options.GetDebugRedact(), JSON: own.json,
		JSType: options.GetJstype(), HasCType: options != nil && options.Ctype != nil, CppString: own.cppStringOf(options),
	}
	f.Labeled = !fd.IsMap() && (fd.HasOptionalKeyword() || f.Label != descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL)
	f.UTF8 = own.utf8 && f.Kind == protoreflect.StringKind
	f.JavaUTF8 = own.checkedByJava() && f.Kind == protoreflect.StringKind
	if fd.HasDefault() {
		f.HasDefault, f.Default = true, s.intern(defaultText(fd))
	}
	if od := fd.ContainingOneof(); od != nil && !fd.IsExtension() {
		f.OneofIndex = int32(od.Index())
	}
	return f
}

// labelOf returns the label. Editions have a feature instead of the label required.
func labelOf(fd protoreflect.FieldDescriptor) descriptorpb.FieldDescriptorProto_Label {
	if fd.Cardinality() == protoreflect.Required && fd.ParentFile().Syntax() == protoreflect.Editions {
		return descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL
	}
	return descriptorpb.FieldDescriptorProto_Label(fd.Cardinality())
}

func typeName(fd protoreflect.FieldDescriptor) string {
	switch fd.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return string(fd.Message().FullName())
	case protoreflect.EnumKind:
		return string(fd.Enum().FullName())
	}
	return ""
}

func cardinalityOf(fd protoreflect.FieldDescriptor) Cardinality {
	switch {
	case fd.IsMap():
		return Map
	case fd.Cardinality() == protoreflect.Repeated:
		return Repeated
	case fd.Cardinality() == protoreflect.Required:
		return Required
	case fd.HasPresence():
		return Explicit
	}
	return Implicit
}

// defaultText returns the default as one would write it, but for strings and bytes, which are as they are.
func defaultText(fd protoreflect.FieldDescriptor) string {
	switch fd.Kind() {
	case protoreflect.EnumKind:
		if v := fd.DefaultEnumValue(); v != nil {
			return string(v.Name())
		}
		return strconv.Itoa(int(fd.Default().Enum()))
	case protoreflect.FloatKind:
		return strconv.FormatFloat(fd.Default().Float(), 'g', -1, 32)
	case protoreflect.DoubleKind:
		return strconv.FormatFloat(fd.Default().Float(), 'g', -1, 64)
	case protoreflect.BytesKind:
		return string(fd.Default().Bytes())
	}
	return fd.Default().String()
}
