package source

import (
	"context"
	"maps"
	"slices"

	"github.com/evgen-dev/evgen/schema"
)

// Side is one of two states of a set of proto files.
type Side struct{ Roots, Deps []Tree }

// Outline is what reading the heads of files tells, without compiling them.
type Outline struct {
	Files     []string // of the roots, sorted
	Annotated []string // those of them that see evgen's annotations
}

// ReadOutline reads the heads of all files of a side's roots.
func ReadOutline(ctx context.Context, s Side) (Outline, error) {
	g, err := readSide(ctx, s)
	if err != nil {
		return Outline{}, err
	}
	o := Outline{Files: g.sources.targets}
	for _, path := range o.Files {
		if n := g.nodes[path]; n != nil && slices.ContainsFunc(n.imports, g.declaresAnnotations) {
			o.Annotated = append(o.Annotated, path)
		}
	}
	return o, nil
}

// annotations is the package of options.proto.
const annotations = "evgen.v1"

// declaresAnnotations says whether the file at path has the annotations for those that import it: its own, in a copy of options.proto at whatever path, or those that
// it makes public.
func (g *graph) declaresAnnotations(path string) bool {
	seen := reach(pathSet{path: true}, g.publicImports)
	seen[path] = true
	for p := range seen {
		if n := g.nodes[p]; p == schema.OptionsPath || n != nil && n.pkg == annotations {
			return true
		}
	}
	return false
}

func (g *graph) publicImports(path string) []string {
	if n := g.nodes[path]; n != nil {
		return n.public
	}
	return nil
}

// Difference says which files of two sides can differ in what they declare.
type Difference struct {
	Old, Now []string // for [Scan]: paths, sorted; never nil
}

// Changed finds the files outside of which no comparison of the two sides finds anything, by reading them but not compiling. It is what makes a
// small change of a large repository cheap.
//
// What a file declares follows from its text and from what it imports, directly or not. So if all those are the same on both sides, its
// descriptor is, and as a name is declared once, each declaration pairs with itself. Left to prove is that the other files compare as they would have beside it. Comparing them
// looks at no more than their own declarations, at types that they refer to, at files by path, and at whether a package is still there. Hence a file is not
// left out if
//   - it differs, or is on one side only, or imports what is not found;
//   - it imports such a file, directly or not, or one whose messages such a file may extend: what extends a message belongs to it for all who have it;
//   - it is of the package of a file that differs, which also shows names that are declared twice;
//   - one of those imports it, directly or not, on either side.
//
// A file that is left out is not compiled, so that what is wrong in it on both sides stays unsaid. Whoever asks about the sides as a whole, such as whether there are events at
// all, must not ask only the files of the difference.
func Changed(ctx context.Context, old, now Side) (Difference, error) {
	before, err := readSide(ctx, old)
	if err != nil {
		return Difference{}, err
	}
	after, err := readSide(ctx, now)
	if err != nil {
		return Difference{}, err
	}
	compared := pathSet{}
	changed := differing(before, after)
	compared.add(changed)
	for _, g := range []*graph{before, after} {
		compared.add(g.importersOf(changed))
		compared.add(g.importersOf(g.extendedBy(changed)))
		compared.add(g.ofPackages(packagesOf(changed, before, after)))
	}
	for _, g := range []*graph{before, after} {
		compared.add(g.closure(compared))
	}
	return Difference{Old: before.only(compared), Now: after.only(compared)}, nil
}

func readSide(ctx context.Context, s Side) (*graph, error) {
	sources := newCompilation(s.Roots, s.Deps)
	if err := sources.findTargets(); err != nil {
		return nil, err
	}
	return readGraph(ctx, sources, sources.targets)
}

type pathSet map[string]bool

func (s pathSet) add(other pathSet) { maps.Copy(s, other) }

// differing returns the files that differ, are on one side only, or import what is not found.
func differing(before, after *graph) pathSet {
	changed := pathSet{}
	for _, side := range [][2]*graph{{before, after}, {after, before}} {
		for path, n := range side[0].nodes {
			other := side[1].nodes[path]
			if n == nil || other == nil || n.sum != other.sum {
				changed[path] = true
			}
		}
	}
	return changed
}

// extendedBy returns the files with messages that those at paths may extend: what these import, directly or by way of others.
func (g *graph) extendedBy(paths pathSet) pathSet {
	extending := pathSet{}
	for path := range paths {
		if n := g.nodes[path]; n != nil && n.extends {
			extending[path] = true
		}
	}
	return g.closure(extending)
}

// importersOf returns the files that import one of paths, directly or not.
func (g *graph) importersOf(paths pathSet) pathSet {
	importers := map[string][]string{}
	for path := range g.nodes {
		for _, imported := range g.imports(path) {
			importers[imported] = append(importers[imported], path)
		}
	}
	return reach(paths, func(path string) []string { return importers[path] })
}

// closure returns what the files at paths import, directly or not.
func (g *graph) closure(paths pathSet) pathSet { return reach(paths, g.imports) }

// reach returns where one comes from paths, step by step.
func reach(paths pathSet, next func(string) []string) pathSet {
	reached := pathSet{}
	for frontier := slices.Collect(maps.Keys(paths)); len(frontier) > 0; {
		path := frontier[len(frontier)-1]
		frontier = frontier[:len(frontier)-1]
		for _, p := range next(path) {
			if !reached[p] {
				reached[p] = true
				frontier = append(frontier, p)
			}
		}
	}
	return reached
}

func packagesOf(paths pathSet, graphs ...*graph) map[string]bool {
	packages := map[string]bool{}
	for _, g := range graphs {
		for path := range paths {
			if n := g.nodes[path]; n != nil {
				packages[n.pkg] = true
			}
		}
	}
	return packages
}

func (g *graph) ofPackages(packages map[string]bool) pathSet {
	paths := pathSet{}
	for path, n := range g.nodes {
		if n != nil && packages[n.pkg] {
			paths[path] = true
		}
	}
	return paths
}

// only returns those of paths that the side has.
func (g *graph) only(paths pathSet) []string {
	kept := []string{}
	for path, n := range g.nodes {
		if n != nil && paths[path] {
			kept = append(kept, path)
		}
	}
	slices.Sort(kept)
	return kept
}
