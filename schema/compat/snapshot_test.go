package compat_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/schema/compat"
)

// A set may lack what it imports: a registry has no google/protobuf, say.
func TestTypesOfMissingImportsAreKnownByName(t *testing.T) {
	t.Parallel()
	file := &descriptorpb.FileDescriptorProto{}
	if err := prototext.Unmarshal([]byte(`
		name: "a.proto" package: "a" dependency: "missing.proto"
		message_type { name: "M"
			field { name: "m" number: 1 label: LABEL_OPTIONAL type: TYPE_MESSAGE type_name: ".b.Missing" }
			field { name: "e" number: 2 label: LABEL_OPTIONAL type: TYPE_ENUM type_name: ".b.Absent" default_value: "VALUE" }
			extension { name: "x" number: 1 label: LABEL_OPTIONAL type: TYPE_INT32 extendee: ".b.Extended" }
		}
		service { name: "S" method { name: "Do" input_type: ".b.In" output_type: ".b.Out" } }`), file); err != nil {
		t.Fatal(err)
	}
	fd, err := protodesc.FileOptions{AllowUnresolvable: true}.New(file, new(protoregistry.Files))
	if err != nil {
		t.Fatal(err)
	}
	s := compat.NewSnapshot()
	s.Add(fd)
	m := s.Message("a.M")
	got := []string{m.Fields[0].TypeName, m.Fields[1].TypeName, m.Fields[1].Default, m.Extensions[0].Extendee, s.Service("a.S").Methods[0].Input}
	if diff := cmp.Diff([]string{"b.Missing", "b.Absent", "VALUE", "b.Extended", "b.In"}, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if facts := compat.Compare(s, s); len(facts) > 0 {
		t.Errorf("a side against itself:\n%s", factsText(facts))
	}
}

func TestASnapshotKeepsNoDescriptorAlive(t *testing.T) {
	t.Parallel()
	collected := make(chan struct{})
	s := compat.NewSnapshot()
	func() {
		file := &descriptorpb.FileDescriptorProto{}
		if err := prototext.Unmarshal([]byte(`name: "a.proto" package: "a" message_type { name: "M" field { name: "f" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING default_value: "d" options { deprecated: true } } }`), file); err != nil {
			t.Fatal(err)
		}
		fd, err := protodesc.NewFile(file, nil)
		if err != nil {
			t.Fatal(err)
		}
		runtime.AddCleanup(file, func(struct{}) { close(collected) }, struct{}{})
		s.Add(fd)
	}()
	for {
		runtime.GC()
		select {
		case <-collected:
			runtime.KeepAlive(s)
			return
		case <-t.Context().Done():
			t.Fatal("the descriptor is still there")
		default:
		}
	}
}

func TestAFileIsAddedOnce(t *testing.T) {
	t.Parallel()
	files := compile(t, fstest.MapFS{"a.proto": {Data: []byte(`syntax = "proto3"; message M {}`)}})
	s := compat.NewSnapshot()
	s.Add(files[0])
	s.Add(files[0])
	if len(s.Files) != 1 {
		t.Errorf("the snapshot has %d files", len(s.Files))
	}
}

// service is a tree of files with twenty messages of ten fields each; every tenth field differs in the second of two versions.
func service(b *testing.B, files, version int) []protoreflect.FileDescriptor {
	tree := fstest.MapFS{}
	for i := range files {
		var text strings.Builder
		fmt.Fprintf(&text, "syntax = \"proto3\";\npackage p%d;\n", i)
		for m := range 20 {
			fmt.Fprintf(&text, "message M%d {\n", m)
			for f := range 9 {
				fmt.Fprintf(&text, "  string field_%d = %d;\n", f, f+1)
			}
			fmt.Fprintf(&text, "  %s field_9 = 10;\n}\n", []string{"int32", "int64"}[version])
		}
		tree[fmt.Sprintf("p%d.proto", i)] = &fstest.MapFile{Data: []byte(text.String())}
	}
	return compile(b, tree)
}

// The time per file is to be the same for few files and for many.
func BenchmarkCompare(b *testing.B) {
	for _, files := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("%d-files", files), func(b *testing.B) {
			var sides [2]*compat.Snapshot
			for version := range sides {
				sides[version] = compat.NewSnapshot()
				for _, fd := range service(b, files, version) {
					sides[version].Add(fd)
				}
			}
			for b.Loop() {
				if facts := compat.Compare(sides[0], sides[1]); len(facts) != files*20 {
					b.Fatalf("%d facts", len(facts))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(files), "µs/file")
		})
	}
}

// The size of a snapshot is what both sides of a large tree need at once.
func BenchmarkSnapshot(b *testing.B) {
	files := service(b, 300, 0)
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		s := compat.NewSnapshot()
		for _, fd := range files {
			s.Add(fd)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(s)
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(300*200), "B/field")
}
