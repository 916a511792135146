package source

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"
)

// graph knows which file imports which before any of them is compiled: what has to be compiled, in which order, and when something
// compiled is not needed any more.
type graph struct {
	sources *compilation
	nodes   map[string]*node // by path; nil: not found
}

// node is a file; standard imports have none.
type node struct {
	path string
	header
	sum [sha256.Size]byte // of the text
	link
}

// readGraph reads files and what they import. It keeps no texts: reading them once more, when they are compiled, is cheap.
func readGraph(ctx context.Context, sources *compilation, paths []string) (*graph, error) {
	g := &graph{sources: sources, nodes: map[string]*node{}}
	for frontier := paths; len(frontier) > 0; {
		if err := g.readAll(ctx, frontier); err != nil {
			return nil, err
		}
		frontier = g.unread(frontier)
	}
	return g, nil
}

func (g *graph) readAll(ctx context.Context, paths []string) error {
	read := make([]*node, len(paths))
	var group errgroup.Group
	group.SetLimit(min(parallelReads, 2*runtime.GOMAXPROCS(0)))
	for i, path := range paths {
		group.Go(func() (err error) {
			if err = ctx.Err(); err == nil {
				read[i], err = g.readNode(path)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, path := range paths {
		g.nodes[path] = read[i]
	}
	return nil
}

func (g *graph) readNode(path string) (*node, error) {
	text, err := g.sources.read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return &node{path: path, header: readHeader(text), sum: sha256.Sum256(text)}, nil
}

// unread returns what the files at paths import that is neither read nor standard.
func (g *graph) unread(paths []string) []string {
	next := map[string]bool{}
	for _, path := range paths {
		for _, imported := range g.imports(path) {
			if _, read := g.nodes[imported]; !read {
				next[imported] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(next))
}

// imports returns the imports of a file that are not standard.
func (g *graph) imports(path string) []string {
	n := g.nodes[path]
	if n == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(n.imports), isStandard)
}

// isStandard says whether nobody needs to have the file. It does not look it up.
func isStandard(path string) bool {
	_, standard := standardImport(path)
	return standard
}

// sorted returns the files, each after its imports and otherwise in the order of paths. It fails if one is not found, or imports itself.
func (g *graph) sorted(paths []string) ([]*node, error) {
	s := graphSorter{graph: g, state: map[string]visitState{}}
	for _, path := range paths {
		if err := s.visit(path); err != nil {
			return nil, err
		}
	}
	return s.order, nil
}

type graphSorter struct {
	*graph
	state map[string]visitState
	order []*node
}

func (s *graphSorter) visit(path string) error {
	switch {
	case s.state[path] == visiting:
		return fmt.Errorf("%s imports itself", path)
	case s.state[path] == visited:
		return nil
	case s.nodes[path] == nil:
		return fmt.Errorf("%s is not found", path)
	}
	s.state[path] = visiting
	for _, imported := range s.imports(path) {
		if err := s.visit(imported); err != nil {
			return err
		}
	}
	s.state[path] = visited
	s.order = append(s.order, s.nodes[path])
	return nil
}
