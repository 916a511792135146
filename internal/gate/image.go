package gate

import (
	"context"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/baseline"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/contract"
)

// Image is a side that somebody else compiled.
type Image struct{ Set *baseline.Set }

// Name returns how the set is called.
func (i *Image) Name() string { return i.Set.Name }

// Read links the files of the set one by one. Only those with annotations, and what they import, stay until those are resolved.
func (i *Image) Read(ctx context.Context) (*State, error) {
	state := &State{Name: i.Set.Name, Snapshot: compat.NewSnapshot()}
	var annotated annotatedFiles
	err := i.Set.Scan(ctx, func(fd protoreflect.FileDescriptor) error {
		state.Snapshot.Add(fd)
		if isAnnotated(fd) {
			annotated.add(fd)
			annotated.targets = append(annotated.targets, fd.Path())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	model, ds := schema.Resolve(annotated.files, annotated.targets)
	if err := unsound(i, ds); err != nil {
		return nil, err
	}
	state.Files, state.Contract = len(state.Snapshot.Files), contract.Of(model)
	return state, nil
}

// Locate finds nothing: the set is read without its source info, and the reader of a finding has no file to open.
func (i *Image) Locate(context.Context, []*compat.Place) error { return nil }

// Filename returns the import path: an image knows of no directories.
func (i *Image) Filename(path string) string { return path }

// annotatedFiles are files with all that they import, each after its imports.
type annotatedFiles struct {
	files   []protoreflect.FileDescriptor
	targets []string
	seen    map[string]bool
}

func (a *annotatedFiles) add(fd protoreflect.FileDescriptor) {
	if a.seen[fd.Path()] {
		return
	}
	if a.seen == nil {
		a.seen = map[string]bool{}
	}
	a.seen[fd.Path()] = true
	for i := range fd.Imports().Len() {
		a.add(fd.Imports().Get(i).FileDescriptor)
	}
	a.files = append(a.files, fd)
}
