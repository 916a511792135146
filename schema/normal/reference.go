package normal

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// References returns the direct imports of a file for which a registry needs a reference, sorted: all but those that it brings itself.
func References(fd protoreflect.FileDescriptor) []string {
	paths := mapped(all(fd.Imports()), protoreflect.FileImport.Path)
	paths = slices.DeleteFunc(paths, IsBuiltIn)
	slices.Sort(paths)
	return slices.Compact(paths)
}

// IsBuiltIn says whether a registry brings a file itself, as Confluent's and Apicurio's do.
func IsBuiltIn(path string) bool {
	for _, dir := range []string{"google/protobuf/", "google/type/", "confluent/"} {
		if strings.HasPrefix(path, dir) {
			return true
		}
	}
	return false
}
