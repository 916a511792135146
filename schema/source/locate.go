package source

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
)

// Locate sets the positions of places in files of roots and deps. For that it compiles those files anew, with source info this time, and what they
// import without. Places in other files stay as they are. The error is for files that cannot be read, or not be compiled.
//
// The position is that of the element; where an option is set field by field, and so has no text of its own, that of its first part; else that of
// what is around it.
func Locate(ctx context.Context, roots, deps []Tree, places []*compat.Place) error {
	sources := newCompilation(roots, deps)
	wanted := placesByFile(places)
	var paths []string
	located := pathSet{}
	for _, path := range slices.Sorted(maps.Keys(wanted)) {
		if !isStandard(path) && sources.locate(path) {
			paths, located[path] = append(paths, path), true
		}
	}
	g, err := readGraph(ctx, sources, paths)
	if err != nil {
		return err
	}
	l, err := newLinking(g, paths)
	if err != nil {
		return err
	}
	l.located = located
	return l.run(ctx, func(n *node) error { return sources.locateIn(n, wanted[n.path]) })
}

func placesByFile(places []*compat.Place) map[string][]*compat.Place {
	files := map[string][]*compat.Place{}
	for _, p := range places {
		if p.File != "" && len(p.Element) > 0 {
			files[p.File] = append(files[p.File], p)
		}
	}
	return files
}

func (c *compilation) locateIn(n *node, places []*compat.Place) error {
	if len(places) == 0 {
		return nil
	}
	text, err := c.read(n.path)
	if err != nil {
		return fmt.Errorf("read %s: %w", n.path, err)
	}
	locate(n.file, schema.Texts{n.path: string(text)}, places)
	return nil
}

// LocateIn sets the positions of those places that are in fd, if it has source info, as [Locate] does. Columns are those of source info, which
// counts a tab as up to eight.
func LocateIn(fd protoreflect.FileDescriptor, places ...*compat.Place) {
	locate(fd, nil, placesByFile(places)[fd.Path()])
}

func locate(fd protoreflect.FileDescriptor, texts schema.Texts, places []*compat.Place) {
	locations := fd.SourceLocations()
	for _, p := range places {
		if l, ok := nearestLocation(locations, p.Element); ok {
			p.Start = texts.Position(p.File, l.StartLine, l.StartColumn)
			p.End = texts.Position(p.File, l.EndLine, l.EndColumn)
		}
	}
}

// nearestLocation returns the location of an element; else of the first thing in it; else of what [compat.Enclosing] says is around it, but for the file.
func nearestLocation(locations protoreflect.SourceLocations, element []int32) (protoreflect.SourceLocation, bool) {
	for e := element; len(e) > 0; e = compat.Enclosing(e) {
		if l := locations.ByPath(e); l.Path != nil {
			return l, true
		}
		if l, ok := firstWithin(locations, e); ok && (len(e) == len(element) || isExtension(e)) {
			return l, true
		}
	}
	return protoreflect.SourceLocation{}, false
}

func firstWithin(locations protoreflect.SourceLocations, element []int32) (protoreflect.SourceLocation, bool) {
	for i := range locations.Len() {
		if l := locations.Get(i); len(l.Path) > len(element) && slices.Equal(l.Path[:len(element)], element) {
			return l, true
		}
	}
	return protoreflect.SourceLocation{}, false
}

// isExtension says whether an element is an option that protobuf does not bring itself. Its parts belong together, while features, say, have nothing to do with
// each other.
func isExtension(element []int32) bool { return element[len(element)-1] >= 1000 }
