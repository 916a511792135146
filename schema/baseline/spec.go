package baseline

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/internal/nearest"
)

// Spec is a baseline as people write it on the command line.
type Spec struct {
	Kind Kind
	Rev  string // of Git, e.g., origin/main
	// Path is the file of an Image, or the directory of Dir. For Git it is the project's directory in the repository at that revision,
	// with slashes; empty: where it is now.
	Path string
}

// Kind is where a baseline comes from.
type Kind uint8

// The kinds.
const (
	Git Kind = iota
	Dir
	Image
	Registry
	Lock
)

// kinds has the kinds by their values: what they are called, and what stands behind the colon.
var kinds = []struct{ name, value, example string }{
	Git:      {"git", "revision", "git:origin/main"},
	Dir:      {"dir", "directory", "dir:../released"},
	Image:    {"image", "file", "image:released.binpb"},
	Registry: {"registry", "", "registry"},
	Lock:     {"lock", "file", "lock:released.lock"},
}

// String returns the name of the kind, e.g., git.
func (k Kind) String() string { return kinds[k].name }

// String returns s as it is written, e.g., git:origin/main.
func (s Spec) String() string {
	switch {
	case kinds[s.Kind].value == "":
		return s.Kind.String()
	case s.Kind != Git:
		return s.Kind.String() + ":" + s.Path
	case s.Path == "":
		return "git:" + s.Rev
	}
	return "git:" + s.Rev + ":" + s.Path
}

// Parse reads a baseline:
//
//	git:<revision>             the project at a branch, tag, commit, HEAD~1 …; main...HEAD is where the two parted
//	git:<revision>:<directory> the same, where the project was in another directory of the repository
//	dir:<directory>            another project
//	image:<file>               a descriptor set of evgen, buf or protoc
//	registry                   the versions in the schema registry
//	lock:<file>                contracts alone, from an evgen.lock of what was released
func Parse(text string) (Spec, error) {
	name, value, found := strings.Cut(text, ":")
	kind := slices.IndexFunc(kinds, func(k struct{ name, value, example string }) bool { return k.name == name })
	if kind < 0 {
		return Spec{}, unknownKind(text, name)
	}
	switch k := kinds[kind]; {
	case k.value == "" && found:
		return Spec{}, fmt.Errorf("read baseline %q: nothing follows %s: write %s", text, k.name, k.name)
	case k.value != "" && value == "":
		return Spec{}, fmt.Errorf("read baseline %q: it names no %s: write, e.g., %s", text, k.value, k.example)
	}
	s := Spec{Kind: Kind(kind), Path: value}
	if s.Kind != Git {
		return s, nil
	}
	rev, dir, _ := cutOutsideBraces(value, ":")
	s.Rev, s.Path = rev, strings.Trim(dir, "/")
	if err := checkRevision(s.Rev); err != nil {
		return Spec{}, fmt.Errorf("read baseline %q: %w", text, err)
	}
	return s, nil
}

// unknownKind guesses the kind that was meant.
func unknownKind(text, name string) error {
	var names, examples []string
	for _, k := range kinds {
		names, examples = append(names, k.name), append(examples, k.example)
	}
	near := nearest.Of(name, names)
	switch {
	case near != "":
		near += strings.TrimPrefix(text, name)
	case looksLikeImage(text):
		near = "image:" + text
	case looksLikeDirectory(text):
		near = "dir:" + text
	case !strings.Contains(text, "://") && text != "":
		near = "git:" + text
	default:
		return fmt.Errorf("unknown baseline %q: write, e.g., %s", text, strings.Join(examples, ", "))
	}
	return fmt.Errorf("unknown baseline %q (did you mean %q?)", text, near)
}

func looksLikeImage(text string) bool {
	return slices.Contains([]string{".binpb", ".bin", ".pb", ".gz", ".zst", ".desc", ".protoset"}, filepath.Ext(text))
}

// looksLikeDirectory knows paths of Windows, too: there, C: is no kind of baseline.
func looksLikeDirectory(text string) bool {
	drive := len(text) > 1 && text[1] == ':'
	return drive || strings.HasPrefix(text, ".") || strings.HasPrefix(text, "/") || strings.HasPrefix(text, "~") || strings.Contains(text, `\`)
}
