package generator

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema"
)

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

func exprPaths(x *schema.Expr) []schema.Path {
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
