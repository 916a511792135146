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
	Paths       []string // files that are compared; nil: all
}

// Name returns the label.
func (t *Trees) Name() string { return t.Label }

func (t *Trees) source() source.Side { return source.Side{Roots: t.Roots, Deps: t.Deps} }

// Narrow returns now and old without the files that no comparison of the two finds anything in, for their texts and those of what they import are the
// same.
func Narrow(ctx context.Context, now, old *Trees) (*Trees, *Trees, error) {
	d, err := source.Changed(ctx, old.source(), now.source())
	if err != nil {
		return nil, nil, err
	}
	return &Trees{now.Label, now.Roots, now.Deps, d.Now}, &Trees{old.Label, old.Roots, old.Deps, d.Old}, nil
}

// Read resolves the contracts of all files, and reduces those that are compared to a snapshot.
func (t *Trees) Read(ctx context.Context) (*State, error) {
	state, err := t.Contracts(ctx)
	if err == nil {
		state.Snapshot, err = t.Snapshot(ctx)
	}
	return state, err
}

// Snapshot compiles the files without source info, and lets each go.
func (t *Trees) Snapshot(ctx context.Context) (*compat.Snapshot, error) {
	s := compat.NewSnapshot()
	ds, err := source.Scan(ctx, t.Roots, t.Deps, t.Paths, func(fd protoreflect.FileDescriptor) error {
		s.Add(fd)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s, unsound(t, ds)
}

// Contracts is Read without the snapshot. It compiles the files with annotations, which are few, as a whole.
func (t *Trees) Contracts(ctx context.Context) (*State, error) {
	outline, err := source.ReadOutline(ctx, t.source())
	if err != nil {
		return nil, err
	}
	state := &State{Name: t.Label, Files: len(outline.Files), Contract: &contract.Set{}}
	if len(outline.Annotated) == 0 {
		return state, nil
	}
	set, ds, err := source.CompilePaths(ctx, t.Roots, t.Deps, outline.Annotated)
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
	state.Contract = contract.Of(model)
	return state, nil
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
