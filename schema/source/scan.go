package source

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema"
)

// Scan compiles files of roots, and what they import from roots and deps, and visits each once: one after the other, always in the same order, each
// after its imports. Paths says which files; nil: all of roots. Standard imports are compiled with, but not visited.
//
// It is [Compile] for those who read descriptors and do not keep them: without source info, and what nobody imports any more is let go. Hence
// visit must copy what it keeps. Custom options are dynamic messages, on which proto.GetExtension panics.
//
// Problems in the files are the diagnostics of Compile, warnings left out. If there are any, visit may have been called for some files all the
// same, and what it made of them is of no use. The error is for files that cannot be read, and is that of visit if it fails.
func Scan(ctx context.Context, roots, deps []Tree, paths []string, visit func(protoreflect.FileDescriptor) error) (schema.Diagnostics, error) {
	s, err := newScan(ctx, roots, deps, paths)
	if err == nil {
		err = s.run(ctx, func(n *node) error { return visit(n.file) })
	}
	if unsound := (unsoundError{}); errors.As(err, &unsound) {
		return explain(ctx, roots, deps, unsound.cause)
	}
	return nil, err
}

func newScan(ctx context.Context, roots, deps []Tree, paths []string) (*linking, error) {
	sources := newCompilation(roots, deps)
	if err := sources.findTargets(); err != nil {
		return nil, err
	}
	sources.checkCopyOfOptions(ctx)
	if sources.diagnostics.HasErrors() {
		return nil, unsoundError{errors.New(sources.diagnostics[0].Message)}
	}
	if paths == nil {
		paths = sources.targets
	}
	g, err := readGraph(ctx, sources, paths)
	if err != nil {
		return nil, err
	}
	l, err := newLinking(g, paths)
	if err != nil {
		return nil, unsoundError{err}
	}
	return l, nil
}

// unsoundError is a problem in the sources, of which [Compile] knows to say more.
type unsoundError struct{ cause error }

func (e unsoundError) Error() string { return e.cause.Error() }

// explain compiles anew to find all that is wrong, and the best words for it.
func explain(ctx context.Context, roots, deps []Tree, cause error) (schema.Diagnostics, error) {
	_, ds, err := Compile(ctx, roots, deps)
	if err != nil {
		return nil, err
	}
	if !ds.HasErrors() {
		return nil, fmt.Errorf("compile proto files: %w", cause)
	}
	return slices.DeleteFunc(ds, func(d schema.Diagnostic) bool { return d.Severity != schema.Error }), nil
}
