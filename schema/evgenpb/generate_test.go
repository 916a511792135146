package evgenpb_test

import (
	"context"
	"os"
	"testing"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/linker"
	"github.com/bufbuild/protocompile/protoutil"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/cmd/protoc-gen-go/internal_gengo"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/evgen-dev/evgen/internal/golden"
)

const (
	protoFile = "evgen/v1/options.proto"
	goFile    = "options.pb.go"
)

func TestGeneratedCodeIsUpToDate(t *testing.T) {
	t.Parallel()
	want := generate(t, compile(t))
	if golden.Update() {
		if err := os.WriteFile(goFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(goFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("%s differs from %s; run go test ./schema/evgenpb -update (-want +got):\n%s", goFile, protoFile, diff)
	}
}

func compile(t *testing.T) linker.Files {
	t.Helper()
	c := protocompile.Compiler{
		Resolver:       protocompile.WithStandardImports(&protocompile.SourceResolver{ImportPaths: []string{".."}}),
		SourceInfoMode: protocompile.SourceInfoStandard,
	}
	files, err := c.Compile(context.Background(), protoFile)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func generate(t *testing.T, files linker.Files) string {
	t.Helper()
	req := &pluginpb.CodeGeneratorRequest{
		FileToGenerate: []string{protoFile},
		ProtoFile: []*descriptorpb.FileDescriptorProto{
			protoutil.ProtoFromFileDescriptor(descriptorpb.File_google_protobuf_descriptor_proto),
			proto.CloneOf(protoutil.ProtoFromFileDescriptor(files[0])),
		},
	}
	plugin, err := protogen.Options{}.New(req)
	if err != nil {
		t.Fatal(err)
	}
	internal_gengo.GenerateFile(plugin, plugin.FilesByPath[protoFile])
	resp := plugin.Response()
	if resp.Error != nil {
		t.Fatal(resp.GetError())
	}
	return resp.File[0].GetContent()
}
