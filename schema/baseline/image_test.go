package baseline_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/schema/baseline"
	"github.com/evgen-dev/evgen/schema/evgenpb"
)

const writeAnew = ": write it anew: buf build -o released.binpb, or protoc --include_imports --descriptor_set_out=released.binpb"

// image returns a descriptor set of files in text form.
func image(t testing.TB, files ...string) []byte {
	t.Helper()
	set := &descriptorpb.FileDescriptorSet{}
	for _, text := range files {
		fd := &descriptorpb.FileDescriptorProto{}
		if err := prototext.Unmarshal([]byte(text), fd); err != nil {
			t.Fatal(err)
		}
		set.File = append(set.File, fd)
	}
	b, err := proto.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// openImage reads bytes from a file called set.binpb.
func openImage(t *testing.T, b []byte) (*baseline.Set, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "set.binpb"), b, 0o644); err != nil {
		t.Fatal(err)
	}
	return baseline.OpenImage(dir, parse(t, "image:set.binpb"))
}

// visited returns the paths that a scan visits.
func visited(t *testing.T, s *baseline.Set) ([]string, error) {
	t.Helper()
	var paths []string
	err := s.Scan(t.Context(), func(fd protoreflect.FileDescriptor) error {
		paths = append(paths, fd.Path())
		return nil
	})
	return paths, err
}

func TestAnImageIsScannedInOrderOfImports(t *testing.T) {
	t.Parallel()
	raw := image(t,
		`name: "c.proto" package: "acme" dependency: "b.proto" dependency: "evgen/v1/options.proto" syntax: "proto3"
		 message_type { name: "C" options { [evgen.v1.event] { topic: "t" } }
		   field { name: "d" number: 1 type: TYPE_MESSAGE type_name: ".acme.A.Deep" label: LABEL_OPTIONAL }
		   field { name: "e" number: 2 type: TYPE_ENUM type_name: ".acme.A.E" label: LABEL_OPTIONAL } }`,
		`name: "b.proto" package: "acme" dependency: "a.proto" public_dependency: 0 source_code_info { location { span: [1, 2, 3] leading_comments: "long" } }`,
		`name: "a.proto" package: "acme" dependency: "google/protobuf/timestamp.proto" syntax: "proto3" message_type { name: "A"
		   nested_type { name: "Deep" field { name: "at" number: 1 type: TYPE_MESSAGE type_name: ".google.protobuf.Timestamp" label: LABEL_OPTIONAL } }
		   enum_type { name: "E" value { name: "E_NONE" number: 0 } } }`,
		`name: "alone.proto"`)
	for name, b := range map[string][]byte{"plain": raw, "gzip": gzipped(t, raw), "zstd": zstdOf(t, raw)} {
		set, err := openImage(t, b)
		if err != nil {
			t.Fatal(name, err)
		}
		for range 2 { // a set can be scanned again
			got, err := visited(t, set)
			if diff := cmp.Diff([]string{"a.proto", "b.proto", "c.proto", "alone.proto"}, got); diff != "" || err != nil {
				t.Errorf("%s: visited files differ: %v (-want +got):\n%s", name, err, diff)
			}
		}
		err = set.Scan(t.Context(), func(fd protoreflect.FileDescriptor) error {
			if fd.SourceLocations().Len() > 0 {
				t.Errorf("%s has source info", fd.Path())
			}
			if md := fd.Messages().ByName("C"); md != nil {
				if topic := proto.GetExtension(md.Options(), evgenpb.E_Event).(*evgenpb.EventOptions).GetTopic(); topic != "t" {
					t.Errorf("topic is %q", topic)
				}
				if name := md.Fields().ByName("d").Message().FullName(); name != "acme.A.Deep" {
					t.Errorf("field is a %s", name)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestImportsInAnImageOfBufAreNoTargets(t *testing.T) {
	t.Parallel()
	raw := image(t, `name: "a.proto" package: "acme" message_type { name: "A" }`,
		`name: "b.proto" package: "acme" dependency: "a.proto" message_type { name: "B"
		   field { name: "a" number: 1 type: TYPE_MESSAGE type_name: ".acme.A" label: LABEL_OPTIONAL } }`)
	set := &descriptorpb.FileDescriptorSet{}
	if err := proto.Unmarshal(raw, set); err != nil {
		t.Fatal(err)
	}
	for i, f := range set.File {
		f.ProtoReflect().SetUnknown(bufExtension(i == 0))
	}
	raw, err := proto.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	s, err := openImage(t, raw)
	if err != nil {
		t.Fatal(err)
	}
	got, err := visited(t, s)
	if diff := cmp.Diff([]string{"a.proto", "b.proto"}, got); diff != "" || err != nil {
		t.Errorf("visited files differ: %v (-want +got):\n%s", err, diff)
	}
	if diff := cmp.Diff([]string{"b.proto"}, s.Targets); diff != "" {
		t.Errorf("targets differ (-want +got):\n%s", diff)
	}
	set.File = set.File[:1]
	raw, err = proto.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	_, err = openImage(t, raw)
	wantError(t, err, baseline.Content, "read baseline image:set.binpb: it has no file of its own, only imports"+writeAnew)
}

// bufExtension is what buf adds to each file of an image.
func bufExtension(isImport bool) []byte {
	value := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), protowire.EncodeBool(isImport))
	return protowire.AppendBytes(protowire.AppendTag(nil, 8042, protowire.BytesType), value)
}

func TestWhatIsNoImageIsRefused(t *testing.T) {
	t.Parallel()
	small := image(t, `name: "a.proto" message_type { name: "A" }`)
	set := &descriptorpb.FileDescriptorSet{}
	if err := proto.Unmarshal(small, set); err != nil {
		t.Fatal(err)
	}
	file, err := proto.Marshal(set.File[0])
	if err != nil {
		t.Fatal(err)
	}
	huge := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.BytesType), 1<<40)
	for name, tt := range map[string]struct {
		content []byte
		problem string
	}{
		"nothing":         {nil, "it is empty"},
		"gzip of nothing": {gzipped(t, nil), "it is empty"},
		"cut":             {small[:len(small)-3], "file 1: the set is cut off within it"},
		"cut length":      {small[:1], "file 1: the set is cut off within it"},
		"cut in the 2nd":  {append(bytes.Clone(small), small[:5]...), "file 2: the set is cut off within it"},
		"garbage behind":  {append(bytes.Clone(small), "garbage"...), "file 2: it is no descriptor set"},
		"one file":        {file, "file 1: it is no file descriptor"},
		"too long":        {huge, "file 1: its length is 1099511627776 bytes, and at most 256 MiB are read"},
		"cut gzip":        {gzipped(t, small)[:20], "it is cut off"},
		"bad gzip":        {[]byte{0x1f, 0x8b, 0, 0}, "decompress it: unexpected EOF"},
		"JSON":            {[]byte(protojson.Format(set)), "it is JSON, and evgen reads descriptor sets in binary form only"},
		"text form":       {[]byte(prototext.Format(set)), "it is a text, and evgen reads descriptor sets in binary form only"},
		"JSON later":      {[]byte("\n\n{\"file\":[]}"), "it is JSON, and evgen reads descriptor sets in binary form only"},
		"proto":           {[]byte("syntax = \"proto3\";\n"), "it is a text and no descriptor set"},
		"proto later":     {[]byte("\n// A comment.\nsyntax = \"proto3\";\n"), "it is a text and no descriptor set"},
		"a program":       {[]byte("\x7fELF\x02\x01"), "it is no descriptor set"},
		"import missing":  {image(t, `name: "a.proto" dependency: "b.proto"`), `a.proto imports "b.proto", which is not in it`},
		"import of self":  {image(t, `name: "a.proto" dependency: "a.proto"`), "a.proto imports itself through a.proto"},
		"imports in a circle": {image(t, `name: "a.proto" dependency: "b.proto"`, `name: "b.proto" dependency: "c.proto"`, `name: "c.proto" dependency: "a.proto"`),
			"a.proto imports itself through c.proto"},
		"one name twice": {image(t, `name: "a.proto"`, `name: "b.proto"`, `name: "a.proto" package: "other"`), "file 3: a.proto is in the set twice"},
		"no name":        {image(t, `package: "acme"`), "file 1: it is no file descriptor"},
		"only standard":  {image(t, `name: "google/protobuf/timestamp.proto"`), "it has no file of its own, only imports"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := openImage(t, tt.content)
			wantError(t, err, baseline.Content, "read baseline image:set.binpb: "+tt.problem+writeAnew)
		})
	}
	_, err = openImage(t, []byte("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"))
	wantError(t, err, baseline.Environment, "read baseline image:set.binpb: it is a pointer of Git LFS, not the file itself: git lfs pull")
	_, err = baseline.OpenImage(t.TempDir(), parse(t, "image:none.binpb"))
	wantError(t, err, baseline.Usage, "read baseline image:none.binpb: there is no file none.binpb: write it from what was released: "+
		strings.TrimPrefix(writeAnew, ": write it anew: "))
	_, err = baseline.OpenImage(filepath.Dir(t.TempDir()), parse(t, "image:"+filepath.Base(t.TempDir())))
	if err == nil || !strings.Contains(err.Error(), "is a directory: compare with dir:") {
		t.Errorf("a directory is opened: %v", err)
	}
}

func TestWhatCannotBeLinkedIsRefused(t *testing.T) {
	t.Parallel()
	for problem, files := range map[string][]string{
		`link a.proto: message field "acme.A.b" cannot resolve type: "acme.B" not found`: {
			`name: "a.proto" package: "acme" message_type { name: "A" field { name: "b" number: 1 type: TYPE_MESSAGE type_name: ".acme.B" label: LABEL_OPTIONAL } }`},
		`link b.proto: acme.A is declared in a.proto, too`: {
			`name: "a.proto" package: "acme" message_type { name: "A" }`, `name: "b.proto" package: "acme" message_type { name: "A" }`},
		`link b.proto: acme.ONE is declared in a.proto, too`: {
			`name: "a.proto" package: "acme" enum_type { name: "A" value { name: "ONE" number: 1 } }`, `name: "b.proto" package: "acme" message_type { name: "ONE" }`},
		`link b.proto: package acme.A is a name in a.proto, too`: {
			`name: "a.proto" package: "acme" message_type { name: "A" }`, `name: "b.proto" package: "acme.A"`},
		`link b.proto: acme.A is the package of a.proto, too`: {
			`name: "a.proto" package: "acme.A.v1"`, `name: "b.proto" package: "acme" message_type { name: "A" }`},
	} {
		set, err := openImage(t, image(t, files...))
		if err != nil {
			t.Fatal(err)
		}
		_, err = visited(t, set)
		if err == nil || err.Error() != "read baseline image:set.binpb: "+problem+writeAnew {
			t.Errorf("got %v\nwant %s", err, problem)
		}
	}
}

func TestImagesOfProtocAndBufAreRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"proto/acme/a.proto": `syntax = "proto3"; package acme; import "google/protobuf/timestamp.proto"; message A { google.protobuf.Timestamp at = 1; }`,
		"buf.yaml":           "version: v2\nmodules:\n  - path: proto\n",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for output, command := range map[string]string{
		"buf.binpb": "buf build -o", "buf.binpb.gz": "buf build -o", "buf.binpb.zst": "buf build -o",
		"protoc.pb": "protoc -I proto acme/a.proto --include_imports --include_source_info -o",
	} {
		args := append(strings.Fields(command), output)
		cmd := exec.Command(args[0], args[1:]...)
		if cmd.Dir = dir; cmd.Err != nil {
			t.Logf("%s is not installed", args[0])
			continue
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
		set, err := baseline.OpenImage(dir, parse(t, "image:"+output))
		if err != nil {
			t.Fatal(err)
		}
		got, err := visited(t, set)
		if diff := cmp.Diff([]string{"acme/a.proto"}, got); diff != "" || err != nil {
			t.Errorf("%s: visited files differ: %v (-want +got):\n%s", output, err, diff)
		}
	}
}

func gzipped(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zstdOf(t *testing.T, b []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(b, nil)
}
