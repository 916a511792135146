package config

import (
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
