package corpus

import (
	"fmt"
	"slices"
	"strings"
)

// file is a proto file as far as the corpus uses the language.
type file struct {
	path, pkg string
	goPackage string
	imports   []string
	messages  []*message
	enums     []*enum
	services  []*service
	raw       string // instead of declarations
}

type message struct {
	doc, name string
	options   []string
	fields    []*field
	nested    []*message
	oneof     []*field // of oneof kind
	reserved  string   // e.g., 90 to 94
	spare     bool     // nothing refers to it
}

type field struct {
	doc, typ, name string // typ with its label, e.g., repeated string
	number         int
	options        []string
	changed        bool
}

type enum struct {
	doc, name string
	values    []*value
}

type value struct {
	doc, name string
	number    int
	changed   bool
}

type service struct {
	doc, name string
	options   []string
	methods   []*method
}

type method struct {
	doc, name, request, response string
	options                      []string
	changed                      bool
}

// use adds the import of a file.
func (f *file) use(path string) {
	if path != f.path && !slices.Contains(f.imports, path) {
		f.imports = append(f.imports, path)
	}
}

// printer writes indented lines.
type printer struct {
	strings.Builder
	depth int
}

func (p *printer) line(format string, args ...any) {
	p.WriteString(strings.Repeat("  ", p.depth))
	fmt.Fprintf(p, format, args...)
	p.WriteByte('\n')
}

func (p *printer) block(head string, body func()) {
	p.line("%s {", head)
	p.depth++
	body()
	p.depth--
	p.line("}")
}

func (p *printer) doc(text string) {
	for line := range strings.Lines(text) {
		p.line("// %s", strings.TrimSuffix(line, "\n"))
	}
}

const license = `// Copyright the authors of this corpus
//
// This file is written by a program to measure other programs. It has the length of a license header, because such
// headers are part of what a compiler has to read:
//
//     nobody has to understand what is written here,
//     nor to keep it when the file is copied,
//     nor to ask whether it applies to them.
//
// Unless a benchmark reads this file, it is distributed without any purpose, and
// without warranties or conditions of any kind, either express or implied.
// See the program for the shape that it was written in.

`

// String returns the text of the file.
func (f *file) String() string {
	var p printer
	p.WriteString(license)
	p.line("syntax = \"proto3\";\n")
	p.line("package %s;\n", f.pkg)
	for _, path := range slices.Sorted(slices.Values(f.imports)) {
		p.line("import %q;", path)
	}
	p.line("\noption go_package = %q;", f.goPackage)
	p.line("option java_multiple_files = true;")
	p.line("option java_package = \"org.%s\";", f.pkg)
	p.WriteString(f.raw)
	for _, s := range f.services {
		s.print(&p)
	}
	for _, m := range f.messages {
		m.print(&p)
	}
	for _, e := range f.enums {
		e.print(&p)
	}
	return p.String()
}

func (s *service) print(p *printer) {
	p.WriteByte('\n')
	p.doc(s.doc)
	p.block("service "+s.name, func() {
		p.options(s.options)
		for _, m := range s.methods {
			p.WriteByte('\n')
			p.doc(m.doc)
			p.block(fmt.Sprintf("rpc %s(%s) returns (%s)", m.name, m.request, m.response), func() { p.options(m.options) })
		}
	})
}

func (p *printer) options(options []string) {
	for _, o := range options {
		for i, line := range strings.Split("option "+o+";", "\n") {
			if i > 0 {
				line = "  " + line
			}
			p.line("%s", line)
		}
	}
}

func (m *message) print(p *printer) {
	p.WriteByte('\n')
	p.doc(m.doc)
	p.block("message "+m.name, func() {
		p.options(m.options)
		if m.reserved != "" {
			p.line("reserved %s;", m.reserved)
		}
		for _, n := range m.nested {
			n.print(p)
		}
		for _, f := range m.fields {
			f.print(p)
		}
		if len(m.oneof) > 0 {
			p.WriteByte('\n')
			p.block("oneof kind", func() {
				for _, f := range m.oneof {
					f.print(p)
				}
			})
		}
	})
}

func (f *field) print(p *printer) {
	p.WriteByte('\n')
	p.doc(f.doc)
	if len(f.options) == 0 {
		p.line("%s %s = %d;", f.typ, f.name, f.number)
		return
	}
	p.line("%s %s = %d [", f.typ, f.name, f.number)
	p.line("  %s", strings.Join(f.options, ",\n"+strings.Repeat("  ", p.depth+1)))
	p.line("];")
}

func (e *enum) print(p *printer) {
	p.WriteByte('\n')
	p.doc(e.doc)
	p.block("enum "+e.name, func() {
		for i, v := range e.values {
			if i > 0 {
				p.WriteByte('\n')
			}
			p.doc(v.doc)
			p.line("%s = %d;", v.name, v.number)
		}
	})
}
