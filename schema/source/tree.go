package source

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Tree is a directory of proto files; imports are relative to it.
type Tree struct {
	Dir string // e.g., proto: how people call it
	FS  fs.FS
}

// Dir returns the tree of a directory on disk.
func Dir(dir string) Tree { return Tree{dir, os.DirFS(dir)} }

// protoFiles lists the proto files of a tree, sorted. Hidden directories are left out, and those that are other trees.
func (t Tree) protoFiles(others []Tree) ([]string, error) {
	var paths []string
	err := fs.WalkDir(t.FS, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || t.holds(path, others)):
			return fs.SkipDir
		case !d.IsDir() && strings.HasSuffix(path, ".proto"):
			paths = append(paths, path)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read proto files of %s: %w", t.Dir, err)
	}
	return paths, nil
}

// holds says whether the directory at path below t is a tree itself.
func (t Tree) holds(path string, others []Tree) bool {
	return slices.ContainsFunc(others, func(o Tree) bool {
		return o.Dir != "" && filepath.Clean(o.Dir) == filepath.Join(t.Dir, path)
	})
}

func treeDirs(trees []Tree) string {
	dirs := make([]string, len(trees))
	for i, r := range trees {
		dirs[i] = r.Dir
	}
	return strings.Join(dirs, ", ")
}
