package golden_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/evgen-dev/evgen/generator"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/source"
)

// module is the Go module of everything here.
const module = "github.com/evgen-dev/evgen"

// A goldenCase is a directory of proto files and the directories of what is generated from them.
type goldenCase struct {
	name   string // e.g., words
	protos string // relative to this directory, e.g., ../testdata/cases/words
	output string // below the module, with nothing else in it, e.g., golden/words
	// parameter is what a file called parameter in protos says beside the defaults, e.g., suffix=events.
	parameter string
}

// goldenCases are the folders of testdata/cases, each with proto packages of its own, the examples, and the two sides of package evolve.
func goldenCases(t testing.TB) []goldenCase {
	t.Helper()
	const root = "../testdata/cases"
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	cases := []goldenCase{
		{name: "examples", protos: "../examples/proto", output: "examples/gen"},
		{name: "evolve-old", protos: "../testdata/evolve/old", output: "golden/evolve/old/evolvev1"},
		{name: "evolve-new", protos: "../testdata/evolve/new", output: "golden/evolve/new/evolvev1"},
	}
	for _, e := range entries {
		c := goldenCase{name: e.Name(), protos: filepath.Join(root, e.Name()), output: "golden/" + e.Name()}
		if text, err := os.ReadFile(filepath.Join(c.protos, "parameter")); err == nil {
			c.parameter = "," + strings.TrimSpace(string(text))
		}
		cases = append(cases, c)
	}
	return cases
}

// request is what the command makes of the case, and what a plugin gets.
func (c goldenCase) request(t testing.TB) (*source.Set, *pluginpb.CodeGeneratorRequest) {
	t.Helper()
	set, found, err := source.Compile(t.Context(), []source.Tree{source.Dir(c.protos)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if found.HasErrors() {
		t.Fatalf("%s does not compile:\n%s", c.protos, found)
	}
	parameter := generator.DefaultOptions().Parameter() + c.parameter
	if !c.isRelative() {
		parameter += ",module=" + module
	}
	request := set.Request(parameter)
	return set, request
}

// isRelative says whether files lie as their sources do, and not as their Go packages say.
func (c goldenCase) isRelative() bool { return strings.Contains(c.parameter, "paths=source_relative") }

// place returns the name of a generated file below the module.
func (c goldenCase) place(name string) string {
	if c.isRelative() {
		return c.output + "/" + name
	}
	return name
}

// generate returns the files of the case, named below the module.
func (c goldenCase) generate(t testing.TB) []generator.File {
	t.Helper()
	set, request := c.request(t)
	files, found, err := generator.Generate(request, func(files []protoreflect.FileDescriptor) (*schema.Model, schema.Diagnostics) {
		return set.Resolve(files)
	})
	if err != nil {
		t.Fatal(err)
	}
	if found.HasErrors() {
		t.Fatalf("%s cannot be generated:\n%s", c.protos, found)
	}
	for i, f := range files {
		files[i].Name = c.place(f.Name)
	}
	return files
}
