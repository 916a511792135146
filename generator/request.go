package generator

import (
	"fmt"
	"path"
	"strings"
	"unicode"

	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/evgen-dev/evgen/schema"
)

// unfitGoPackages reports what protogen would refuse, all of it and with positions: files that say no Go package, and those of one Go package that
// call it differently. Imports are among them, since generated code refers to their packages.
func unfitGoPackages(req *pluginpb.CodeGeneratorRequest) schema.Diagnostics {
	var ds schema.Diagnostics
	mapped := mappedFiles(req.GetParameter())
	first := map[string]*descriptorpb.FileDescriptorProto{} // by import path
	for _, f := range req.GetProtoFile() {
		importPath, name := goPackageOf(f)
		switch before := first[importPath]; {
		case mapped[f.GetName()]:
		case !strings.ContainsAny(importPath, "./"):
			ds = append(ds, withoutImportPath(f))
		case before == nil:
			first[importPath] = f
		default:
			if _, other := goPackageOf(before); other != name {
				ds = append(ds, schema.Diagnostic{
					ID: goPackageUnfit, Pos: start(f), Message: fmt.Sprintf("Go package %q is called %s here and %s elsewhere", importPath, name, other),
					Help:    "call it by one name",
					Related: []schema.Related{{Pos: start(before), Message: "it is called " + other + " here"}},
				})
			}
		}
	}
	return ds
}

// mappedFiles are those that an M parameter gives an import path.
func mappedFiles(parameter string) map[string]bool {
	mapped := map[string]bool{}
	for p := range strings.SplitSeq(parameter, ",") {
		if file, ok := strings.CutPrefix(p, "M"); ok {
			file, _, _ = strings.Cut(file, "=")
			mapped[file] = true
		}
	}
	return mapped
}

// goPackageOf returns the import path and the name of a file's Go package. Without a name of its own it is the end of the path, as an identifier.
func goPackageOf(f *descriptorpb.FileDescriptorProto) (importPath, name string) {
	importPath, name, _ = strings.Cut(f.GetOptions().GetGoPackage(), ";")
	if name != "" {
		return importPath, name
	}
	return importPath, strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return '_'
	}, path.Base(importPath))
}

func withoutImportPath(f *descriptorpb.FileDescriptorProto) schema.Diagnostic {
	d := schema.Diagnostic{
		ID: goPackageUnfit, Pos: start(f), Message: "the file says no go_package",
		Help: fmt.Sprintf("add option go_package = %q", path.Join("example.com/…", strings.ReplaceAll(f.GetPackage(), ".", "/"))),
	}
	if option := f.GetOptions().GetGoPackage(); option != "" {
		d.Message = fmt.Sprintf("go_package %q has no import path", option)
		d.Help = `write it in full, e.g., "example.com/sites/v1;sitesv1"`
	}
	return d
}

// start is where a file has its option go_package, else its package, else its first line.
func start(f *descriptorpb.FileDescriptorProto) schema.Position {
	pos := schema.Position{Path: f.GetName(), Line: 1, Column: 1}
	for _, l := range f.GetSourceCodeInfo().GetLocation() {
		switch {
		case len(l.Path) == 1 && l.Path[0] == 2:
			pos.Line, pos.Column = int(l.Span[0])+1, int(l.Span[1])+1
		case len(l.Path) == 2 && l.Path[0] == 8 && l.Path[1] == 11:
			return schema.Position{Path: f.GetName(), Line: int(l.Span[0]) + 1, Column: int(l.Span[1]) + 1}
		}
	}
	return pos
}
