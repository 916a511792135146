package output

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/generator"
)

// staleSearch looks for files that carry the marker and were not generated now.
type staleSearch struct {
	root  string
	known map[string]bool // names of files that are wanted or were looked at
	found []Change
}

func findStale(root, project string, files []generator.File) ([]Change, error) {
	s := &staleSearch{root: root, known: map[string]bool{}}
	for _, f := range files {
		s.known[f.Name] = true
	}
	folders := folders(files)
	if err := s.walk(project); err != nil {
		return nil, err
	}
	for _, dir := range folders {
		if err := s.visitFolder(filepath.Join(root, filepath.FromSlash(dir))); err != nil {
			return nil, err
		}
	}
	return s.found, nil
}

// walk visits the files of a project, but not those of another one inside it.
func (s *staleSearch) walk(project string) error {
	return filepath.WalkDir(project, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case d.Type().IsRegular():
			return s.visit(path)
		case d.IsDir() && path != project && isForeign(path, d.Name()):
			return filepath.SkipDir
		}
		return nil
	})
}

// isForeign says whether a folder belongs to somebody else: the go command leaves it out, or it has a module or a project of its own.
func isForeign(dir, name string) bool {
	if strings.HasPrefix(name, ".") || name == "testdata" || name == "vendor" || name == "node_modules" {
		return true
	}
	for _, border := range []string{"go.mod", "evgen.yaml"} {
		if _, err := os.Stat(filepath.Join(dir, border)); err == nil {
			return true
		}
	}
	return false
}

func (s *staleSearch) visitFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if e.Type().IsRegular() {
			err = errors.Join(err, s.visit(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

func (s *staleSearch) visit(path string) error {
	name, err := filepath.Rel(s.root, path)
	if err != nil {
		return err
	}
	name = filepath.ToSlash(name)
	if s.known[name] || !strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, ".sql") {
		return nil
	}
	s.known[name] = true
	if marked, err := isMarked(path); err != nil || !marked {
		return err
	}
	content, err := os.ReadFile(path)
	s.found = append(s.found, Change{Remove, name, content, nil})
	return err
}

// isMarked reads no more than it needs: a project may have thousands of files.
func isMarked(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	start := make([]byte, len("// "+Marker+"\r\n"))
	n, err := io.ReadFull(f, start)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return hasMarker(start[:n]), errors.Join(err, f.Close())
}

func folders(files []generator.File) []string {
	var dirs []string
	for _, f := range files {
		if i := strings.LastIndexByte(f.Name, '/'); i >= 0 {
			dirs = append(dirs, f.Name[:i])
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}
