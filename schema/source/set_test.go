package source_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/evgenpb"
	"github.com/evgen-dev/evgen/schema/source"
)

func TestASetNeedsNeitherOrderNorStandardImportsNorSourceInfo(t *testing.T) {
	t.Parallel()
	set := &descriptorpb.FileDescriptorSet{}
	for _, text := range []string{
		`name: "b.proto" package: "acme.v1" dependency: "a.proto" dependency: "evgen/v1/options.proto" edition: EDITION_2024 syntax: "editions"
		 message_type { name: "B"
		   field { name: "a" number: 1 type: TYPE_MESSAGE type_name: ".acme.v1.A" label: LABEL_OPTIONAL }
		   options { [evgen.v1.event] {} } }`,
		`name: "a.proto" package: "acme.v1" dependency: "google/protobuf/timestamp.proto" message_type { name: "A" }`,
	} {
		set.File = append(set.File, fileOf(t, text))
	}
	read, ds := source.ReadSet("set.binpb", marshal(t, set))
	if read == nil {
		t.Fatal(ds)
	}
	model, ds := resolveSet(t, read)
	if model == nil {
		t.Fatal(ds)
	}
	const want = "b.proto: warning: EV113: event acme.v1.B: nobody owns it " +
		"(say who answers for it: option (evgen.v1.file) = { owner: \"@acme/orders\" })\n" +
		"b.proto: warning: EV114: event acme.v1.B: it has no key, so its records have no order " +
		"(mark the id of the entity: [(evgen.v1.field).key = true])\n"
	if diff := cmp.Diff(want, ds.String()); diff != "" {
		t.Errorf("diagnostics differ (-want +got):\n%s", diff)
	}
}

func TestImportsOfABufImageAreNoTargets(t *testing.T) {
	t.Parallel()
	imported, own := fileOf(t, `name: "a.proto"`), fileOf(t, `name: "b.proto" dependency: "a.proto"`)
	imported.ProtoReflect().SetUnknown(bufExtension(true))
	own.ProtoReflect().SetUnknown(bufExtension(false))
	set, ds := source.ReadSet("image.binpb", marshal(t, &descriptorpb.FileDescriptorSet{File: []*descriptorpb.FileDescriptorProto{imported, own}}))
	if set == nil {
		t.Fatal(ds)
	}
	if diff := cmp.Diff([]string{"b.proto"}, set.Targets); diff != "" {
		t.Errorf("targets differ (-want +got):\n%s", diff)
	}
}

// bufExtension is what buf adds to each file of an image.
func bufExtension(isImport bool) []byte {
	value := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), protowire.EncodeBool(isImport))
	return protowire.AppendBytes(protowire.AppendTag(nil, 8042, protowire.BytesType), value)
}

func TestHiddenDirectoriesAndOtherTreesAreNotTargets(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, path := range []string{"a.proto", "v1/b.proto", ".cache/c.proto", "third_party/d.proto", "second/e.proto", "notes.txt"} {
		writeProto(t, filepath.Join(dir, path))
	}
	set, ds, err := source.Compile(context.Background(),
		[]source.Tree{source.Dir(dir), source.Dir(filepath.Join(dir, "second"))},
		[]source.Tree{source.Dir(filepath.Join(dir, "third_party"))})
	if err != nil || set == nil {
		t.Fatal(ds, err)
	}
	if diff := cmp.Diff([]string{"a.proto", "e.proto", "v1/b.proto"}, set.Targets); diff != "" {
		t.Errorf("targets differ (-want +got):\n%s", diff)
	}
	if got, want := set.Filename("e.proto"), filepath.Join(dir, "second", "e.proto"); got != want {
		t.Errorf("file name is %s; want %s", got, want)
	}
}

func TestAMissingDirectoryIsAnError(t *testing.T) {
	t.Parallel()
	if _, _, err := source.Compile(context.Background(), []source.Tree{source.Dir("testdata/none")}, nil); err == nil {
		t.Error("a root that does not exist is accepted")
	}
}

func FuzzReadSet(f *testing.F) {
	seed, err := proto.Marshal(&descriptorpb.FileDescriptorSet{File: []*descriptorpb.FileDescriptorProto{smallFile()}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		set, ds := source.ReadSet("set.binpb", b)
		if (set == nil) != ds.HasErrors() {
			t.Fatalf("set is nil: %t, but the diagnostics are\n%s", set == nil, ds)
		}
		if set != nil {
			resolveSet(t, set)
		}
	})
}

// smallFile has a bit of everything; a fuzzer makes more of a few bytes than of many.
func smallFile() *descriptorpb.FileDescriptorProto {
	id := &descriptorpb.FieldDescriptorProto{
		Name: proto.String("id"), Number: proto.Int32(1), JsonName: proto.String("id"),
		Type: descriptorpb.FieldDescriptorProto_TYPE_STRING.Enum(), Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
		Options: &descriptorpb.FieldOptions{},
	}
	proto.SetExtension(id.Options, evgenpb.E_Field, &evgenpb.FieldOptions{Key: true, Header: "id"})
	message := &descriptorpb.DescriptorProto{Name: proto.String("A"), Field: []*descriptorpb.FieldDescriptorProto{id}, Options: &descriptorpb.MessageOptions{}}
	proto.SetExtension(message.Options, evgenpb.E_Event, &evgenpb.EventOptions{
		Key: []string{"id"}, Retry: &evgenpb.Retry{Backoff: "1s"}, TopicSettings: &evgenpb.Topic{Config: map[string]string{"a": "b"}},
	})
	return &descriptorpb.FileDescriptorProto{
		Name: proto.String("a.proto"), Package: proto.String("v1"), Syntax: proto.String("proto3"),
		Dependency: []string{"evgen/v1/options.proto"}, MessageType: []*descriptorpb.DescriptorProto{message},
		SourceCodeInfo: &descriptorpb.SourceCodeInfo{Location: []*descriptorpb.SourceCodeInfo_Location{{Path: []int32{4, 0}, Span: []int32{1, 2, 3}}}},
	}
}

func resolveSet(t *testing.T, set *source.Set) (*schema.Model, schema.Diagnostics) {
	t.Helper()
	files, err := set.Descriptors()
	if err != nil {
		t.Fatal(err)
	}
	return set.Resolve(files)
}

func writeProto(t *testing.T, file string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("syntax = \"proto3\";\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

func fileOf(t *testing.T, text string) *descriptorpb.FileDescriptorProto {
	t.Helper()
	fd := &descriptorpb.FileDescriptorProto{}
	if err := prototext.Unmarshal([]byte(text), fd); err != nil {
		t.Fatal(err)
	}
	return fd
}

func marshal(t *testing.T, m proto.Message) []byte {
	t.Helper()
	b, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
