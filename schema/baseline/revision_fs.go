package baseline

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"time"
)

// revisionFS is a directory of a revision. As os.DirFS does, it follows symbolic links, also those that leave the directory, but not those
// that leave the repository. It reads directories and files when they are asked for.
type revisionFS struct {
	r   *revision
	dir string // in the repository
}

var (
	_ fs.ReadFileFS = revisionFS{}
	_ fs.ReadDirFS  = revisionFS{}
	_ fs.StatFS     = revisionFS{}
	_ fs.SubFS      = revisionFS{}
)

func (f revisionFS) find(op, name string) (entry, string, error) {
	if !fs.ValidPath(name) {
		return entry{}, "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	e, place, err := f.r.find(path.Join(f.dir, name))
	if err != nil {
		return entry{}, "", f.failed(op, name, err)
	}
	return e, place, nil
}

// failed explains an error, except that there is no such file: this is for callers to judge.
func (f revisionFS) failed(op, name string, err error) error {
	if !errors.Is(err, fs.ErrNotExist) {
		err = f.r.explainObject(err, path.Join(f.dir, name))
	}
	return &fs.PathError{Op: op, Path: name, Err: err}
}

// Open opens a file or directory.
func (f revisionFS) Open(name string) (fs.File, error) {
	e, _, err := f.find("open", name)
	if err != nil {
		return nil, err
	}
	info := f.info(path.Base(name), e, name)
	if e.mode.fileMode().IsDir() {
		return &openDirectory{fileInfo: info}, nil
	}
	content, err := f.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return &openFile{bytes.NewReader(content), info}, nil
}

// ReadFile returns the content of a file.
func (f revisionFS) ReadFile(name string) ([]byte, error) {
	e, place, err := f.find("open", name)
	if err != nil {
		return nil, err
	}
	if e.mode.fileMode().IsDir() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: errors.New("is a directory")}
	}
	content, err := f.r.objects.read(e.id, "blob")
	if err == nil {
		err = checkPointer(content)
	}
	if err != nil {
		return nil, f.failed("read", name, &pathError{place, err})
	}
	return content, nil
}

// ReadDir lists a directory by name. It fails at a submodule, whose files the repository does not have.
func (f revisionFS) ReadDir(name string) ([]fs.DirEntry, error) {
	e, place, err := f.find("open", name)
	if err != nil {
		return nil, err
	}
	if !e.mode.fileMode().IsDir() {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: errors.New("is a file")}
	}
	t, err := f.r.tree(e, place)
	if err != nil {
		return nil, f.failed("readdir", name, err)
	}
	entries := make([]fs.DirEntry, len(t.names))
	for i, child := range t.names {
		entries[i] = fs.FileInfoToDirEntry(f.info(child, t.entries[child], path.Join(name, child)))
	}
	return entries, nil
}

// Stat says what a path is. The size of a file is read when it is asked for.
func (f revisionFS) Stat(name string) (fs.FileInfo, error) {
	e, _, err := f.find("stat", name)
	if err != nil {
		return nil, err
	}
	return f.info(path.Base(name), e, name), nil
}

// Sub returns a directory of f.
func (f revisionFS) Sub(dir string) (fs.FS, error) {
	if _, _, err := f.find("sub", dir); err != nil {
		return nil, err
	}
	return revisionFS{f.r, path.Join(f.dir, dir)}, nil
}

func (f revisionFS) info(base string, e entry, name string) fileInfo {
	return fileInfo{base, e, func() int64 {
		content, err := f.r.objects.read(e.id, "blob")
		if err != nil {
			return 0 // whoever reads the file will be told
		}
		return int64(len(content))
	}, func() ([]fs.DirEntry, error) { return f.ReadDir(name) }}
}

// fileInfo tells of an entry what git knows: there is no time.
type fileInfo struct {
	name    string
	entry   entry
	size    func() int64
	readDir func() ([]fs.DirEntry, error)
}

func (i fileInfo) Name() string           { return i.name }
func (i fileInfo) Mode() fs.FileMode      { return i.entry.mode.fileMode() }
func (i fileInfo) ModTime() (t time.Time) { return t }
func (i fileInfo) IsDir() bool            { return i.Mode().IsDir() }
func (i fileInfo) Sys() any               { return nil }
func (i fileInfo) Size() int64 {
	if i.IsDir() {
		return 0
	}
	return i.size()
}

type openFile struct {
	*bytes.Reader
	info fileInfo
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFile) Close() error               { return nil }

type openDirectory struct {
	fileInfo
	listed bool
	rest   []fs.DirEntry
}

func (d *openDirectory) Stat() (fs.FileInfo, error) { return d.fileInfo, nil }
func (d *openDirectory) Close() error               { return nil }
func (d *openDirectory) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.name, Err: errors.New("is a directory")}
}

// ReadDir lists the next n entries, or all that are left.
func (d *openDirectory) ReadDir(n int) ([]fs.DirEntry, error) {
	if !d.listed {
		all, err := d.readDir()
		if err != nil {
			return nil, err
		}
		d.listed, d.rest = true, all
	}
	if n <= 0 {
		n = len(d.rest)
	} else if len(d.rest) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.rest))
	next := d.rest[:n:n]
	d.rest = d.rest[n:]
	return next, nil
}
