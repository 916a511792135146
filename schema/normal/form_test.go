package normal_test

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/schema/evgenpb"
	"github.com/evgen-dev/evgen/schema/normal"
)

const loose = `// A comment.
syntax = "proto3";
package acme;
import "google/protobuf/timestamp.proto";
import "google/protobuf/any.proto";
option java_package = "b";
option go_package = "a";
message Z { map<string, A.N> m = 1; int32 b = 3; message N {} oneof o { N late = 5; N early = 4; } int32 a = 2; }
message A { message N {} google.protobuf.Timestamp t = 1; google.protobuf.Any x = 2 [json_name = "x"]; }
enum E { option allow_alias = true; NONE = 0; TWO = 2; MINUS = -1; DUO = 2; ONE = 1; }
`

func TestTheNormalFormSortsWhatHasNoMeaningfulOrder(t *testing.T) {
	t.Parallel()
	want := `syntax = "proto3";
package acme;
import "google/protobuf/any.proto";
import "google/protobuf/timestamp.proto";
option go_package = "a";
option java_package = "b";

message Z {
  message N {
  }
  map<string, .acme.A.N> m = 1;
  int32 a = 2;
  int32 b = 3;
  oneof o {
    .acme.Z.N early = 4;
    .acme.Z.N late = 5;
  }
}

message A {
  message N {
  }
  .google.protobuf.Timestamp t = 1;
  .google.protobuf.Any x = 2;
}

enum E {
  option allow_alias = true;
  NONE = 0;
  MINUS = -1;
  ONE = 1;
  TWO = 2;
  DUO = 2;
}
`
	fd := compile(t, map[string]string{"loose.proto": loose}, "loose.proto")[0]
	if diff := gocmp.Diff(want, mustPrint(t, fd)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheCanonicalFormKeepsTheOrder(t *testing.T) {
	t.Parallel()
	fd := compile(t, map[string]string{"loose.proto": loose}, "loose.proto")[0]
	text, err := normal.Canonical(fd)
	if err != nil {
		t.Fatal(err)
	}
	last := -1
	for _, part := range []string{"timestamp.proto", "any.proto", " b = 3", " a = 2", " late", " early", "TWO", "MINUS", "DUO"} {
		if at := strings.Index(text, part); at < last {
			t.Errorf("%q moved up in\n%s", part, text)
		} else {
			last = at
		}
	}
}

func TestTheFirstValueOfAClosedEnumStaysFirst(t *testing.T) {
	t.Parallel()
	text := mustPrint(t, compile(t, map[string]string{"e.proto": `syntax = "proto2"; enum E { C = 3; B = 2; A = 1; }`}, "e.proto")[0])
	want := "syntax = \"proto2\";\n\nenum E {\n  C = 3;\n  A = 1;\n  B = 2;\n}\n"
	if text != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
}

func TestAnOptionThatNoImportDeclaresIsAnError(t *testing.T) {
	t.Parallel()
	options := &descriptorpb.FileOptions{}
	options.ProtoReflect().SetUnknown([]byte{0xc2, 0xb5, 0x18, 0x01, 'x'})
	fd, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{Name: proto.String("odd.proto"), Options: options}, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = normal.Print(fd)
	want := "print odd.proto: field 50008 of an option of type google.protobuf.FileOptions is declared in no import of the file"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestAnUninterpretedOptionIsAnError(t *testing.T) {
	t.Parallel()
	fd, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name: proto.String("odd.proto"), Options: &descriptorpb.FileOptions{UninterpretedOption: []*descriptorpb.UninterpretedOption{{}}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = normal.Print(fd); err == nil || !strings.Contains(err.Error(), "not interpreted") {
		t.Errorf("error %v, want one of an option that is not interpreted", err)
	}
}

func TestALaterEditionIsAnError(t *testing.T) {
	t.Parallel()
	fd, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name: proto.String("new.proto"), Syntax: proto.String("editions"), Edition: descriptorpb.Edition_EDITION_2024.Enum(),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = normal.Print(fd); err == nil || err.Error() != "print new.proto: edition 2024 is not supported: 2023 is" {
		t.Errorf("error %v, want one of edition 2024", err)
	}
}

func TestFilesThatARegistryBringsNeedNoReference(t *testing.T) {
	t.Parallel()
	file := &descriptorpb.FileDescriptorProto{Name: proto.String("a.proto"), Dependency: []string{
		"z.proto", "google/protobuf/any.proto", "google/type/money.proto", "confluent/meta.proto", "evgen/v1/options.proto", "google/rpc/status.proto",
	}}
	fd, err := protodesc.FileOptions{AllowUnresolvable: true}.New(file, new(protoregistry.Files))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"evgen/v1/options.proto", "google/rpc/status.proto", "z.proto"}
	if diff := gocmp.Diff(want, normal.References(fd)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheAnnotationsThemselvesHaveANormalForm(t *testing.T) {
	t.Parallel()
	wantFaithful(t, map[string]string{}, evgenpb.File_evgen_v1_options_proto)
}

// forSource has options that protoc gives to no plugin.
const forSource = `syntax = "proto2";
package acme;
import "google/protobuf/descriptor.proto";
message Rule { optional string kept = 1; optional string secret = 2 [retention = RETENTION_SOURCE]; optional Rule inner = 3; }
extend google.protobuf.MessageOptions {
  optional Rule rule = 50021;
  optional string note = 50022 [retention = RETENTION_SOURCE];
}
message M {
  option (rule) = { kept: "a" inner { secret: "b" } };
  option (note) = "c";
}
`

func TestAnOptionForTheSourceAloneIsLeftOut(t *testing.T) {
	t.Parallel()
	text := mustPrint(t, compile(t, map[string]string{"m.proto": forSource}, "m.proto")[0])
	want := "message M {\n  option (.acme.rule) = {kept: \"a\", inner: {}};\n}\n"
	if !strings.Contains(text, want) {
		t.Errorf("want\n%s\nin\n%s", want, text)
	}
}
