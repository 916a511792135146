package gate

import (
	"context"
	"io/fs"
	"path/filepath"
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/contract"
	"github.com/evgen-dev/evgen/schema/source"
)

// Trees is a side that is compiled from source.
type Trees struct {
	Label       string
	Roots, Deps []source.Tree
}

// Name returns the label.
func (t *Trees) Name() string { return t.Label }

// Read compiles all files without source info and lets each go, and then compiles those with annotations as a whole, which are few.
func (t *Trees) Read(ctx context.Context) (*State, error) {
	state := &State{Name: t.Label, Snapshot: compat.NewSnapshot()}
	var annotated []string
	ds, err := source.Scan(ctx, t.Roots, t.Deps, nil, func(fd protoreflect.FileDescriptor) error {
		state.Snapshot.Add(fd)
		if isAnnotated(fd) {
			annotated = append(annotated, fd.Path())
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := unsound(t, ds); err != nil {
		return nil, err
	}
	state.Contract, err = t.contract(ctx, annotated)
	return state, err
}

func (t *Trees) contract(ctx context.Context, annotated []string) (*contract.Set, error) {
	if len(annotated) == 0 {
		return &contract.Set{}, nil
	}
	set, ds, err := source.CompilePaths(ctx, t.Roots, t.Deps, annotated)
	if err != nil {
		return nil, err
	}
	if err := unsound(t, ds); err != nil {
		return nil, err
	}
	files, err := set.Descriptors()
	if err != nil {
		return nil, err
	}
	model, ds := set.Resolve(files)
	if err := unsound(t, ds); err != nil {
		return nil, err
	}
	return contract.Of(model), nil
}

// Locate compiles the files of places again.
func (t *Trees) Locate(ctx context.Context, places []*compat.Place) error {
	return source.Locate(ctx, t.Roots, t.Deps, places)
}

// Filename returns where the file is, from where its tree is seen.
func (t *Trees) Filename(path string) string {
	for _, tree := range slices.Concat(t.Roots, t.Deps) {
		if _, err := fs.Stat(tree.FS, path); err == nil {
			return filepath.ToSlash(filepath.Join(tree.Dir, filepath.FromSlash(path)))
		}
	}
	return path
}
