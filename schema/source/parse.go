package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/ast"
	"github.com/bufbuild/protocompile/parser"
	"github.com/bufbuild/protocompile/reporter"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/internal/nearest"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/evgenpb"
)

// unit is a source file.
type unit struct {
	path    string
	ast     *ast.FileNode
	imports []importName
	broken  bool // it, or something that it imports, does not parse
}

type importName struct {
	path string
	pos  schema.Position
}

// standardImport returns a file that nobody needs to have: evgen's annotations and what comes with protoc.
func standardImport(path string) (protoreflect.FileDescriptor, bool) {
	if path == schema.OptionsPath {
		return evgenpb.File_evgen_v1_options_proto, true
	}
	result, err := protocompile.WithStandardImports(protocompile.CompositeResolver{}).FindFileByPath(path)
	return result.Desc, err == nil
}

// parse reads the targets, then what they import, and so on. Protocompile stops at an import that it cannot find; knowing all
// imports beforehand, evgen reports every one that is missing and still compiles the rest.
func (c *compilation) parse(ctx context.Context) error {
	for frontier := c.targets; len(frontier) > 0; {
		units, err := c.parseAll(ctx, frontier)
		if err != nil {
			return err
		}
		for _, u := range units {
			c.units[u.path] = u
		}
		frontier = c.unread(units)
	}
	return nil
}

// unread returns the imports of units that are neither read nor standard nor missing.
func (c *compilation) unread(units []*unit) []string {
	var paths []string
	for _, u := range units {
		for _, imp := range u.imports {
			_, standard := standardImport(imp.path)
			if !standard && c.units[imp.path] == nil && !slices.Contains(paths, imp.path) && c.locate(imp.path) {
				paths = append(paths, imp.path)
			}
		}
	}
	return paths
}

// locate remembers the root of an imported file and says whether there is one.
func (c *compilation) locate(path string) bool {
	if _, ok := c.dirs[path]; ok {
		return true
	}
	for _, root := range slices.Concat(c.roots, c.deps) {
		if info, err := fs.Stat(root.FS, path); err == nil && !info.IsDir() {
			c.dirs[path] = root.Dir
			return true
		}
	}
	return false
}

// parallelReads bounds how many files are open at once.
const parallelReads = 8

func (c *compilation) parseAll(ctx context.Context, paths []string) ([]*unit, error) {
	units, errs := make([]*unit, len(paths)), make([]error, len(paths))
	var mu sync.Mutex // guards what all files share: texts and diagnostics
	var wg sync.WaitGroup
	slots := make(chan struct{}, parallelReads)
	for i, path := range paths {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if errs[i] = ctx.Err(); errs[i] == nil {
				units[i], errs[i] = c.parseFile(path, &mu)
			}
		})
	}
	wg.Wait()
	return units, errors.Join(errs...)
}

func (c *compilation) parseFile(path string, mu *sync.Mutex) (*unit, error) {
	text, err := c.read(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	mu.Lock()
	c.texts[path] = string(text)
	mu.Unlock()
	u := &unit{path: path}
	handler := reporter.NewHandler(lockedReporter{mu, c.reporter(func() { u.broken = true })})
	u.ast, err = syntaxTree(path, text, handler)
	mu.Lock()
	defer mu.Unlock()
	if err != nil && !errors.Is(err, reporter.ErrInvalidSource) {
		u.ast, u.broken = ast.NewEmptyFileNode(path), true
		c.errorf(schema.Position{Path: path}, schema.CompileFailed, "%s", err)
	}
	u.imports = c.importsOf(u)
	c.checkEdition(u)
	return u, nil
}

// syntaxTree parses a file. The parser of protocompile panics on some texts that are no proto files, such as a string with an escape that is not UTF-8.
func syntaxTree(path string, text []byte, handler *reporter.Handler) (tree *ast.FileNode, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the parser cannot cope with this file: %v", p)
		}
	}()
	return parser.Parse(path, bytes.NewReader(text), handler)
}

func (c *compilation) read(path string) ([]byte, error) {
	for _, root := range slices.Concat(c.roots, c.deps) {
		text, err := fs.ReadFile(root.FS, path)
		if !errors.Is(err, fs.ErrNotExist) {
			return text, err
		}
	}
	return nil, fs.ErrNotExist
}

func (c *compilation) importsOf(u *unit) []importName {
	var imports []importName
	for _, decl := range u.ast.Decls {
		if imp, ok := decl.(*ast.ImportNode); ok {
			imports = append(imports, importName{imp.Name.AsString(), c.position(u, imp.Name)})
		}
	}
	return imports
}

func (c *compilation) position(u *unit, n ast.Node) schema.Position {
	start := u.ast.NodeInfo(n).Start()
	return c.texts.Position(u.path, start.Line-1, start.Col-1)
}

func (c *compilation) checkEdition(u *unit) {
	if u.ast.Edition == nil || u.ast.Edition.Edition.AsString() <= "2023" {
		return
	}
	u.broken = true
	c.errorf(c.position(u, u.ast.Edition.Edition), schema.EditionUnsupported, "edition %s cannot be compiled by evgen", u.ast.Edition.Edition.AsString()).Help =
		"compile with buf or protoc, and pass the result with --descriptor-set"
}

// checkImports reports missing imports and marks everything broken that cannot be linked.
func (c *compilation) checkImports() {
	for _, u := range c.units {
		for _, imp := range u.imports {
			if _, standard := standardImport(imp.path); !standard && c.units[imp.path] == nil {
				u.broken = true
				c.missingImport(imp)
			}
		}
	}
	c.checkCycles()
	for spread := true; spread; {
		spread = false
		for _, u := range c.units {
			if !u.broken && slices.ContainsFunc(u.imports, func(i importName) bool { return c.isBroken(i.path) }) {
				u.broken, spread = true, true
			}
		}
	}
}

func (c *compilation) isBroken(path string) bool {
	u, ok := c.units[path]
	return ok && u.broken
}

func (c *compilation) missingImport(imp importName) {
	d := c.errorf(imp.pos, schema.ImportMissing, "import %q is not found in %s", imp.path, treeDirs(slices.Concat(c.roots, c.deps)))
	if near := nearest.Of(imp.path, append(c.targets, schema.OptionsPath)); near != "" {
		d.Help = fmt.Sprintf("did you mean %q?", near)
		return
	}
	d.Help = "add the directory that holds it to proto.deps in evgen.yaml"
}

// lockedReporter serializes the reports of files that are parsed at once.
type lockedReporter struct {
	mu *sync.Mutex
	reporter.Reporter
}

func (r lockedReporter) Error(err reporter.ErrorWithPos) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Reporter.Error(err)
}

func (r lockedReporter) Warning(err reporter.ErrorWithPos) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Reporter.Warning(err)
}
