package payload_test

import (
	"testing"
	"testing/fstest"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/source"
)

// trees are one tree with files that need not be in a directory.
func trees(files map[string]string) []source.Tree {
	tree := fstest.MapFS{}
	for path, text := range files {
		tree[path] = &fstest.MapFile{Data: []byte(text)}
	}
	return []source.Tree{{Dir: "proto", FS: tree}}
}

func compile(t *testing.T, files map[string]string) []protoreflect.FileDescriptor {
	t.Helper()
	set, diagnostics, err := source.Compile(t.Context(), trees(files), nil)
	if err != nil || diagnostics.HasErrors() {
		t.Fatalf("compile: %v\n%s", err, diagnostics)
	}
	descriptors, err := set.Descriptors()
	if err != nil {
		t.Fatal(err)
	}
	return descriptors
}

func snapshot(files []protoreflect.FileDescriptor) *compat.Snapshot {
	s := compat.NewSnapshot()
	for _, fd := range files {
		s.Add(fd)
	}
	return s
}

// scan returns the snapshot that the gate takes of sources.
func scan(t *testing.T, files map[string]string) *compat.Snapshot {
	t.Helper()
	s := compat.NewSnapshot()
	diagnostics, err := source.Scan(t.Context(), trees(files), nil, nil, func(fd protoreflect.FileDescriptor) error {
		s.Add(fd)
		return nil
	})
	if err != nil || diagnostics.HasErrors() {
		t.Fatalf("scan: %v\n%s", err, diagnostics)
	}
	return s
}
