package confluent

import (
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/schema/compat"
)

// Schema is what a registry keeps as one version of a subject.
type Schema struct {
	File  *compat.File
	Types *compat.Snapshot // has the file, and what it imports; imported types that it lacks are known by name alone
}

// SchemaOf returns a file, with all that it imports, as a schema.
func SchemaOf(fd protoreflect.FileDescriptor) Schema {
	types := compat.NewSnapshot()
	addWithImports(types, fd)
	return Schema{types.File(fd.Path()), types}
}

func addWithImports(s *compat.Snapshot, fd protoreflect.FileDescriptor) {
	if s.File(fd.Path()) != nil {
		return
	}
	s.Add(fd)
	for i := range fd.Imports().Len() {
		addWithImports(s, fd.Imports().Get(i).FileDescriptor)
	}
}

// messages returns those among messages that a registry takes for such. It reads source, where neither the entry of a map nor a group is a message.
func messages(all []*compat.Message) []*compat.Message {
	var written []*compat.Message
	for _, m := range all {
		if !m.MapEntry && !isGroup(m) {
			written = append(written, m)
		}
	}
	return written
}

// isGroup says whether a message is the body of a group.
func isGroup(m *compat.Message) bool {
	switch in := m.In.(type) {
	case *compat.Message:
		for i := range in.Fields {
			if declaresGroup(&in.Fields[i], m) {
				return true
			}
		}
		return anyDeclaresGroup(in.Extensions, m)
	case *compat.File:
		return anyDeclaresGroup(in.Extensions, m)
	}
	return false
}

func anyDeclaresGroup(extensions []*compat.Field, m *compat.Message) bool {
	for _, x := range extensions {
		if declaresGroup(x, m) {
			return true
		}
	}
	return false
}

func declaresGroup(f *compat.Field, m *compat.Message) bool {
	return isWrittenGroup(f) && f.TypeName == m.Name
}

// isWrittenGroup says whether a field is a group in the source, too: in editions it is a field with a feature.
func isWrittenGroup(f *compat.Field) bool {
	return f.Kind == protoreflect.GroupKind && f.File().Edition == descriptorpb.Edition_EDITION_PROTO2
}

// simpleName is the last part of a name.
func simpleName(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// pathOf is how a registry writes where a type is, by its name without the package.
func pathOf(nestedName string) string { return "#/" + strings.ReplaceAll(nestedName, ".", "/") }
