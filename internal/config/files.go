package config

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// Files are the files of a project. Names are relative to the project, with slashes, and may lead out of it by "..".
type Files interface {
	// Sub returns a directory; whether it exists shows when it is read.
	Sub(name string) (fs.FS, error)
}

// Disk returns the files of a project in a directory, given as an absolute path. Names may be absolute, too.
func Disk(dir string) Files { return disk(dir) }

type disk string

func (d disk) Sub(name string) (fs.FS, error) {
	name = filepath.FromSlash(name)
	if !filepath.IsAbs(name) {
		name = filepath.Join(string(d), name)
	}
	return os.DirFS(name), nil
}

// In returns the files of the project at dir of a file system, e.g., of a repository at a revision.
func In(fsys fs.FS, dir string) Files { return within{fsys, dir} }

type within struct {
	fs.FS
	dir string
}

func (w within) Sub(name string) (fs.FS, error) {
	full := path.Join(w.dir, name)
	if path.IsAbs(name) || !fs.ValidPath(full) {
		return nil, fmt.Errorf("open %s: it is outside of what is compared with: only directories of the same repository can be", name)
	}
	return fs.Sub(w.FS, full)
}

func readFile(f Files, name string) ([]byte, error) {
	dir, err := f.Sub(path.Dir(name))
	if err != nil {
		return nil, err
	}
	return fs.ReadFile(dir, path.Base(name))
}

func isDir(f Files, name string) bool {
	dir, err := f.Sub(name)
	if err != nil {
		return false
	}
	info, err := fs.Stat(dir, ".")
	return err == nil && info.IsDir()
}
