package schema

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/evgenpb"
)

// option returns an annotation of a declaration, or nil.
func option[T proto.Message](d protoreflect.Descriptor, ext protoreflect.ExtensionType) T {
	var none T
	if !proto.HasExtension(d.Options(), ext) {
		return none
	}
	v, ok := proto.GetExtension(d.Options(), ext).(T)
	if !ok {
		return none
	}
	return v
}

func fileOption(fd protoreflect.FileDescriptor) *evgenpb.FileOptions {
	return option[*evgenpb.FileOptions](fd, evgenpb.E_File)
}

func eventOption(md protoreflect.MessageDescriptor) *evgenpb.EventOptions {
	return option[*evgenpb.EventOptions](md, evgenpb.E_Event)
}

func projectionOption(md protoreflect.MessageDescriptor) *evgenpb.ProjectionOptions {
	return option[*evgenpb.ProjectionOptions](md, evgenpb.E_Projection)
}

func fieldOption(fd protoreflect.FieldDescriptor) *evgenpb.FieldOptions {
	return option[*evgenpb.FieldOptions](fd, evgenpb.E_Field)
}

func columnOption(fd protoreflect.FieldDescriptor) *evgenpb.ColumnOptions {
	return option[*evgenpb.ColumnOptions](fd, evgenpb.E_Column)
}

// isSecret says whether a field must never be shown.
func isSecret(fd protoreflect.FieldDescriptor) bool {
	redact, _ := fd.Options().(interface{ GetDebugRedact() bool })
	return redact != nil && redact.GetDebugRedact() || fieldOption(fd).GetSensitivity() == evgenpb.FieldOptions_SECRET
}

// isSet says whether an option, e.g., "retry.backoff", is written in a literal.
func isSet(m protoreflect.Message, path string) bool {
	name, rest, nested := strings.Cut(path, ".")
	fd := m.Descriptor().Fields().ByName(protoreflect.Name(name))
	if fd == nil || !m.Has(fd) {
		return false
	}
	return !nested || isSet(m.Get(fd).Message(), rest)
}

// walkMessages calls f for messages and what is nested in them, in source order, map entries left out.
func walkMessages(mds protoreflect.MessageDescriptors, f func(protoreflect.MessageDescriptor)) {
	for i := range mds.Len() {
		if md := mds.Get(i); !md.IsMapEntry() {
			f(md)
			walkMessages(md.Messages(), f)
		}
	}
}

func fieldsOf(md protoreflect.MessageDescriptor) []protoreflect.FieldDescriptor {
	fields := make([]protoreflect.FieldDescriptor, md.Fields().Len())
	for i := range fields {
		fields[i] = md.Fields().Get(i)
	}
	return fields
}

// byNumber returns the fields of a message in the order of their numbers.
func byNumber(md protoreflect.MessageDescriptor) []protoreflect.FieldDescriptor {
	fields := fieldsOf(md)
	slices.SortFunc(fields, func(a, b protoreflect.FieldDescriptor) int { return int(a.Number() - b.Number()) })
	return fields
}
