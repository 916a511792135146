package generator

import (
	"path"
	"slices"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema"
)

// unit is one proto file on its way to generated files.
type unit struct {
	pkg     *goPackage
	file    *schema.File
	topics  []*schema.Topic // of the file, but for those that carry nothing
	first   bool            // of its package: it also has what a package has once
	dir     string          // of the generated files, e.g., acme/sites/v1/sitesv1ev
	base    string          // of their names, e.g., sites
	options Options
	names   names
	types   *goTypes
	plugin  *protogen.Plugin
}

// plan says which files are generated and which names are in them, and reports what cannot be.
func plan(m *schema.Model, plugin *protogen.Plugin, o Options) ([]*unit, schema.Diagnostics) {
	types := newGoTypes(plugin)
	packages := map[string]*goPackage{}
	var units []*unit
	for _, f := range m.Files {
		if len(f.Events) == 0 && len(f.Projections) == 0 {
			continue
		}
		u := newUnit(f, plugin, o, types)
		if p := packages[u.pkg.path]; p != nil {
			u.pkg = p
		}
		packages[u.pkg.path] = u.pkg
		u.pkg.units = append(u.pkg.units, u)
		units = append(units, u)
	}
	for _, p := range packages {
		slices.SortFunc(p.units, func(a, b *unit) int { return strings.Compare(a.file.Desc.Path(), b.file.Desc.Path()) })
		p.units[0].first = true
	}
	slices.SortFunc(units, func(a, b *unit) int { return strings.Compare(a.file.Desc.Path(), b.file.Desc.Path()) })
	return units, slices.Concat(outside(plugin, o), unbuilt(plugin), clashingNames(units), clashingPaths(units), clashingGetters(units))
}

func newUnit(f *schema.File, plugin *protogen.Plugin, o Options, types *goTypes) *unit {
	file := plugin.FilesByPath[f.Desc.Path()]
	return &unit{
		pkg: &goPackage{path: eventPath(file, o), name: eventPackage(file, o)}, file: f, options: o, names: names{types}, types: types, plugin: plugin,
		topics: slices.DeleteFunc(slices.Clone(f.Topics), func(t *schema.Topic) bool { return len(t.Events) == 0 }),
		dir:    path.Join(outputDir(file, o), eventPackage(file, o)),
		base:   path.Base(file.GeneratedFilenamePrefix),
	}
}

// imports returns the names of the packages that the unit's code may import, by path: those of its own file, of the files that its projections
// read, and of all that these import.
func (u *unit) imports() map[string]string {
	names := map[string]string{}
	seen := map[string]bool{}
	var visit func(protoreflect.FileDescriptor)
	visit = func(d protoreflect.FileDescriptor) {
		f := u.plugin.FilesByPath[d.Path()]
		if f == nil || seen[d.Path()] {
			return
		}
		seen[d.Path()] = true
		names[string(f.GoImportPath)] = string(f.GoPackageName)
		names[eventPath(f, u.options)] = eventPackage(f, u.options)
		for i := range d.Imports().Len() {
			visit(d.Imports().Get(i))
		}
	}
	visit(u.file.Desc)
	for _, p := range u.file.Projections {
		visit(p.Source.Event.Desc.ParentFile())
	}
	return names
}

// hasDeprecated says whether the unit's code uses a message that linters would complain about.
func (u *unit) hasDeprecated() bool {
	return slices.ContainsFunc(u.file.Events, func(e *schema.Event) bool { return e.Deprecated }) ||
		slices.ContainsFunc(u.file.Projections, func(p *schema.Projection) bool { return isDeprecated(p.Desc) || p.Source.Event.Deprecated })
}

// goFile returns the name of the unit's Go file, sqlFile that of a projection's DDL in one dialect.
func (u *unit) goFile() string { return path.Join(u.dir, u.base+".ev.go") }

func (u *unit) sqlFile(p *schema.Projection, dialect string) string {
	return path.Join(u.dir, sqlBase(p, dialect))
}

func sqlBase(p *schema.Projection, dialect string) string { return p.Table + "." + dialect + ".sql" }
