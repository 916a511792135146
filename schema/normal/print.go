package normal

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// Print returns the normal form of a file. Comments go; every name of a type or an extension is complete and begins with a dot; imports are
// sorted and distinct; options are sorted by name, each with its whole value in one place; fields and enum values are
// sorted by number, oneofs by their first number; reserved and extension ranges are sorted, one to a statement. A name for JSON is written
// only where it is not the one that follows from the field's name, and an option whose retention is the source is not written.
//
// What carries meaning stays: the order of messages, because the header of a record names its message by position, and the
// first value of an enum, because it is the default. Nested messages stand before fields, so that every reader counts them alike: the
// entries of map fields, which compilers count as messages and text parsers do not, come after them.
//
// It is an error if an option is declared in no import, or if the file is of an edition after 2023.
func Print(fd protoreflect.FileDescriptor) (string, error) { return write(fd, sorted) }

// Canonical returns the form in which a registry keeps a text that it was not asked to normalise: as [Print], but everything that stands in
// an order keeps it. For a text that Print returned, it is that text.
func Canonical(fd protoreflect.FileDescriptor) (string, error) { return write(fd, declared) }

// order is how a printer arranges what has no meaningful order.
type order uint8

const (
	sorted order = iota
	declared
)

func write(fd protoreflect.FileDescriptor, o order) (string, error) {
	p := &printer{file: fd, order: o, extensions: &extensions{file: fd}}
	p.printFile()
	if p.err != nil {
		return "", fmt.Errorf("print %s: %w", fd.Path(), p.err)
	}
	return p.text.String(), nil
}

// printer writes one file.
type printer struct {
	file       protoreflect.FileDescriptor
	order      order
	extensions *extensions
	text       strings.Builder
	depth      int
	err        error // the first problem
}

func (p *printer) printFile() {
	p.printSyntax()
	if p.file.Package() != "" {
		p.line("package %s;", p.file.Package())
	}
	p.printImports()
	p.printOptions(p.file.Options())
	p.printScope(p.file, nil)
	p.printExtends(p.file)
	for _, sd := range all(p.file.Services()) {
		p.printService(sd)
	}
}

// printSyntax writes the syntax even where it is the default, because compilers warn of a file without one.
func (p *printer) printSyntax() {
	if p.file.Syntax() != protoreflect.Editions {
		p.line("syntax = %q;", p.file.Syntax())
		return
	}
	edition := descriptorpb.Edition_EDITION_UNKNOWN
	if f, ok := p.file.(interface{ Edition() int32 }); ok {
		edition = descriptorpb.Edition(f.Edition())
	}
	if edition != descriptorpb.Edition_EDITION_2023 {
		p.failf("edition %s is not supported: 2023 is", strings.TrimPrefix(edition.String(), "EDITION_"))
	}
	p.line(`edition = "2023";`)
}

func (p *printer) printImports() {
	imports := arrange(p, all(p.file.Imports()), func(a, b protoreflect.FileImport) int {
		return strings.Compare(a.Path(), b.Path())
	})
	for _, i := range slices.CompactFunc(imports, func(a, b protoreflect.FileImport) bool { return a.Path() == b.Path() }) {
		if i.IsPublic {
			p.line("import public %s;", quote(i.Path()))
			continue
		}
		p.line("import %s;", quote(i.Path()))
	}
}

func (p *printer) line(format string, args ...any) {
	for range p.depth {
		p.text.WriteString("  ")
	}
	fmt.Fprintf(&p.text, format+"\n", args...)
}

// open begins a block, which close ends. An empty line stands before one that no other encloses.
func (p *printer) open(format string, args ...any) {
	if p.depth == 0 {
		p.line("")
	}
	p.line(format+" {", args...)
	p.depth++
}

func (p *printer) close() {
	p.depth--
	p.line("}")
}

func (p *printer) failf(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
}

// list is one of the lists of package protoreflect.
type list[T any] interface {
	Len() int
	Get(i int) T
}

func all[T any](l list[T]) []T {
	ts := make([]T, l.Len())
	for i := range ts {
		ts[i] = l.Get(i)
	}
	return ts
}

// arrange sorts, unless what is declared in an order is to stay in it.
func arrange[T any](p *printer, ts []T, compare func(a, b T) int) []T {
	if p.order == sorted {
		slices.SortStableFunc(ts, compare)
	}
	return ts
}
