package buf

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/evgen-dev/evgen/schema/compat"
)

// Config is what a buf.yaml says about buf breaking.
type Config struct {
	Modules []Module // at least one
}

// Module is the part of a configuration that is about one module: the files below a directory. The zero Module is that without a configuration.
//
// buf judges each module for itself, together with all that its files import. So do callers that want its findings: a [Profile] with the module, and snapshots of
// the same files. What it ignores are paths within the module, so imported files from elsewhere are never ignored.
type Module struct {
	Path string // e.g., proto: below the directory of the buf.yaml, as it is in the file, but clean

	off        bool                // the module is ignored as a whole
	v1         bool                // rules that came with v2 do not apply
	use        map[string]bool     // rules; nil: the default ones
	except     map[string]bool     // rules
	ignore     []string            // paths of files and directories, as imported
	ignoreOnly map[string][]string // the same, by rule
	unstable   bool                // packages like acme.v1beta1 may change
}

// applies returns which rules apply: those of a category, or those in use.
func (m Module) applies(c Category) func(*rule) bool {
	return func(r *rule) bool {
		switch {
		case m.off, m.except[r.id], !m.knows(r):
			return false
		case c != 0:
			return r.in&c != 0
		case m.use == nil:
			return r.in&File != 0
		}
		return m.use[r.id]
	}
}

// ignores says whether findings of a rule in a file are ignored. Nothing is in the nil file.
func (m Module) ignores(rule string, f *compat.File) bool {
	if f == nil {
		return false
	}
	return holds(m.ignore, f.Path) || holds(m.ignoreOnly[rule], f.Path) || m.unstable && unstable(f.Package)
}

// holds says whether a path is one of others, or below it.
func holds(paths []string, file string) bool {
	return slices.ContainsFunc(paths, func(p string) bool { return within(p, file) })
}

func within(dir, file string) bool {
	return dir == "." || file == dir || strings.HasPrefix(file, dir+"/")
}

// relativeTo returns the path of a file or directory as files in dir are imported.
func relativeTo(dir, file string) string {
	switch dir {
	case file:
		return "."
	case ".":
		return file
	}
	return strings.TrimPrefix(file, dir+"/")
}

// clean returns a path in its simplest form, and false for one that leaves the directory.
func clean(p string) (string, bool) {
	c := path.Clean(p)
	return c, c != ".." && !strings.HasPrefix(c, "../") && !path.IsAbs(c)
}

// neverFlags is a rule that is still there for the configurations that name it.
const neverFlags = "MESSAGE_SAME_MESSAGE_SET_WIRE_FORMAT"

// deprecated are the rules that only configurations know, and what replaced them. v2 knows none of them but for neverFlags.
var deprecated = map[string][]string{
	"FIELD_SAME_CTYPE":                 {"FIELD_SAME_CPP_STRING_TYPE"},
	"FIELD_SAME_LABEL":                 {"FIELD_SAME_CARDINALITY", "FIELD_WIRE_COMPATIBLE_CARDINALITY", "FIELD_WIRE_JSON_COMPATIBLE_CARDINALITY"},
	"FILE_SAME_JAVA_STRING_CHECK_UTF8": {"FIELD_SAME_JAVA_UTF8_VALIDATION"},
	"FILE_SAME_PHP_GENERIC_SERVICES":   nil,
	neverFlags:                         nil,
}

// named returns the rules that an ID or category means in the configuration of the module.
func (m Module) named(name string) (ids []string, known bool) {
	if replacements, ok := deprecated[name]; ok && (m.v1 || name == neverFlags) {
		return replacements, true
	}
	c, known := categoryNamed(name)
	for i := range rules {
		if r := &rules[i]; m.knows(r) && (r.id == name || r.in&c != 0) {
			ids = append(ids, r.id)
		}
	}
	return ids, known || ids != nil
}

func (m Module) knows(r *rule) bool { return !m.v1 || !slices.Contains(newInV2, r.id) }

// names returns what is known to named, sorted.
func (m Module) names() []string {
	names := slices.Clone(categoryNames)
	for i := range rules {
		if m.knows(&rules[i]) {
			names = append(names, rules[i].id)
		}
	}
	if m.v1 {
		names = slices.AppendSeq(names, maps.Keys(deprecated))
	}
	slices.Sort(names)
	return names
}

// unstable says whether the last part of a package is a version that promises nothing yet: e.g., v1alpha, v1beta2, v1p1alpha1, v2test or v2testfoo.
func unstable(pkg string) bool {
	i := strings.LastIndexByte(pkg, '.')
	if i < 0 {
		return false
	}
	version, ok := strings.CutPrefix(pkg[i+1:], "v")
	if !ok {
		return false
	}
	if major, _, ok := strings.Cut(version, "test"); ok {
		return positive(major)
	}
	alpha, beta := strings.Contains(version, "alpha"), strings.Contains(version, "beta")
	switch {
	case alpha && !beta:
		return unstableVersion(version, "alpha")
	case beta && !alpha:
		return unstableVersion(version, "beta")
	}
	return false
}

// unstableVersion says whether a version is major, perhaps with a patch, the stage, and perhaps a number: e.g., 1p2beta3.
func unstableVersion(version, stage string) bool {
	release, number, _ := strings.Cut(version, stage)
	major, patch, patched := strings.Cut(release, "p")
	return positive(major) && (!patched || positive(patch)) && (number == "" || positive(number))
}

func positive(s string) bool {
	n, err := strconv.ParseInt(s, 10, 32)
	return err == nil && n > 0
}
