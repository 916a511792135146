package generator

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/filter"
)

// declaration is a name in a generated package and who wants it.
type declaration struct {
	name, owner string
	pos         schema.Position
}

// clashingNames reports what wants the same name: packages hold the events of several files.
func clashingNames(units []*unit) schema.Diagnostics {
	var ds schema.Diagnostics
	taken := map[string]declaration{}
	reported := map[[2]string]bool{} // pairs of owners: where one name clashes, others follow
	for _, u := range units {
		for _, d := range u.declarations() {
			key := u.pkg.path + " " + d.name
			first, ok := taken[key]
			if !ok {
				taken[key] = d
				continue
			}
			if reported[[2]string{first.owner, d.owner}] {
				continue
			}
			reported[[2]string{first.owner, d.owner}] = true
			clash := schema.Diagnostic{
				ID: nameClash, Pos: d.pos,
				Message: fmt.Sprintf("%s: its generated %s is also wanted by %s", d.owner, d.name, first.owner),
				Help:    "rename one of them",
			}
			if first.pos.Line > 0 {
				clash.Related = []schema.Related{{Pos: first.pos, Message: first.owner}}
			}
			ds = append(ds, clash)
		}
	}
	return ds
}

// declarations lists every name that a unit declares: types, functions, variables, and methods and fields behind their type's name.
func (u *unit) declarations() []declaration {
	var ds []declaration
	declare := func(owner string, pos schema.Position, names ...string) {
		for _, n := range names {
			ds = append(ds, declaration{n, owner, pos})
		}
	}
	if u.first && u.pkg.hasTopics() {
		declare("the package", schema.Position{Path: u.file.Desc.Path()}, u.names.topics())
	}
	for _, e := range u.file.Events {
		declare(owner(e.Desc), e.Pos, u.names.event(e).declared(e)...)
	}
	for _, t := range u.topics {
		n := u.names.topic(t)
		declare("topic "+t.Name, t.Pos, n.handler, n.unimplemented, n.handlers)
		if t.Shared {
			declare("topic "+t.Name, t.Pos, n.variable)
		}
		for _, m := range u.names.handlerMethods(t) {
			declare(owner(m.event.Desc), m.event.Pos, n.handler+"."+m.name)
		}
	}
	for _, p := range u.file.Projections {
		declare(owner(p.Desc), p.Pos, u.names.declared(p)...)
	}
	return ds
}

func owner(d protoreflect.MessageDescriptor) string { return string(d.FullName()) }

// declared lists the names of an event.
func (n eventNames) declared(e *schema.Event) []string {
	names := []string{n.event, n.producer, n.newProducer, n.delivery}
	if len(e.Key) > 1 {
		names = append(names, n.key)
		for _, f := range n.keyFields {
			names = append(names, n.key+"."+f)
		}
	}
	if e.Kind == schema.Document {
		names = append(names, n.deletion)
	}
	if e.HasView() {
		names = append(names, n.view, n.openView)
	}
	return names
}

// declared lists the names of a projection.
func (n names) declared(p *schema.Projection) []string {
	own := n.projection(p)
	names := []string{own.table, own.projection, own.newWriter, own.reader, own.newReader}
	for _, dialect := range Dialects {
		names = append(names, own.ddl[dialect])
	}
	for _, q := range p.Queries {
		names = append(names, n.listing(p, q), own.reader+"."+n.query(q))
	}
	return names
}

// clashingPaths reports what wants the same file. Case is ignored, as some file systems do.
func clashingPaths(units []*unit) schema.Diagnostics {
	var ds schema.Diagnostics
	taken := map[string]string{}
	claim := func(file, owner string, pos schema.Position) {
		if first, ok := taken[strings.ToLower(file)]; ok {
			ds = append(ds, schema.Diagnostic{
				ID: pathClash, Pos: pos,
				Message: fmt.Sprintf("%s: its generated file %s is also wanted by %s", owner, file, first),
				Help:    "rename one of them, or give them different go_package options",
			})
		}
		taken[strings.ToLower(file)] = owner
	}
	for _, u := range units {
		claim(u.goFile(), u.file.Desc.Path(), schema.Position{Path: u.file.Desc.Path(), Line: 1, Column: 1})
		for _, p := range u.file.Projections {
			for _, dialect := range u.options.Dialects {
				claim(u.sqlFile(p, dialect), owner(p.Desc), p.Pos)
			}
		}
	}
	return ds
}

// clashingGetters reports fields that generated code reads and whose getter has two names: in the hybrid API the getter of foo becomes Get_Foo beside a
// field get_foo, and with -tags protoopaque it is GetFoo. No code compiles with both.
func clashingGetters(units []*unit) schema.Diagnostics {
	var ds schema.Diagnostics
	seen := map[protoreflect.FullName]bool{}
	for _, u := range units {
		for _, f := range u.fieldsRead() {
			getter := u.types.getter(f)
			if seen[f.FullName()] || !strings.HasPrefix(getter, "Get_") {
				continue
			}
			seen[f.FullName()] = true
			ds = append(ds, schema.Diagnostic{
				ID: getterClash, Pos: position(f.ParentFile(), f.ParentFile().SourceLocations().ByDescriptor(f)),
				Message: fmt.Sprintf("message %s: field %s: its getter is called %s, and %s with -tags protoopaque, since another field has the name of one of its methods",
					f.Parent().FullName(), f.Name(), getter, strings.Replace(getter, "_", "", 1)),
				Help: "rename one of the two, or set features.(pb.go).api_level to API_OPAQUE or API_OPEN",
			})
		}
	}
	return ds
}

// fieldsRead lists the fields whose getters the unit's code calls.
func (u *unit) fieldsRead() []protoreflect.FieldDescriptor {
	var paths []schema.Path
	for _, e := range u.file.Events {
		paths = append(paths, eventPaths(e)...)
	}
	for _, p := range u.file.Projections {
		paths = append(paths, p.Source.ForEach)
		for _, c := range p.Columns {
			paths = append(paths, c.From.Path)
		}
		paths = append(paths, exprPaths(p.Source.Where)...)
	}
	return slices.Concat(paths...)
}

func eventPaths(e *schema.Event) []schema.Path {
	paths := slices.Clone(e.Key)
	if e.Revision != nil {
		paths = append(paths, e.Revision.Path)
	}
	for _, p := range []*schema.Path{e.EventID, e.Deleted} {
		if p != nil {
			paths = append(paths, *p)
		}
	}
	for _, h := range e.Headers {
		paths = append(paths, h.Path)
	}
	return paths
}

func exprPaths(x *filter.Expr) []schema.Path {
	if x == nil {
		return nil
	}
	var paths []schema.Path
	if x.Ref != nil {
		paths = append(paths, x.Ref.Path)
	}
	for _, a := range x.Args {
		paths = append(paths, exprPaths(a)...)
	}
	return paths
}
