package source

import (
	"path/filepath"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/evgen-dev/evgen/schema"
)

// Set is a compiled set of files whose options are parsed as the types of package evgenpb.
type Set struct {
	Files   *descriptorpb.FileDescriptorSet // each after its imports
	Targets []string                        // paths of the files to generate code for, sorted; callers may leave some out
	texts   schema.Texts
	dirs    map[string]string
}

// Request is what protoc would send to a plugin. protogen takes it as it is.
func (s *Set) Request(parameter string) *pluginpb.CodeGeneratorRequest {
	return &pluginpb.CodeGeneratorRequest{
		FileToGenerate: s.Targets,
		Parameter:      proto.String(parameter),
		ProtoFile:      s.Files.File,
	}
}

// Descriptors links the files, each after its imports. Callers that hold those of protogen do not need it.
func (s *Set) Descriptors() ([]protoreflect.FileDescriptor, error) {
	linked, err := protodesc.NewFiles(s.Files)
	if err != nil {
		return nil, err
	}
	files := make([]protoreflect.FileDescriptor, len(s.Files.File))
	for i, fd := range s.Files.File {
		if files[i], err = linked.FindFileByPath(fd.GetName()); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// Resolve is [schema.Resolve] for the targets of s, with exact columns and with evgen:ignore comments wherever they stand. The
// files are those of [Set.Descriptors] or of protogen.
func (s *Set) Resolve(files []protoreflect.FileDescriptor) (*schema.Model, schema.Diagnostics) {
	return schema.ResolveWithTexts(files, s.Targets, s.texts)
}

// Filename returns where the file of an import path was read: the path below the directory of its root. A path that was
// not read from a directory is returned as it is.
func (s *Set) Filename(path string) string {
	return filepath.Join(s.dirs[path], path)
}
