package evgen_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/evgen-dev/evgen"

// A goPackage is a directory of this module with Go files that are no tests.
type goPackage struct {
	path  string // e.g., runtime/event
	files []goFile
}

type goFile struct {
	name      string // e.g., runtime/event/key.go
	generated bool
	syntax    *ast.File
	positions *token.FileSet
}

// packages parses the tree, which is a matter of milliseconds, and returns it in the order of paths.
func packages(t *testing.T) []goPackage {
	t.Helper()
	byPath := map[string][]goFile{}
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && isOutside(name):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		f, err := parse(filepath.ToSlash(name))
		byPath[path.Dir(f.name)] = append(byPath[path.Dir(f.name)], f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var found []goPackage
	for p, files := range byPath {
		found = append(found, goPackage{p, files})
	}
	slices.SortFunc(found, func(a, b goPackage) int { return strings.Compare(a.path, b.path) })
	return found
}

// isOutside says whether the go command leaves out the directory too: nested modules, test data, hidden folders.
func isOutside(dir string) bool {
	if dir == "." {
		return false
	}
	base := filepath.Base(dir)
	if base == "testdata" || base == "vendor" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return true
	}
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

func parse(name string) (goFile, error) {
	positions := token.NewFileSet()
	syntax, err := parser.ParseFile(positions, name, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return goFile{name: name}, err
	}
	return goFile{name, ast.IsGenerated(syntax), syntax, positions}, nil
}

// foreignImports returns what f imports beside the standard library; packages of this module relative to it.
func (f goFile) foreignImports() []string {
	var found []string
	for _, spec := range f.syntax.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has seen to it
		}
		if own, ok := strings.CutPrefix(imported, module+"/"); ok {
			found = append(found, own)
			continue
		}
		// Only the standard library's first path element has no dot.
		if first, _, _ := strings.Cut(imported, "/"); strings.Contains(first, ".") {
			found = append(found, imported)
		}
	}
	return found
}

// lines counts the lines that the source from one position up to another, exclusive, touches.
func (f goFile) lines(from, to token.Pos) int {
	return f.positions.Position(to-1).Line - f.positions.Position(from).Line + 1
}
