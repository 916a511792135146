package generator

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema"
)

// goPackage is a package of generated code: one per Go package of messages.
type goPackage struct {
	path, name string  // e.g., sitesv1ev
	units      []*unit // by path of their proto file
}

// verbs says what the package does, for its comment.
func (p *goPackage) verbs() string {
	events, projections := false, false
	for _, u := range p.units {
		events = events || len(u.file.Events) > 0
		projections = projections || len(u.file.Projections) > 0
	}
	switch {
	case events && projections:
		return "publishes, handles and projects the events"
	case events:
		return "publishes and handles the events"
	default:
		return "keeps and reads the projections"
	}
}

// hasTopics says whether anything is published from it; a package may only read.
func (p *goPackage) hasTopics() bool {
	return slices.ContainsFunc(p.units, func(u *unit) bool { return len(u.topics) > 0 })
}

// protoPackages names the proto packages whose files are in it, e.g., acme.sites.v1.
func (p *goPackage) protoPackages() string {
	var names []string
	for _, u := range p.units {
		names = append(names, string(u.file.Desc.Package()))
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " and ")
}

// eventPackage returns the name of the package of a file's events, e.g., sitesv1ev. The go command leaves out folders that begin with "_",
// which protogen puts before a keyword.
func eventPackage(f *protogen.File, o Options) string {
	return strings.TrimLeft(string(f.GoPackageName), "_") + o.Suffix
}

// eventPath returns the import path of the code generated for the events of a file, e.g., example.com/gen/sites/v1/sitesv1ev.
func eventPath(f *protogen.File, o Options) string {
	return string(f.GoImportPath) + "/" + eventPackage(f, o)
}

// outputDir returns the folder of a file's messages below the output root.
func outputDir(f *protogen.File, o Options) string {
	dir := path.Dir(f.GeneratedFilenamePrefix)
	if dir == o.module {
		return "."
	}
	return strings.TrimPrefix(dir, o.module+"/")
}

// outside reports files whose Go package is not below the module that output is for.
func outside(plugin *protogen.Plugin, o Options) schema.Diagnostics {
	var ds schema.Diagnostics
	for _, f := range plugin.Files {
		if f.Generate && o.module != "" && !strings.HasPrefix(f.GeneratedFilenamePrefix, o.module+"/") {
			ds = append(ds, schema.Diagnostic{
				ID: outsideModule, Pos: positionOfGoPackage(f.Desc),
				Message: fmt.Sprintf("go_package %q is not inside the Go module %s", string(f.GoImportPath), o.module),
				Help:    fmt.Sprintf("begin it with %q, or set go.out in evgen.yaml", o.module+"/"),
			})
		}
	}
	return ds
}

// positionOfGoPackage returns where a file has the option, by the numbers of FileDescriptorProto.options.go_package.
func positionOfGoPackage(f protoreflect.FileDescriptor) schema.Position {
	return position(f, f.SourceLocations().ByPath(protoreflect.SourcePath{8, 11}))
}

// position is the start of a location; without one, as in a descriptor set without source info, it is the start of the file.
func position(f protoreflect.FileDescriptor, at protoreflect.SourceLocation) schema.Position {
	return schema.Position{Path: f.Path(), Line: at.StartLine + 1, Column: at.StartColumn + 1}
}
