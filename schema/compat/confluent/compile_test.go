package confluent_test

import (
	"slices"
	"testing"
	"testing/fstest"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/confluent"
	"github.com/evgen-dev/evgen/schema/source"
)

// descriptor compiles files and returns the one with a path.
func descriptor(t *testing.T, files map[string]string, path string) protoreflect.FileDescriptor {
	t.Helper()
	tree := fstest.MapFS{}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	set, diagnostics, err := source.Compile(t.Context(), []source.Tree{{Dir: "proto", FS: tree}}, nil)
	if err != nil || diagnostics.HasErrors() {
		t.Fatalf("compile: %v\n%s", err, diagnostics)
	}
	fds, err := set.Descriptors()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(fds, func(fd protoreflect.FileDescriptor) bool { return fd.Path() == path })
	if i < 0 {
		t.Fatalf("there is no file %s", path)
	}
	return fds[i]
}

// compile returns a file, with what it imports.
func compile(t *testing.T, files map[string]string, path string) confluent.Schema {
	t.Helper()
	return confluent.SchemaOf(descriptor(t, files, path))
}

// compileAlone returns a file without what it imports.
func compileAlone(t *testing.T, files map[string]string, path string) confluent.Schema {
	t.Helper()
	types := compat.NewSnapshot()
	types.Add(descriptor(t, files, path))
	return confluent.Schema{File: types.File(path), Types: types}
}

// texts returns differences as one would look at them, e.g., FIELD_ADDED #/Order/2.
func texts(ds []confluent.Difference) []string {
	lines := []string{}
	for _, d := range ds {
		lines = append(lines, string(d.Type)+" "+d.Path)
	}
	return lines
}

func isCompatible(ds []confluent.Difference) bool {
	return !slices.ContainsFunc(ds, func(d confluent.Difference) bool { return !d.Compatible })
}
