package generator_test

import (
	"testing"
	"testing/fstest"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/evgen-dev/evgen/generator"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/source"
)

// site is a proto file with an event and a projection.
const site = `syntax = "proto3";

package acme.sites.v1;

import "evgen/v1/options.proto";

option go_package = "example.com/gen/sites/v1;sitesv1";
option (evgen.v1.file) = { owner: "@acme" };

message Site {
  option (evgen.v1.event) = { kind: DOCUMENT };
  string id = 1 [(evgen.v1.field).key = true];
  int64 revision = 2 [(evgen.v1.field).revision = MONOTONIC];
  string title = 3;
}

message SiteRow {
  option (evgen.v1.projection) = { source: { event: "Site" } };
  string id = 1 [(evgen.v1.column).key = true];
  string title = 2;
}
`

// compile makes a set of proto files, by path.
func compile(t testing.TB, files map[string]string) *source.Set {
	t.Helper()
	tree := fstest.MapFS{}
	for path, text := range files {
		tree[path] = &fstest.MapFile{Data: []byte(text)}
	}
	set, found, err := source.Compile(t.Context(), []source.Tree{{Dir: "proto", FS: tree}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if found.HasErrors() {
		t.Fatalf("compile:\n%s", found)
	}
	return set
}

// generate runs the generator as the command does.
func generate(t testing.TB, set *source.Set, request *pluginpb.CodeGeneratorRequest) ([]generator.File, schema.Diagnostics) {
	t.Helper()
	files, found, err := generator.Generate(request, func(files []protoreflect.FileDescriptor) (*schema.Model, schema.Diagnostics) {
		return set.Resolve(files)
	})
	if err != nil {
		t.Fatal(err)
	}
	return files, found
}

// mustGenerate fails the test when there is an error in the schema.
func mustGenerate(t testing.TB, set *source.Set, parameter string) []generator.File {
	t.Helper()
	files, found := generate(t, set, set.Request(parameter))
	if found.HasErrors() {
		t.Fatalf("generate:\n%s", found)
	}
	return files
}

func names(files []generator.File) []string {
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	return names
}
