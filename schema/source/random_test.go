package source_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// randomFile is a file of few names, so that they shadow each other: packages within packages, types named as others elsewhere, and
// references of all lengths.
type randomFile struct {
	pkg     string
	imports []string
	types   []*randomType
	gone    bool
}

type randomType struct {
	name   string
	enum   bool
	fields []*randomField
	inner  []*randomType
}

type randomField struct {
	typ, name string
	number    int
}

var (
	packages = []string{"p", "p.q", "p.q.r", "s"}
	names    = []string{"A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L"}
)

func path(i int) string { return fmt.Sprintf("f%d.proto", i) }

func randomFiles(r *rand.Rand) []*randomFile {
	var files []*randomFile
	taken := map[string]bool{}
	for i := range 5 + r.IntN(4) {
		f := &randomFile{pkg: packages[r.IntN(len(packages))]}
		for range r.IntN(3) {
			if i > 0 {
				f.use(r.IntN(i), r)
			}
		}
		for range 1 + r.IntN(3) {
			name := names[r.IntN(len(names))]
			if !taken[f.pkg+"."+name] {
				taken[f.pkg+"."+name] = true
				f.types = append(f.types, &randomType{name: name, enum: r.IntN(4) == 0})
			}
		}
		files = append(files, f)
	}
	for i := range files {
		for _, typ := range files[i].types {
			for n := range r.IntN(4) {
				typ.fields = append(typ.fields, &randomField{reference(r, files, i), fmt.Sprintf("n%d", n+1), n + 1})
			}
		}
	}
	return files
}

func (f *randomFile) use(i int, r *rand.Rand) {
	line := fmt.Sprintf("import %q;\n", path(i))
	if r.IntN(3) == 0 {
		line = strings.Replace(line, "import", "import public", 1)
	}
	if !slices.ContainsFunc(f.imports, func(l string) bool { return strings.Contains(l, path(i)) }) {
		f.imports = append(f.imports, line)
	}
}

// reference returns a type that file i may use, as briefly as dots allow, or a scalar.
func reference(r *rand.Rand, files []*randomFile, i int) string {
	from := []*randomFile{files[i]}
	for j, f := range files {
		if slices.ContainsFunc(files[i].imports, func(l string) bool { return strings.Contains(l, path(j)) }) {
			from = append(from, f)
		}
	}
	f := from[r.IntN(len(from))]
	if len(f.types) == 0 || r.IntN(4) == 0 {
		return []string{"string", "int32", "bytes"}[r.IntN(3)]
	}
	name := f.pkg + "." + f.types[r.IntN(len(f.types))].name
	if cut := strings.TrimPrefix(name, files[i].pkg+"."); r.IntN(3) > 0 {
		return cut
	}
	return name
}

func mutate(r *rand.Rand, files []*randomFile) {
	i := r.IntN(len(files))
	f := files[i]
	if len(f.types) == 0 {
		return
	}
	typ := f.types[r.IntN(len(f.types))]
	switch r.IntN(12) {
	case 0:
		f.gone = true
	case 1:
		f.pkg = packages[r.IntN(len(packages))]
	case 2:
		typ.name = names[r.IntN(len(names))]
	case 3:
		typ.enum = !typ.enum
	case 4, 5: // moves to another file
		to := files[r.IntN(len(files))]
		f.types = slices.DeleteFunc(f.types, func(x *randomType) bool { return x == typ })
		to.types = append(to.types, typ)
	case 6: // shadows
		typ.inner = append(typ.inner, &randomType{name: names[r.IntN(len(names))]})
	case 7:
		f.imports = f.imports[:len(f.imports)/2]
	case 8:
		f.use(r.IntN(max(i, 1)), r)
	case 9:
		typ.fields = append(typ.fields, &randomField{reference(r, files, i), "added", 9})
	case 10:
		f.types = append(f.types, &randomType{name: names[r.IntN(len(names))]})
	default:
		if len(typ.fields) > 0 {
			chosen := typ.fields[r.IntN(len(typ.fields))]
			*chosen = randomField{reference(r, files, i), "changed", chosen.number}
		}
	}
}

func texts(files []*randomFile) map[string]string {
	texts := map[string]string{}
	for i, f := range files {
		if f.gone {
			continue
		}
		var b strings.Builder
		fmt.Fprintf(&b, "syntax = \"proto3\";\npackage %s;\n%s", f.pkg, strings.Join(f.imports, ""))
		for _, typ := range f.types {
			typ.print(&b)
		}
		texts[path(i)] = b.String()
	}
	return texts
}

func (t *randomType) print(b *strings.Builder) {
	if t.enum {
		fmt.Fprintf(b, "enum %s { %s_ZERO = 0; }\n", t.name, strings.ToUpper(t.name))
		return
	}
	fmt.Fprintf(b, "message %s {\n", t.name)
	for _, inner := range t.inner {
		inner.print(b)
	}
	for _, f := range t.fields {
		fmt.Fprintf(b, "  %s %s = %d;\n", f.typ, f.name, f.number)
	}
	b.WriteString("}\n")
}
