package schema

import (
	"path"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/schema/evgenpb"
)

// checkProjections looks at what projections share: the names of a database and Go packages.
func (r *resolver) checkProjections() {
	var all []*Projection
	for _, f := range r.files {
		all = append(all, f.Projections...)
	}
	r.checkTables(all)
	r.checkIndexNames(all)
	r.checkImportCycles(all)
}

// relation is something that has a name in a database: tables, views and indexes share one space of names.
type relation struct {
	name       string
	what       string // e.g., table
	projection *Projection
}

func relationsOf(p *Projection) []relation {
	return []relation{{p.Table, "table", p}, {p.Table + "_p", "base table", p}}
}

// checkTables reports tables that two projections want.
func (r *resolver) checkTables(all []*Projection) {
	taken := map[string]relation{}
	for _, p := range all {
		for _, own := range relationsOf(p) {
			key := strings.ToLower(own.name)
			if first, ok := taken[key]; ok {
				r.errorf(r.tablePos(p), tableTwice, "projection %s: %s %q is the %s of projection %s, too", p.Desc.FullName(), own.what, own.name, first.what, first.projection.Desc.FullName()).
					related(r.tablePos(first.projection), "that projection is here").
					help(`choose another name: table: "…"`)
				break
			}
			taken[key] = own
		}
	}
}

func (r *resolver) tablePos(p *Projection) Position {
	if projectionOption(p.Desc).GetTable() == "" {
		return p.Pos
	}
	return r.atOption(p.Desc, evgenpb.E_Projection, "table")
}

// checkIndexNames reports indexes whose name a table or an earlier index has. Within a projection this takes two of one explicit name,
// else two tables such as site and site_app with an index on app_id and one on id.
func (r *resolver) checkIndexNames(all []*Projection) {
	taken := map[string]relation{}
	for _, p := range all {
		for _, own := range append(relationsOf(p), relation{p.Table + "_p_pkey", "primary key", p}) {
			taken[strings.ToLower(own.name)] = own
		}
	}
	for _, p := range all {
		for _, x := range p.Indexes {
			key := strings.ToLower(x.Name)
			if first, ok := taken[key]; ok {
				r.errorf(x.Pos, indexName, "projection %s: index %q has the name of the %s of projection %s", p.Desc.FullName(), x.Name, first.what, first.projection.Desc.FullName()).
					help(`choose another name: index: { name: "…" }`)
				continue
			}
			taken[key] = relation{x.Name, "index", p}
		}
	}
}

// checkImportCycles reports projections that make Go packages import each other: a projection imports its event's package.
func (r *resolver) checkImportCycles(all []*Projection) {
	imports := map[string][]string{}
	for _, p := range all {
		if p.Source != nil {
			from := goPackage(p.Desc)
			imports[from] = append(imports[from], goPackage(p.Source.Event.Desc))
		}
	}
	for _, p := range all {
		if p.Source == nil {
			continue
		}
		from, to := goPackage(p.Desc), goPackage(p.Source.Event.Desc)
		if from != to && reaches(imports, to, from) {
			r.errorf(r.atOption(p.Desc, evgenpb.E_Projection, "source[0].event"), importCycle, "projection %s: the generated code of %s imports that of %s, which imports it back", p.Desc.FullName(), from, to).
				help("move the row message into a Go package of its own")
		}
	}
}

// reaches says whether imports lead from one package to another.
func reaches(imports map[string][]string, from, to string) bool {
	seen := map[string]bool{}
	var visit func(string) bool
	visit = func(pkg string) bool {
		if pkg == to {
			return true
		}
		if seen[pkg] {
			return false
		}
		seen[pkg] = true
		return slices.ContainsFunc(imports[pkg], visit)
	}
	return visit(from)
}

// goPackage is the import path in option go_package, or the file's directory.
func goPackage(md protoreflect.MessageDescriptor) string {
	file := md.ParentFile()
	if o, ok := file.Options().(*descriptorpb.FileOptions); ok && o.GetGoPackage() != "" {
		importPath, _, _ := strings.Cut(o.GetGoPackage(), ";")
		return importPath
	}
	return path.Dir(file.Path())
}
