package source

import (
	"context"
	"slices"

	"github.com/evgen-dev/evgen/schema"
)

// CompilePaths is [Compile] for some of the files of roots, e.g., those with annotations: what nobody of them imports is not even parsed.
func CompilePaths(ctx context.Context, roots, deps []Tree, paths []string) (*Set, schema.Diagnostics, error) {
	c := newCompilation(roots, deps)
	if err := c.findTargets(); err != nil {
		return nil, nil, err
	}
	c.targets = slices.DeleteFunc(c.targets, func(path string) bool { return !slices.Contains(paths, path) })
	return c.run(ctx)
}
