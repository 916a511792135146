package buf

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/evgen-dev/evgen/internal/nearest"
	"github.com/evgen-dev/evgen/internal/yamlfile"
)

// content is a buf.yaml of version v1 or v2.
type content struct {
	Version  string          `yaml:"version"`
	Name     string          `yaml:"name"`
	Breaking section         `yaml:"breaking"`
	Modules  []moduleContent `yaml:"modules"` // v2
	Build    any             `yaml:"build"`   // v1
	Deps     any             `yaml:"deps"`
	Lint     any             `yaml:"lint"`
	Plugins  any             `yaml:"plugins"`
	Policies any             `yaml:"policies"`
}

type moduleContent struct {
	Path     string  `yaml:"path"`
	Name     string  `yaml:"name"`
	Includes any     `yaml:"includes"`
	Excludes any     `yaml:"excludes"`
	Lint     any     `yaml:"lint"`
	Breaking section `yaml:"breaking"`
}

// section is breaking, of the file or of a module.
type section struct {
	Use            []string            `yaml:"use"`
	Except         []string            `yaml:"except"`
	Ignore         []string            `yaml:"ignore"`
	IgnoreOnly     map[string][]string `yaml:"ignore_only"`
	IgnoreUnstable bool                `yaml:"ignore_unstable_packages"`
	DisableBuiltin bool                `yaml:"disable_builtin"`
}

func (s section) empty() bool {
	return len(s.Use) == 0 && len(s.Except) == 0 && len(s.Ignore) == 0 && len(s.IgnoreOnly) == 0 && !s.IgnoreUnstable && !s.DisableBuiltin
}

// ReadConfig reads a buf.yaml of version v1 or v2; name is what errors call it. Errors have the position of what is wrong: a key or rule that buf does not know, a
// path outside of its module, and what evgen cannot do as buf does. Rules of plugins and policies are not buf's own, and never apply here.
func ReadConfig(name string, raw []byte) (*Config, error) {
	r := configReader{}
	var err error
	if r.source, err = yamlfile.Read(name, raw, &r.content); err != nil {
		return nil, err
	}
	if err := r.version(); err != nil {
		return nil, err
	}
	if len(r.content.Modules) == 0 {
		r.content.Modules = []moduleContent{{}}
	}
	c := &Config{}
	for i, m := range r.content.Modules {
		module, err := r.module(i, m)
		if err != nil {
			return nil, err
		}
		c.Modules = append(c.Modules, module)
	}
	return c, nil
}

type configReader struct {
	source  *yamlfile.File
	content content
	v1      bool
}

func (r *configReader) version() error {
	switch r.content.Version {
	case "v1":
		r.v1 = true
		return r.only("v2", r.content.Modules != nil, "modules", r.content.Plugins != nil, "plugins", r.content.Policies != nil, "policies")
	case "v2":
		return r.only("v1", r.content.Build != nil, "build")
	case "":
		return r.source.Errorf("$.version", `it says no version: write "version: v2"`)
	case "v1beta1":
		return r.source.Errorf("$.version", "version v1beta1 has other rules: migrate the file with buf config migrate")
	}
	return r.source.Errorf("$.version", "version is %q, and evgen reads v1 and v2", r.content.Version)
}

// only refuses the keys of another version: pairs of whether one is there, and its name.
func (r *configReader) only(version string, pairs ...any) error {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i] == true {
			return r.source.Errorf(fmt.Sprintf("$.%s", pairs[i+1]), "key %q is one of version %s, and the file is of another", pairs[i+1], version)
		}
	}
	return nil
}

func (r *configReader) module(i int, m moduleContent) (Module, error) {
	dir, ok := clean(cmp.Or(m.Path, "."))
	if !ok {
		return Module{}, r.source.Errorf(fmt.Sprintf("$.modules[%d].path", i), "path %q leaves the directory of the file", m.Path)
	}
	s := sectionReader{configReader: r, at: "$.breaking", module: Module{Path: dir, v1: r.v1}, own: r.v1}
	if !m.Breaking.empty() {
		s.at, s.own = fmt.Sprintf("$.modules[%d].breaking", i), true
		return s.read(m.Breaking)
	}
	return s.read(r.content.Breaking)
}

// sectionReader reads a section for a module.
type sectionReader struct {
	*configReader
	at     string // path of the section, e.g., $.breaking
	own    bool   // it is the module's own, so what it ignores must be in the module; of the file's, modules take what is theirs
	module Module
}

func (r *sectionReader) read(s section) (Module, error) {
	if s.DisableBuiltin {
		return Module{}, r.source.Errorf(r.at+".disable_builtin", "without its own rules, buf has none that evgen knows: take the key out")
	}
	r.module.unstable = s.IgnoreUnstable
	r.module.ignoreOnly = map[string][]string{}
	for _, step := range []func(section) error{r.use, r.except, r.ignore, r.ignoreOnly} {
		if err := step(s); err != nil {
			return Module{}, err
		}
	}
	return r.module, nil
}

func (r *sectionReader) use(s section) (err error) {
	if len(s.Use) > 0 {
		r.module.use, err = r.rules("use", s.Use)
	}
	return err
}

func (r *sectionReader) except(s section) (err error) {
	r.module.except, err = r.rules("except", s.Except)
	return err
}

func (r *sectionReader) rules(key string, names []string) (map[string]bool, error) {
	set := map[string]bool{}
	for i, name := range names {
		ids, err := r.named(fmt.Sprintf("%s.%s[%d]", r.at, key, i), name)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			set[id] = true
		}
	}
	return set, nil
}

func (r *sectionReader) named(at, name string) ([]string, error) {
	ids, known := r.module.named(name)
	if known {
		return ids, nil
	}
	if near := nearest.Of(name, r.module.names()); near != "" {
		return nil, r.source.Errorf(at, "unknown rule or category %q (did you mean %s?)", name, near)
	}
	return nil, r.source.Errorf(at, "unknown rule or category %q: buf config ls-breaking-rules lists them", name)
}

func (r *sectionReader) ignore(s section) error {
	paths, err := r.paths(r.at+".ignore", s.Ignore)
	r.module.ignore, r.module.off = paths, slices.Contains(paths, ".")
	return err
}

func (r *sectionReader) ignoreOnly(s section) error {
	for _, name := range slices.Sorted(maps.Keys(s.IgnoreOnly)) {
		at := r.at + ".ignore_only." + name
		ids, err := r.named(at, name)
		if err != nil {
			return err
		}
		paths, err := r.paths(at, s.IgnoreOnly[name])
		if err != nil {
			return err
		}
		if i := slices.Index(paths, "."); i >= 0 {
			return r.source.Errorf(at, "%q is the module as a whole: put %s under except", r.module.Path, name)
		}
		for _, id := range ids {
			r.module.ignoreOnly[id] = append(r.module.ignoreOnly[id], paths...)
		}
	}
	return nil
}

// paths returns the paths that are in the module, as its files are imported.
func (r *sectionReader) paths(at string, paths []string) ([]string, error) {
	var own []string
	for i, p := range paths {
		at := fmt.Sprintf("%s[%d]", at, i)
		file, ok := clean(p)
		switch {
		case !ok:
			return nil, r.source.Errorf(at, "path %q leaves the directory of the file", p)
		case within(r.module.Path, file):
			own = append(own, relativeTo(r.module.Path, file))
		case r.own:
			return nil, r.source.Errorf(at, "path %q is not in the module, which is %q: paths begin where the file is", p, r.module.Path)
		}
	}
	return own, nil
}
