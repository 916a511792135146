package normal_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/internal/realservers"
)

func TestProtocReadsTheNormalFormAsItReadsTheSources(t *testing.T) {
	t.Parallel()
	protoc := realservers.Protoc(t)
	tree := archive(t, "testdata/awkward.txtar")
	delete(tree, "acme/editions.proto") // imports a file that protoc does not bring
	tree["acme/source.proto"] = forSource
	options, err := os.ReadFile("../evgen/v1/options.proto")
	if err != nil {
		t.Fatal(err)
	}
	printed := map[string]string{}
	for _, fd := range compile(t, tree, slices.Sorted(maps.Keys(tree))...) {
		printed[fd.Path()] = mustPrint(t, fd)
	}
	for name, sources := range map[string]map[string]string{"sources": tree, "normal form": printed} {
		paths := slices.Sorted(maps.Keys(sources))
		files := protocImage(t, protoc, with(sources, "evgen/v1/options.proto", string(options)), paths)
		for _, path := range paths {
			if diff := gocmp.Diff(printed[path], mustPrint(t, mustFind(t, files, path))); diff != "" {
				t.Errorf("%s, read by protoc from the %s (-want +got):\n%s", path, name, diff)
			}
		}
	}
}

func protocImage(t *testing.T, protoc string, tree map[string]string, paths []string) *protoregistry.Files {
	t.Helper()
	dir := t.TempDir()
	for path, text := range tree {
		name := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	image := filepath.Join(dir, "image.binpb")
	cmd := exec.CommandContext(t.Context(), protoc, append([]string{"-I", dir, "--include_imports", "-o", image}, paths...)...)
	output, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("protoc: %v\n%s", err, output)
	}
	b, err := os.ReadFile(image)
	if err != nil {
		t.Fatal(err)
	}
	set := &descriptorpb.FileDescriptorSet{}
	if err := proto.Unmarshal(b, set); err != nil {
		t.Fatal(err)
	}
	files, err := protodesc.NewFiles(set)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func mustFind(t *testing.T, files *protoregistry.Files, path string) protoreflect.FileDescriptor {
	t.Helper()
	fd, err := files.FindFileByPath(path)
	if err != nil {
		t.Fatal(err)
	}
	return fd
}
