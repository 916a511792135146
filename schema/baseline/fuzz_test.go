package baseline_test

import (
	"bytes"
	"errors"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/evgen-dev/evgen/schema/baseline"
)

// What is taken for an image has the files that are visited, and at least one.
func FuzzImage(f *testing.F) {
	one := image(f, `name: "a.proto" package: "v1" syntax: "proto3" message_type { name: "A"
		field { name: "b" number: 1 type: TYPE_MESSAGE type_name: ".v1.A" label: LABEL_OPTIONAL } enum_type { name: "E" value { name: "Z" number: 0 } } }`)
	f.Add(one)
	f.Add(image(f, `name: "a.proto" dependency: "b.proto" public_dependency: 0`, `name: "b.proto" dependency: "google/protobuf/any.proto"`))
	f.Add(image(f, `name: "a.proto" edition: EDITION_2023 syntax: "editions" extension { name: "x" extendee: ".google.protobuf.FileOptions" number: 1000 label: LABEL_OPTIONAL type: TYPE_INT32 }
		dependency: "google/protobuf/descriptor.proto"`))
	f.Add([]byte{})
	f.Add([]byte("\n\n{}"))
	f.Add([]byte("\x1f\x8b\x08"))
	f.Add([]byte("\x28\xb5\x2f\xfd\x04\x00"))
	spec := baseline.Spec{Kind: baseline.Image, Path: "set.binpb"}
	f.Fuzz(func(t *testing.T, b []byte) {
		set, err := baseline.ReadSet(spec, bytes.NewReader(b))
		if err != nil {
			wantClassified(t, err)
			return
		}
		visits := 0
		err = set.Scan(t.Context(), func(protoreflect.FileDescriptor) error { visits++; return nil })
		if err != nil {
			wantClassified(t, err)
			return
		}
		if visits == 0 || visits < len(set.Targets) {
			t.Fatalf("%d files are visited, and %d are targets", visits, len(set.Targets))
		}
		if bytes.HasPrefix(b, []byte{0x1f, 0x8b}) || bytes.HasPrefix(b, []byte{0x28, 0xb5}) {
			return
		}
		// Source info is not looked at. A CodeGeneratorRequest has texts where a set has files.
		files := &pluginpb.CodeGeneratorRequest{}
		if err := proto.Unmarshal(b, files); err != nil || len(files.FileToGenerate) < visits {
			t.Fatalf("%d files are visited of %d: %v", visits, len(files.FileToGenerate), err)
		}
	})
}

func wantClassified(t *testing.T, err error) {
	t.Helper()
	if e, ok := errors.AsType[*baseline.Error](err); !ok || e.Help == "" || e.Problem == "" {
		t.Fatalf("got %#v; want an Error with problem and help", err)
	}
}
