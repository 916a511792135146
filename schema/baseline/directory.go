package baseline

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/evgen-dev/evgen/internal/nearest"
	"github.com/evgen-dev/evgen/schema/source"
)

// Directory is the directory of a project at another time or place, with a configuration of its own. It may be used by several goroutines.
type Directory struct {
	Name string // how findings call it, e.g., git:origin/main (3f1c2ab)
	// FS is the project's directory, where its evgen.yaml and buf.yaml are, if it has any.
	FS fs.FS

	files files
}

// files are what a kind of baseline does.
type files interface {
	Sub(name string) (fs.FS, error)
	Tree(name string) (source.Tree, error)
	Close()
}

// Sub returns a directory of the project, given with slashes; it may lead out of the project by "..". Whether it exists shows when it is read.
func (d *Directory) Sub(name string) (fs.FS, error) { return d.files.Sub(name) }

// Tree opens a directory as Sub does, e.g., a root of the project's proto files. When there is none, the error is an [Error] that says what there
// is instead, and wraps fs.ErrNotExist.
func (d *Directory) Tree(name string) (source.Tree, error) { return d.files.Tree(name) }

// Close ends what reads the baseline. Its file systems are errors from then on.
func (d *Directory) Close() { d.files.Close() }

// OpenDir opens the directory of another project for comparison with the one in dir; a relative path is relative to dir.
func OpenDir(dir string, spec Spec) (*Directory, error) {
	place := spec.Path
	if !filepath.IsAbs(place) {
		place = filepath.Join(dir, place)
	}
	if err := checkDir(spec, place, spec.Path); err != nil {
		return nil, err
	}
	return &Directory{spec.String(), os.DirFS(place), onDisk{spec, place}}, nil
}

// onDisk are the files of a project in a directory.
type onDisk struct {
	spec  Spec
	place string
}

func (d onDisk) Sub(name string) (fs.FS, error) { return os.DirFS(d.join(name)), nil }

func (d onDisk) Tree(name string) (source.Tree, error) {
	shown := filepath.Join(d.spec.Path, filepath.FromSlash(name))
	return source.Tree{Dir: shown, FS: os.DirFS(d.join(name))}, checkDir(d.spec, d.join(name), shown)
}

func (d onDisk) Close() {}

func (d onDisk) join(name string) string {
	if name = filepath.FromSlash(name); filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(d.place, name)
}

// checkDir says why a directory cannot be read; shown is how people call it.
func checkDir(spec Spec, dir, shown string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &Error{Usage, spec.String(), fmt.Sprintf("there is no directory %s", shown), neighbor(dir, shown), err}
	case err != nil:
		return &Error{Environment, spec.String(), err.Error(), "make the directory readable", err}
	case !info.IsDir():
		return &Error{Usage, spec.String(), shown + " is a file", "name the directory that has the project, or compare with image:" + shown, nil}
	}
	return nil
}

// neighbor returns the next step when a directory does not exist.
func neighbor(dir, shown string) string {
	entries, _ := os.ReadDir(filepath.Dir(dir)) // without them there is nothing to suggest
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	if near := nearest.Of(filepath.Base(dir), names); near != "" {
		return fmt.Sprintf("did you mean dir:%s?", filepath.Join(filepath.Dir(shown), near))
	}
	return "check out what was released there, or compare with git:<revision>"
}
