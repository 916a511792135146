package source

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/linker"
	"github.com/bufbuild/protocompile/protoutil"
	"github.com/bufbuild/protocompile/reporter"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/schema"
)

// Compile compiles all proto files of roots, with what they import from roots and deps. It brings evgen/v1/options.proto and
// what protoc brings. Problems in the files are diagnostics, and the set is nil when one of them is an error; the error is for
// files that cannot be read.
func Compile(ctx context.Context, roots, deps []Tree) (*Set, schema.Diagnostics, error) {
	c := newCompilation(roots, deps)
	if err := c.findTargets(); err != nil {
		return nil, nil, err
	}
	return c.run(ctx)
}

// run compiles the targets.
func (c *compilation) run(ctx context.Context) (*Set, schema.Diagnostics, error) {
	if err := c.parse(ctx); err != nil {
		return nil, nil, err
	}
	c.checkImports()
	files, err := c.link(ctx)
	if err != nil {
		return nil, nil, err
	}
	c.checkCopyOfOptions(ctx)
	return c.set(files)
}

// compilation is one run of [Compile].
type compilation struct {
	roots, deps []Tree
	targets     []string         // sorted
	units       map[string]*unit // by path: everything that is imported and not a standard import
	texts       schema.Texts
	dirs        map[string]string
	diagnostics schema.Diagnostics
}

func newCompilation(roots, deps []Tree) *compilation {
	return &compilation{roots: roots, deps: deps, units: map[string]*unit{}, texts: schema.Texts{}, dirs: map[string]string{}}
}

func (c *compilation) findTargets() error {
	for _, root := range c.roots {
		paths, err := root.protoFiles(slices.Concat(c.roots, c.deps))
		if err != nil {
			return err
		}
		for _, path := range paths {
			c.addTarget(root, path)
		}
	}
	slices.Sort(c.targets)
	return nil
}

func (c *compilation) addTarget(root Tree, path string) {
	if first, ok := c.dirs[path]; ok {
		c.errorf(schema.Position{Path: path}, schema.FileTwice, "%s is in %s and in %s", path, first, root.Dir).Help = "rename one of the files"
		return
	}
	c.dirs[path] = root.Dir
	if _, ok := standardImport(path); !ok {
		c.targets = append(c.targets, path)
	}
}

// link compiles the targets that are not broken, and do not import what is.
func (c *compilation) link(ctx context.Context) (linker.Files, error) {
	var sound []string
	for _, path := range c.targets {
		if !c.units[path].broken {
			sound = append(sound, path)
		}
	}
	compiler := protocompile.Compiler{
		Resolver:       protocompile.ResolverFunc(c.find),
		Reporter:       c.reporter(func() {}),
		SourceInfoMode: protocompile.SourceInfoStandard | protocompile.SourceInfoExtraOptionLocations,
	}
	files, err := compiler.Compile(ctx, sound...)
	if err != nil && !c.diagnostics.HasErrors() {
		return nil, fmt.Errorf("compile proto files: %w", err)
	}
	return files, ctx.Err()
}

func (c *compilation) find(path string) (protocompile.SearchResult, error) {
	if fd, ok := standardImport(path); ok {
		return protocompile.SearchResult{Desc: fd}, nil
	}
	return protocompile.SearchResult{AST: c.units[path].ast}, nil
}

// reporter turns what protocompile reports into diagnostics, and lets it go on.
func (c *compilation) reporter(failed func()) reporter.Reporter {
	return reporter.NewReporter(func(err reporter.ErrorWithPos) error {
		failed()
		c.add(err, schema.CompileFailed, schema.Error)
		return nil
	}, func(err reporter.ErrorWithPos) {
		if slices.Contains(c.targets, err.GetPosition().Filename) {
			c.add(err, schema.CompileWarning, schema.Warning)
		}
	})
}

func (c *compilation) add(err reporter.ErrorWithPos, rule string, s schema.Severity) {
	start, message := later(err.Start(), err.Unwrap().Error())
	end := err.End()
	if duplicate.MatchString(message) {
		end = start
	}
	c.diagnostics = append(c.diagnostics, schema.Diagnostic{
		ID: rule, Severity: s, Message: message, Help: c.advice(message, start.Filename),
		Pos: c.texts.Position(start.Filename, start.Line-1, start.Col-1),
		End: c.texts.Position(end.Filename, end.Line-1, end.Col-1),
	})
}

func (c *compilation) errorf(pos schema.Position, rule, format string, args ...any) *schema.Diagnostic {
	c.diagnostics = append(c.diagnostics, schema.Diagnostic{ID: rule, Pos: pos, Message: fmt.Sprintf(format, args...)})
	return &c.diagnostics[len(c.diagnostics)-1]
}

// checkCopyOfOptions compares evgen/v1/options.proto in the user's tree with evgen's own, which is the one that is used.
func (c *compilation) checkCopyOfOptions(ctx context.Context) {
	text, err := c.read(schema.OptionsPath)
	if err != nil {
		return
	}
	compiler := protocompile.Compiler{
		Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{
			Accessor: protocompile.SourceAccessorFromMap(map[string]string{schema.OptionsPath: string(text)}),
		}),
		Reporter: c.reporter(func() {}),
	}
	files, err := compiler.Compile(ctx, schema.OptionsPath)
	if err == nil {
		c.diagnostics = append(c.diagnostics, schema.CompareAnnotations(files[0])...)
	}
}

func (c *compilation) set(files linker.Files) (*Set, schema.Diagnostics, error) {
	ds := c.diagnostics.Sorted()
	if ds.HasErrors() {
		return nil, ds, nil
	}
	protos, err := linkedOptions(inDependencyOrder(files))
	if err != nil {
		return nil, nil, err
	}
	return &Set{Files: protos, Targets: c.targets, texts: maps.Clone(c.texts), dirs: c.dirs}, ds, nil
}

// inDependencyOrder returns the protos of files and of all that they import, each after its imports.
func inDependencyOrder(files linker.Files) *descriptorpb.FileDescriptorSet {
	set, seen := &descriptorpb.FileDescriptorSet{}, map[string]bool{}
	var visit func(fd protoreflect.FileDescriptor)
	visit = func(fd protoreflect.FileDescriptor) {
		if seen[fd.Path()] {
			return
		}
		seen[fd.Path()] = true
		for i := range fd.Imports().Len() {
			visit(fd.Imports().Get(i).FileDescriptor)
		}
		set.File = append(set.File, protoutil.ProtoFromFileDescriptor(fd))
	}
	for _, fd := range files {
		visit(fd)
	}
	return set
}

// linkedOptions parses the options anew: protocompile represents custom options as dynamic messages, on which
// proto.GetExtension panics.
func linkedOptions(dynamic *descriptorpb.FileDescriptorSet) (*descriptorpb.FileDescriptorSet, error) {
	b, err := proto.Marshal(dynamic)
	if err != nil {
		return nil, fmt.Errorf("encode descriptors: %w", err)
	}
	linked := &descriptorpb.FileDescriptorSet{}
	if err := proto.Unmarshal(b, linked); err != nil {
		return nil, fmt.Errorf("decode descriptors: %w", err)
	}
	return linked, nil
}
