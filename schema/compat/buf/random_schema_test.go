package buf_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// The types here are a schema as a random change sees it. Rendering leaves out what the syntax of a file does not have, so that a change of the syntax is one
// like others; what still does not compile is thrown away.
type (
	randomFile struct {
		Path, Package, Syntax string // proto2, proto3, 2023
		Options               map[string]string
		Messages              []*randomMessage
		Enums                 []*randomEnum
		Services              []*randomService
		Extensions            []*randomField
	}
	randomMessage struct {
		Name          string
		Options       map[string]string
		Fields        []*randomField
		Messages      []*randomMessage
		Enums         []*randomEnum
		Extensions    []*randomField
		Reserved      []string // ranges
		ReservedNames []string
		ExtensionTo   int // 0: no extensions; else they are 1000 to ExtensionTo
	}
	randomField struct {
		Name     string
		Number   int
		Label    string            // "", optional, required or repeated
		Type     string            // scalar, full name with a leading dot, or map<...>
		Group    bool              // a group with the type's short name, in proto2
		Oneof    string            // "" for none
		Options  map[string]string // as they are written, e.g., features.utf8_validation
		Extendee string            // of an extension
	}
	randomEnum struct {
		Name          string
		Options       map[string]string
		Values        []randomValue
		Reserved      []string
		ReservedNames []string
	}
	randomValue struct {
		Name   string
		Number int
	}
	randomService struct {
		Name    string
		Methods []*randomMethod
	}
	randomMethod struct {
		Name, Input, Output string // full names
		Client, Server      bool
		Options             map[string]string
	}
)

// randomSchema is all that one comparison is about.
type randomSchema []*randomFile

func (s randomSchema) clone(t *testing.T) randomSchema {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var c randomSchema
	if err := json.Unmarshal(b, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// render returns the files as text, by path.
func (s randomSchema) render() map[string]string {
	declared := map[string]string{} // paths by full name
	for _, f := range s {
		for _, m := range f.Messages {
			declare(declared, f.Path, "."+f.Package+"."+m.Name, m)
		}
		for _, e := range f.Enums {
			declared["."+f.Package+"."+e.Name] = f.Path
		}
	}
	texts := map[string]string{}
	for _, f := range s {
		texts[f.Path] = (&renderer{file: f}).render(declared)
	}
	return texts
}

func declare(declared map[string]string, path, name string, m *randomMessage) {
	declared[name] = path
	for _, e := range m.Enums {
		declared[name+"."+e.Name] = path
	}
	for _, inner := range m.Messages {
		declare(declared, path, name+"."+inner.Name, inner)
	}
}

// renderer writes one file.
type renderer struct {
	file *randomFile
	body strings.Builder
	refs map[string]bool
}

func (r *renderer) render(declared map[string]string) string {
	r.refs = map[string]bool{}
	r.options(r.file.Options)
	for _, m := range r.file.Messages {
		r.message(m, "message "+m.Name)
	}
	for _, e := range r.file.Enums {
		r.enum(e)
	}
	for _, x := range r.file.Extensions {
		r.extension(x)
	}
	for _, s := range r.file.Services {
		r.service(s)
	}
	head := fmt.Sprintf("syntax = %q;\n", r.file.Syntax)
	if r.file.Syntax == "2023" {
		head = "edition = \"2023\";\n"
	}
	head += "package " + r.file.Package + ";\n"
	imports := map[string]bool{}
	for ref := range r.refs {
		if path := declared[ref]; path != "" && path != r.file.Path {
			imports[path] = true
		}
	}
	for _, path := range slices.Sorted(maps.Keys(imports)) {
		head += fmt.Sprintf("import %q;\n", path)
	}
	return head + r.body.String()
}

func (r *renderer) printf(format string, args ...any) { fmt.Fprintf(&r.body, format, args...) }

// has says whether the syntax of the file has an option.
func (r *renderer) has(option string) bool {
	switch {
	case strings.HasPrefix(option, "features."):
		return r.file.Syntax == "2023"
	case option == "default":
		return r.file.Syntax != "proto3"
	}
	return true
}

func (r *renderer) options(options map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(options)) {
		if r.has(name) {
			r.printf("option %s = %s;\n", name, options[name])
		}
	}
}

func (r *renderer) message(m *randomMessage, head string) {
	r.printf("%s {\n", head)
	r.options(m.Options)
	var oneofs []string
	for _, f := range m.Fields {
		if f.Oneof == "" {
			r.field(f)
		} else if !slices.Contains(oneofs, f.Oneof) {
			oneofs = append(oneofs, f.Oneof)
			r.oneof(m, f.Oneof)
		}
	}
	r.reserved(m.Reserved, m.ReservedNames)
	if m.ExtensionTo > 0 && r.file.Syntax != "proto3" {
		r.printf("extensions 1000 to %d;\n", m.ExtensionTo)
	}
	for _, inner := range m.Messages {
		r.message(inner, "message "+inner.Name)
	}
	for _, e := range m.Enums {
		r.enum(e)
	}
	for _, x := range m.Extensions {
		r.extension(x)
	}
	r.printf("}\n")
}

func (r *renderer) oneof(m *randomMessage, name string) {
	r.printf("oneof %s {\n", name)
	for _, f := range m.Fields {
		if f.Oneof == name {
			r.field(f)
		}
	}
	r.printf("}\n")
}

func (r *renderer) reserved(ranges, names []string) {
	for _, text := range ranges {
		r.printf("reserved %s;\n", text)
	}
	for _, name := range names {
		if r.file.Syntax != "2023" {
			name = fmt.Sprintf("%q", name)
		}
		r.printf("reserved %s;\n", name)
	}
}

func (r *renderer) label(f *randomField) string {
	switch {
	case f.Oneof != "" || strings.HasPrefix(f.Type, "map<"):
		return ""
	case f.Label == "repeated":
		return "repeated "
	case r.file.Syntax == "proto2":
		return cmp.Or(f.Label, "optional") + " "
	case r.file.Syntax == "proto3" && f.Label == "optional":
		return "optional "
	}
	return ""
}

func (r *renderer) field(f *randomField) {
	r.refs[f.Type] = true
	if _, value, ok := strings.Cut(f.Type, ", "); ok { // map<key, value>
		r.refs[strings.TrimSuffix(value, ">")] = true
	}
	if f.Group && r.file.Syntax == "proto2" && f.Oneof == "" {
		r.printf("%sgroup Group%s = %d {\noptional int32 a = 1;\n}\n", r.label(f), f.Name, f.Number)
		return
	}
	r.printf("%s%s %s = %d", r.label(f), f.Type, f.Name, f.Number)
	var written []string
	for _, name := range slices.Sorted(maps.Keys(f.Options)) {
		if r.has(name) {
			written = append(written, name+" = "+f.Options[name])
		}
	}
	if written != nil {
		r.printf(" [%s]", strings.Join(written, ", "))
	}
	r.printf(";\n")
}

func (r *renderer) extension(x *randomField) {
	r.refs[x.Extendee] = true
	r.printf("extend %s {\n", x.Extendee)
	r.field(x)
	r.printf("}\n")
}

func (r *renderer) enum(e *randomEnum) {
	r.printf("enum %s {\n", e.Name)
	r.options(e.Options)
	for _, v := range e.Values {
		r.printf("%s = %d;\n", v.Name, v.Number)
	}
	r.reserved(e.Reserved, e.ReservedNames)
	r.printf("}\n")
}

func (r *renderer) service(s *randomService) {
	r.printf("service %s {\n", s.Name)
	for _, m := range s.Methods {
		r.refs[m.Input], r.refs[m.Output] = true, true
		r.printf("rpc %s(%s%s) returns (%s%s) {\n", m.Name, stream(m.Client), m.Input, stream(m.Server), m.Output)
		r.options(m.Options)
		r.printf("}\n")
	}
	r.printf("}\n")
}

func stream(on bool) string {
	if on {
		return "stream "
	}
	return ""
}
