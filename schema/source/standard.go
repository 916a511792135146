package source

import "google.golang.org/protobuf/reflect/protoreflect"

// StandardImport returns a file that no tree or descriptor set needs to have: evgen's annotations and what comes with protoc.
func StandardImport(path string) (protoreflect.FileDescriptor, bool) { return standardImport(path) }
