package source

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/schema"
)

// ReadSet reads a serialized FileDescriptorSet, as buf build and protoc --descriptor_set_out write it; name is its name in
// diagnostics. Standard imports may be absent. Targets are all files but standard ones and those that buf marks as imports.
// Without source info, positions are paths alone. The set is nil when a diagnostic is an error.
func ReadSet(name string, b []byte) (*Set, schema.Diagnostics) {
	protos := &descriptorpb.FileDescriptorSet{}
	if err := proto.Unmarshal(b, protos); err != nil {
		return nil, unreadable(name, "decode descriptor set: "+steady(err))
	}
	l := setLinker{name: name, given: map[string]*descriptorpb.FileDescriptorProto{}, state: map[string]visitState{}}
	s := l.link(protos)
	if len(l.diagnostics) > 0 {
		return nil, l.diagnostics.Sorted()
	}
	if _, err := s.Descriptors(); err != nil {
		return nil, unreadable(name, "link descriptor set: "+steady(err))
	}
	return s, nil
}

// steady returns the text of an error of package proto without its prefix, after which each build of a program has another kind
// of space.
func steady(err error) string {
	return strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\u00a0", " "), "proto: ")
}

func unreadable(name, message string) schema.Diagnostics {
	return schema.Diagnostics{{
		ID: schema.SetIncomplete, Pos: schema.Position{Path: name}, Message: message,
		Help: "write it with buf build -o, or protoc --include_imports --include_source_info --descriptor_set_out",
	}}
}

// setLinker puts the files of a descriptor set in order.
type setLinker struct {
	name        string
	given       map[string]*descriptorpb.FileDescriptorProto
	state       map[string]visitState
	files       []*descriptorpb.FileDescriptorProto
	diagnostics schema.Diagnostics
}

type visitState uint8

const (
	unvisited visitState = iota
	visiting
	visited
)

func (l *setLinker) link(protos *descriptorpb.FileDescriptorSet) *Set {
	s := &Set{Files: &descriptorpb.FileDescriptorSet{}}
	if len(protos.File) == 0 {
		l.diagnostics = unreadable(l.name, "the descriptor set is empty")
	}
	for _, fd := range protos.File {
		if l.given[fd.GetName()] != nil {
			l.diagnostics = append(l.diagnostics, unreadable(l.name, fd.GetName()+" is in the set twice")...)
		}
		l.given[fd.GetName()] = fd
	}
	for _, fd := range protos.File {
		l.visit(fd.GetName(), l.name)
		if _, standard := standardImport(fd.GetName()); !standard && !isBufImport(fd) {
			s.Targets = append(s.Targets, fd.GetName())
		}
	}
	slices.Sort(s.Targets)
	s.Targets = slices.Compact(s.Targets)
	s.Files.File = l.files
	return s
}

func (l *setLinker) visit(path, importer string) {
	if l.state[path] == visiting {
		l.diagnostics = append(l.diagnostics, unreadable(l.name, fmt.Sprintf("%s imports itself through %s", path, importer))...)
	}
	if l.state[path] != unvisited {
		return
	}
	l.state[path] = visiting
	if fd := l.file(path, importer); fd != nil {
		for _, dep := range fd.Dependency {
			l.visit(dep, path)
		}
		l.files = append(l.files, fd)
	}
	l.state[path] = visited
}

// file returns a file of the set, or else a standard one.
func (l *setLinker) file(path, importer string) *descriptorpb.FileDescriptorProto {
	if fd, ok := l.given[path]; ok {
		return fd
	}
	if fd, ok := standardImport(path); ok {
		return protodesc.ToFileDescriptorProto(fd)
	}
	l.diagnostics = append(l.diagnostics, unreadable(l.name, fmt.Sprintf("%s imports %q, which is not in the set", importer, path))...)
	return nil
}

// isBufImport reads buf's extension of FileDescriptorProto: field 8042 is a message whose field 1 says that the file is
// there because others import it.
func isBufImport(fd *descriptorpb.FileDescriptorProto) bool {
	extension := lastField(fd.ProtoReflect().GetUnknown(), 8042)
	return strings.HasSuffix(string(lastField(extension, 1)), "\x01")
}

// lastField returns the value of the last field with a number, as its bytes on the wire without tag and length.
func lastField(b protoreflect.RawFields, number protowire.Number) []byte {
	var last []byte
	for len(b) > 0 {
		n, typ, size := protowire.ConsumeTag(b)
		if size < 0 {
			return nil
		}
		b = b[size:]
		size = protowire.ConsumeFieldValue(n, typ, b)
		if size < 0 {
			return nil
		}
		if n == number {
			last = value(typ, b[:size])
		}
		b = b[size:]
	}
	return last
}

func value(typ protowire.Type, b []byte) []byte {
	if typ == protowire.BytesType {
		b, _ = protowire.ConsumeBytes(b)
	}
	return b
}
