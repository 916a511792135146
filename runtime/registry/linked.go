package registry

import (
	"fmt"
	"maps"

	"golang.org/x/tools/txtar"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/normal"
	"github.com/evgen-dev/evgen/schema/source"
)

// meaning is what decides how the bytes of a message are read: the normal form of the file that declares it, and of those that declare
// what its fields are made of, by path. Files that are imported for their options only are left out, so that an upgrade of evgen, which
// brings new annotations, changes no schema.
type meaning map[string]string

func meaningOf(m protoreflect.MessageDescriptor) (meaning, error) {
	texts := meaning{}
	for path, fd := range filesOf(m) {
		text, err := normal.Print(fd)
		if err != nil {
			return nil, fmt.Errorf("print %s: %w", path, err)
		}
		texts[path] = text
	}
	return texts, nil
}

func (m meaning) equal(other meaning) bool { return maps.Equal(m, other) }

// filesOf returns the files of m and of all types that its fields reach, by path.
func filesOf(m protoreflect.MessageDescriptor) map[string]protoreflect.FileDescriptor {
	files := map[string]protoreflect.FileDescriptor{}
	seen := map[protoreflect.FullName]bool{}
	add := func(d protoreflect.Descriptor) {
		if path := d.ParentFile().Path(); !normal.IsBuiltIn(path) {
			files[path] = d.ParentFile()
		}
	}
	var visit func(protoreflect.MessageDescriptor)
	visit = func(m protoreflect.MessageDescriptor) {
		if seen[m.FullName()] {
			return
		}
		seen[m.FullName()] = true
		add(m)
		for i := range m.Fields().Len() {
			f := m.Fields().Get(i)
			if f.Message() != nil {
				visit(f.Message())
			}
			if f.Enum() != nil {
				add(f.Enum())
			}
		}
	}
	visit(m)
	return files
}

// Brought returns what fd imports of google/type and the like: registries bring these files, so that they are not registered, and the compiler does not know them.
func Brought(fd protoreflect.FileDescriptor) ([]source.Tree, error) {
	files := &txtar.Archive{}
	for _, imported := range closure(fd) {
		if !normal.IsBuiltIn(imported.Path()) {
			continue
		}
		text, err := normal.Print(imported)
		if err != nil {
			return nil, fmt.Errorf("print %s: %w", imported.Path(), err)
		}
		files.Files = append(files.Files, txtar.File{Name: imported.Path(), Data: []byte(text)})
	}
	tree, err := txtar.FS(files)
	return []source.Tree{{Dir: "what registries bring", FS: tree}}, err
}
