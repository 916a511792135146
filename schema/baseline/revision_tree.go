package baseline

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
)

// revision is a commit in an object store.
type revision struct {
	git     git
	spec    Spec
	name    string // e.g., git:origin/main (3f1c2ab)
	commit  string // its id
	project string // the project's directory in the repository, or "."
	shallow bool
	objects *objects
	top     entry

	mu    sync.Mutex
	trees map[string]*tree // by id: what was read
}

// What keeps a path from being found, beside fs.ErrNotExist.
var (
	errSubmodule = errors.New("is a submodule")
	errLeaves    = errors.New("is a symbolic link that leads out of the repository")
	errLoop      = errors.New("is a symbolic link that leads to itself")
)

// maxLinks is how many symbolic links a path may go through, as on Linux.
const maxLinks = 40

// pathError is what happened at a path in the repository.
type pathError struct {
	path string
	err  error
}

func (e *pathError) Error() string { return fmt.Sprintf("%s: %v", e.path, e.err) }
func (e *pathError) Unwrap() error { return e.err }

// find returns the entry at a path in the repository behind all symbolic links, and where it is.
func (r *revision) find(name string) (entry, string, error) {
	at, done, rest, links := r.top, ".", split(name), 0
	for len(rest) > 0 {
		next, err := r.child(at, done, rest[0])
		if err != nil {
			return entry{}, "", err
		}
		place := path.Join(done, rest[0])
		rest = rest[1:]
		if next.mode != modeLink {
			at, done = next, place
			continue
		}
		if links++; links > maxLinks {
			return entry{}, "", &pathError{place, errLoop}
		}
		target, err := r.target(next, place)
		if err != nil {
			return entry{}, "", err
		}
		at, done, rest = r.top, ".", append(split(target), rest...)
	}
	return at, done, nil
}

func split(name string) []string {
	if name = path.Clean(name); name == "." {
		return nil
	}
	return strings.Split(name, "/")
}

// child returns the entry called name of the directory at, whose path is dir.
func (r *revision) child(at entry, dir, name string) (entry, error) {
	switch at.mode {
	case modeDirectory:
	case modeSubmodule:
		return entry{}, &pathError{dir, errSubmodule}
	default:
		return entry{}, &pathError{path.Join(dir, name), fs.ErrNotExist}
	}
	t, err := r.tree(at, dir)
	if err != nil {
		return entry{}, err
	}
	e, ok := t.entries[name]
	if !ok {
		return entry{}, &pathError{path.Join(dir, name), fs.ErrNotExist}
	}
	return e, nil
}

// target returns where the symbolic link at place leads, from the top of the repository.
func (r *revision) target(link entry, place string) (string, error) {
	content, err := r.objects.read(link.id, "blob")
	if err != nil {
		return "", &pathError{place, err}
	}
	target := path.Join(path.Dir(place), string(content))
	if path.IsAbs(string(content)) || target == ".." || strings.HasPrefix(target, "../") {
		return "", &pathError{place, errLeaves}
	}
	return target, nil
}

// tree returns what the directory e, whose path is dir, has.
func (r *revision) tree(e entry, dir string) (*tree, error) {
	if e.mode == modeSubmodule {
		return nil, &pathError{dir, errSubmodule}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if t, ok := r.trees[e.id]; ok {
		return t, nil
	}
	content, err := r.objects.read(e.id, "tree")
	if err != nil {
		return nil, &pathError{dir, err}
	}
	t, err := parseTree(content, len(r.commit))
	if err != nil {
		return nil, &pathError{dir, err}
	}
	r.trees[e.id] = t
	return t, nil
}

// entry is a file or directory in a tree of git.
type entry struct {
	name string
	mode gitMode
	id   string // of the object, in hexadecimal digits
}

// gitMode is a mode as trees spell it.
type gitMode string

const (
	modeDirectory gitMode = "40000"
	modeLink      gitMode = "120000"
	modeSubmodule gitMode = "160000"
)

func (m gitMode) fileMode() fs.FileMode {
	switch m {
	case modeDirectory, modeSubmodule:
		return fs.ModeDir | 0o555
	case modeLink:
		return fs.ModeSymlink | 0o777
	}
	return 0o444
}

// tree has the entries of one directory by name.
type tree struct {
	names   []string // sorted
	entries map[string]entry
}

var errDamaged = errors.New("tree is damaged")

// parseTree reads a tree object, a sequence of "<mode> <name>\0<id>"; digits is the length of ids in hexadecimal.
func parseTree(b []byte, digits int) (*tree, error) {
	t := &tree{entries: map[string]entry{}}
	for len(b) > 0 {
		head, rest, found := bytes.Cut(b, []byte{0})
		mode, name, spaced := strings.Cut(string(head), " ")
		if !found || !spaced || len(rest) < digits/2 || !isName(name) || t.entries[name] != (entry{}) {
			return nil, errDamaged
		}
		t.entries[name] = entry{name, gitMode(mode), hex.EncodeToString(rest[:digits/2])}
		t.names = append(t.names, name)
		b = rest[digits/2:]
	}
	slices.Sort(t.names) // git sorts a directory as if its name ended in a slash
	return t, nil
}

// isName refuses what git does not write, and what would lead out of a directory.
func isName(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.Contains(name, "/")
}
