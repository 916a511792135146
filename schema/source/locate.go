package source

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"

	"github.com/bufbuild/protocompile/options"
	"github.com/bufbuild/protocompile/parser"
	"github.com/bufbuild/protocompile/reporter"
	"github.com/bufbuild/protocompile/sourceinfo"
	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
)

// Locate sets the positions of places in files of roots and deps. For that it reads those files anew: places in custom options need a file to be
// compiled, and with it what it imports; for others it is parsed. Places in other files stay as they are. The error is for files that cannot be read,
// parsed or compiled.
//
// The position is that of the element; where an option is set field by field, and so has no text of its own, that of its first part; else that of
// what is around it.
func Locate(ctx context.Context, roots, deps []Tree, places []*compat.Place) error {
	l := locator{sources: newCompilation(roots, deps), places: placesByFile(places)}
	parsed, compiled := l.files()
	if err := l.parse(ctx, parsed); err != nil {
		return err
	}
	return l.compile(ctx, compiled)
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

// locator is one run of [Locate].
type locator struct {
	sources *compilation
	places  map[string][]*compat.Place
}

// files returns the files that have places: those to parse, and those to compile.
func (l *locator) files() (parsed, compiled []string) {
	for _, path := range slices.Sorted(maps.Keys(l.places)) {
		switch {
		case isStandard(path) || !l.sources.locate(path):
		case slices.ContainsFunc(l.places[path], inCustomOption):
			compiled = append(compiled, path)
		default:
			parsed = append(parsed, path)
		}
	}
	return parsed, compiled
}

// inCustomOption says whether an element is in an option that descriptor.proto does not declare.
func inCustomOption(p *compat.Place) bool {
	md := (&descriptorpb.FileDescriptorProto{}).ProtoReflect().Descriptor()
	for i := 0; i < len(p.Element) && md != nil; i++ {
		fd := md.Fields().ByNumber(protoreflect.FieldNumber(p.Element[i]))
		if fd == nil {
			return true
		}
		if fd.IsList() {
			i++
		}
		md = fd.Message()
	}
	return false
}

func (l *locator) parse(ctx context.Context, paths []string) error {
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, path := range paths {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return l.parseFile(path)
		})
	}
	return group.Wait()
}

func (l *locator) parseFile(path string) error {
	text, err := l.sources.read(path)
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	handler := reporter.NewHandler(nil)
	tree, err := syntaxTree(path, text, handler)
	if err != nil {
		return err
	}
	parsed, err := parser.ResultFromAST(tree, true, handler)
	if err != nil {
		return err
	}
	index, err := options.InterpretUnlinkedOptions(parsed)
	if err != nil {
		return err
	}
	info := sourceinfo.GenerateSourceInfo(tree, index)
	setPositions(locationsOf(info), schema.Texts{path: string(text)}, l.places[path])
	return nil
}

func (l *locator) compile(ctx context.Context, paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	g, err := readGraph(ctx, l.sources, paths)
	if err != nil {
		return err
	}
	linked, err := newLinking(g, paths)
	if err != nil {
		return err
	}
	linked.located = pathSet{}
	for _, path := range paths {
		linked.located[path] = true
	}
	return linked.run(ctx, func(n *node) error {
		if !linked.located[n.path] {
			return nil
		}
		text, err := l.sources.read(n.path)
		if err != nil {
			return fmt.Errorf("read %s: %w", n.path, err)
		}
		setPositions(locationsIn(n.file), schema.Texts{n.path: string(text)}, l.places[n.path])
		return nil
	})
}

// LocateIn sets the positions of those places that are in fd, if it has source info, as [Locate] does. Columns are those of source info, which
// counts a tab as up to eight.
func LocateIn(fd protoreflect.FileDescriptor, places ...*compat.Place) {
	setPositions(locationsIn(fd), nil, placesByFile(places)[fd.Path()])
}

func setPositions(locations []protoreflect.SourceLocation, texts schema.Texts, places []*compat.Place) {
	for _, p := range places {
		if l, ok := nearestLocation(locations, p.Element); ok {
			p.Start = texts.Position(p.File, l.StartLine, l.StartColumn)
			p.End = texts.Position(p.File, l.EndLine, l.EndColumn)
		}
	}
}

// nearestLocation returns the location of an element; else of the first thing in it; else of what [compat.Enclosing] says is around it, but for the file.
func nearestLocation(locations []protoreflect.SourceLocation, element []int32) (protoreflect.SourceLocation, bool) {
	for e := protoreflect.SourcePath(element); len(e) > 0; e = compat.Enclosing(e) {
		i := slices.IndexFunc(locations, func(l protoreflect.SourceLocation) bool { return l.Path.Equal(e) })
		if i < 0 && (len(e) == len(element) || isExtension(e)) {
			i = slices.IndexFunc(locations, func(l protoreflect.SourceLocation) bool { return len(l.Path) > len(e) && l.Path[:len(e)].Equal(e) })
		}
		if i >= 0 {
			return locations[i], true
		}
	}
	return protoreflect.SourceLocation{}, false
}

// isExtension says whether an element is an option that protobuf does not bring itself. Its parts belong together, while features, say, have nothing to do with
// each other.
func isExtension(element []int32) bool { return element[len(element)-1] >= 1000 }

func locationsIn(fd protoreflect.FileDescriptor) []protoreflect.SourceLocation {
	locations := make([]protoreflect.SourceLocation, fd.SourceLocations().Len())
	for i := range locations {
		locations[i] = fd.SourceLocations().Get(i)
	}
	return locations
}

// locationsOf returns paths and spans. A span has three numbers where it ends on the line on which it begins.
func locationsOf(info *descriptorpb.SourceCodeInfo) []protoreflect.SourceLocation {
	locations := make([]protoreflect.SourceLocation, len(info.GetLocation()))
	for i, l := range info.GetLocation() {
		span := l.GetSpan()
		if len(span) == 3 {
			span = []int32{span[0], span[1], span[0], span[2]}
		}
		locations[i] = protoreflect.SourceLocation{
			Path: l.GetPath(), StartLine: int(span[0]), StartColumn: int(span[1]), EndLine: int(span[2]), EndColumn: int(span[3]),
		}
	}
	return locations
}
