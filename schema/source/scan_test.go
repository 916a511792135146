package source_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/source"
)

// tree returns a tree of texts by path.
func tree(dir string, texts map[string]string) source.Tree {
	files := fstest.MapFS{}
	for path, text := range texts {
		files[path] = &fstest.MapFile{Data: []byte(text)}
	}
	return source.Tree{Dir: dir, FS: files}
}

// proto3 returns a file of package p.
func proto3(body string) string { return "syntax = \"proto3\";\npackage p;\n" + body }

// scanned returns the paths of the files that are visited.
func scanned(t *testing.T, roots, deps []source.Tree, paths []string) []string {
	t.Helper()
	var visited []string
	ds, err := source.Scan(t.Context(), roots, deps, paths, func(fd protoreflect.FileDescriptor) error {
		visited = append(visited, fd.Path())
		return nil
	})
	if err != nil || ds != nil {
		t.Fatal(ds, err)
	}
	return visited
}

func TestScanVisitsEachFileOnceAfterItsImports(t *testing.T) {
	t.Parallel()
	root := tree("proto", map[string]string{
		"a.proto": proto3("import \"c.proto\"; import \"dep.proto\"; message A { C c = 1; Dep dep = 2; }"),
		"b.proto": proto3("import \"google/protobuf/timestamp.proto\"; message B { google.protobuf.Timestamp at = 1; }"),
		"c.proto": proto3("import \"b.proto\"; message C { B b = 1; }"),
	})
	deps := tree("deps", map[string]string{"dep.proto": proto3("message Dep {}"), "unused.proto": "nonsense"})
	for range 10 { // files are compiled at once, but the order is the same
		got := scanned(t, []source.Tree{root}, []source.Tree{deps}, nil)
		if diff := cmp.Diff([]string{"b.proto", "c.proto", "dep.proto", "a.proto"}, got); diff != "" {
			t.Fatalf("files differ (-want +got):\n%s", diff)
		}
	}
}

func TestScanOfSomeFilesVisitsThoseAndWhatTheyImport(t *testing.T) {
	t.Parallel()
	root := tree("proto", map[string]string{
		"a.proto": proto3("import \"b.proto\"; message A { B b = 1; }"), "b.proto": proto3("message B {}"), "c.proto": proto3("message C {}"),
	})
	for _, test := range []struct{ paths, want []string }{
		{[]string{"a.proto"}, []string{"b.proto", "a.proto"}},
		{[]string{"c.proto", "b.proto"}, []string{"c.proto", "b.proto"}},
		{[]string{}, nil},
	} {
		if diff := cmp.Diff(test.want, scanned(t, []source.Tree{root}, nil, test.paths)); diff != "" {
			t.Errorf("files of %q differ (-want +got):\n%s", test.paths, diff)
		}
	}
}

func TestScanFindsWhatCompileFinds(t *testing.T) {
	t.Parallel()
	roots := []source.Tree{source.Dir("../../examples/proto")}
	set, _, err := source.Compile(t.Context(), roots, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]*descriptorpb.FileDescriptorProto{}
	for _, fd := range set.Files.File {
		fd = proto.CloneOf(fd)
		fd.SourceCodeInfo = nil
		want[fd.GetName()] = fd
	}
	files := 0
	_, err = source.Scan(t.Context(), roots, nil, nil, func(fd protoreflect.FileDescriptor) error {
		files++
		if diff := cmp.Diff(want[fd.Path()], linked(t, protodesc.ToFileDescriptorProto(fd)), protocmp.Transform()); diff != "" {
			t.Errorf("%s differs (-compiled +scanned):\n%s", fd.Path(), diff)
		}
		return nil
	})
	if err != nil || files < len(set.Targets) {
		t.Errorf("%d files are visited, %v; want at least %d", files, err, len(set.Targets))
	}
}

// linked parses options as the types that are linked in.
func linked(t *testing.T, fd *descriptorpb.FileDescriptorProto) *descriptorpb.FileDescriptorProto {
	t.Helper()
	parsed := &descriptorpb.FileDescriptorProto{}
	if err := proto.Unmarshal(marshal(t, fd), parsed); err != nil {
		t.Fatal(err)
	}
	return parsed
}

const (
	descriptors = "import \"google/protobuf/descriptor.proto\";"
	fieldX      = "extend google.protobuf.FieldOptions { string x%d = 50001; }"
)

func TestScanSaysOfBrokenFilesWhatCompileSays(t *testing.T) {
	t.Parallel()
	for name, texts := range map[string]map[string]string{
		"syntax":              {"a.proto": "message {"},
		"panicking parser":    {"a.proto": "\"\\\xa00"},
		"edition":             {"a.proto": "edition = \"2024\"; message A {}"},
		"missing import":      {"a.proto": proto3("import \"b.prot\";"), "b.proto": proto3("")},
		"import of itself":    {"a.proto": proto3("import \"a.proto\";")},
		"circle of imports":   {"a.proto": proto3("import \"b.proto\";"), "b.proto": proto3("import \"a.proto\";")},
		"unknown type":        {"a.proto": proto3("message A { B b = 1; }")},
		"unknown option":      {"a.proto": proto3("message A { option (b) = 1; }")},
		"unknown annotation":  {"a.proto": proto3("import \"evgen/v1/options.proto\"; message A { option (evgen.v1.event).keys = \"a\"; }")},
		"name twice":          {"a.proto": proto3("message A {}"), "b.proto": proto3("message A {}")},
		"value twice":         {"a.proto": proto3("enum A { X = 0; }"), "b.proto": proto3("enum B { X = 0; }")},
		"extension twice":     {"a.proto": proto3(descriptors + fmt.Sprintf(fieldX, 1)), "b.proto": proto3(descriptors + fmt.Sprintf(fieldX, 2))},
		"package and message": {"a.proto": proto3("message A {}"), "b.proto": "syntax = \"proto3\"; package p.A;"},
		"number twice":        {"a.proto": proto3("message A { string a = 1; string b = 1; }"), "b.proto": proto3("import \"a.proto\"; message B { A a = 1; }")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			roots := []source.Tree{tree("proto", texts)}
			_, want, err := source.Compile(t.Context(), roots, nil)
			if err != nil || !want.HasErrors() {
				t.Fatalf("compile reports %v, %v", want, err)
			}
			want = slices.DeleteFunc(want, func(d schema.Diagnostic) bool { return d.Severity == schema.Warning })
			got, err := source.Scan(t.Context(), roots, nil, nil, func(protoreflect.FileDescriptor) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.String(), got.String()); diff != "" {
				t.Errorf("diagnostics differ (-compile +scan):\n%s", diff)
			}
		})
	}
}

func TestAFileInTwoRootsIsNotScanned(t *testing.T) {
	t.Parallel()
	roots := []source.Tree{tree("a", map[string]string{"a.proto": proto3("")}), tree("b", map[string]string{"a.proto": proto3("")})}
	ds, err := source.Scan(t.Context(), roots, nil, nil, func(protoreflect.FileDescriptor) error { return nil })
	if err != nil || !ds.HasErrors() {
		t.Errorf("scan reports %v, %v", ds, err)
	}
}

// Names are known to the linker for some hundred files only.
func TestScanFindsCollisionsOfFilesThatAreFarApart(t *testing.T) {
	t.Parallel()
	for name, bodies := range map[string][2]string{
		"message":   {"message A {}", "message A {}"},
		"value":     {"enum A { X = 0; }", "enum B { X = 0; }"},
		"service":   {"service A {}", "message A {}"},
		"extension": {descriptors + fmt.Sprintf(fieldX, 1), descriptors + "message M { " + fmt.Sprintf(fieldX, 2) + "}"},
		"package":   {"message far {}", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			texts := map[string]string{"a.proto": proto3(bodies[0]), "z.proto": proto3(bodies[1])}
			for i := range 600 {
				texts[fmt.Sprintf("m%d.proto", i)] = proto3(fmt.Sprintf("message M%d {}", i))
			}
			if name == "package" {
				texts["z.proto"] = "syntax = \"proto3\"; package p.far.away;"
			}
			ds, err := source.Scan(t.Context(), []source.Tree{tree("proto", texts)}, nil, nil, func(protoreflect.FileDescriptor) error { return nil })
			if err != nil || !ds.HasErrors() {
				t.Errorf("scan reports %v, %v", ds, err)
			}
		})
	}
}

func TestScanEndsWithTheErrorOfTheVisit(t *testing.T) {
	t.Parallel()
	roots, enough, visits := []source.Tree{chain(50)}, errors.New("enough"), 0
	_, err := source.Scan(t.Context(), roots, nil, nil, func(protoreflect.FileDescriptor) error {
		if visits++; visits == 3 {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) || visits != 3 {
		t.Errorf("scan ends with %v after %d visits", err, visits)
	}
}

func TestACanceledScanLeavesNothingRunning(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent()) // not in parallel, so that what runs is ours
	for stop := range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		visits := 0
		_, err := source.Scan(ctx, []source.Tree{chain(60)}, nil, nil, func(protoreflect.FileDescriptor) error {
			if visits++; visits > stop {
				cancel()
			}
			return nil
		})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("scan ends with %v", err)
		}
	}
}

// chain returns files of which each imports the one before.
func chain(n int) source.Tree {
	texts := map[string]string{"f0.proto": proto3("message M0 {}")}
	for i := 1; i < n; i++ {
		texts[fmt.Sprintf("f%d.proto", i)] = proto3(fmt.Sprintf("import \"f%d.proto\"; message M%d { M%d m = 1; }", i-1, i, i-1))
	}
	return tree("proto", texts)
}
