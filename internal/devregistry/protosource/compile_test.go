package protosource_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"

	"github.com/evgen-dev/evgen/internal/devregistry/protosource"
	_ "github.com/evgen-dev/evgen/internal/golden"
)

func TestEachFileThatRegistriesBringCompiles(t *testing.T) {
	t.Parallel()
	archive, err := txtar.ParseFile("builtin.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	text.WriteString("syntax = \"proto3\";\n")
	for _, f := range archive.Files {
		fmt.Fprintf(&text, "import %q;\n", f.Name)
	}
	fd, err := protosource.Compile(t.Context(), text.String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if n := fd.Imports().Len(); n != len(archive.Files) || n < 19 {
		t.Errorf("%d of %d files were imported", n, len(archive.Files))
	}
}

func TestADescriptorInBase64IsTheSourceThatItCameFrom(t *testing.T) {
	t.Parallel()
	imports := map[string]string{"acme/a.proto": `syntax = "proto3"; package acme; message A {}`}
	source := `syntax = "proto3"; package acme; import "acme/a.proto"; import "google/protobuf/timestamp.proto"; message B { A a = 1; google.protobuf.Timestamp t = 2; }`
	want, err := protosource.Compile(t.Context(), source, imports)
	if err != nil {
		t.Fatal(err)
	}
	b, err := proto.Marshal(protodesc.ToFileDescriptorProto(want))
	if err != nil {
		t.Fatal(err)
	}
	got, err := protosource.Compile(t.Context(), base64.StdEncoding.EncodeToString(b), imports)
	if err != nil {
		t.Fatal(err)
	}
	g, w := protodesc.ToFileDescriptorProto(got), protodesc.ToFileDescriptorProto(want)
	g.SourceCodeInfo, w.SourceCodeInfo = nil, nil
	if !proto.Equal(g, w) {
		t.Errorf("got %v, want %v", g, w)
	}
}

func TestWhatIsWrongIsSaidWithItsPlace(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, text, want string
		imports          map[string]string
	}{
		{"syntax", "message {", "schema.proto:1:9: syntax error", nil},
		{"undefined type", "syntax = \"proto3\";\nmessage M { Nowhere n = 1; }", "schema.proto:2:13: ", nil},
		{"missing import", `syntax = "proto3"; import "a.proto";`, `import "a.proto" is not found in the references`, nil},
		{"number twice", `syntax = "proto3"; message M { int32 a = 1; int32 b = 1; }`, "schema.proto:1:", nil},
		{"an import of odd path", `syntax = "proto3";`, "../a.proto", map[string]string{"../a.proto": ""}},
		{"a cycle", `syntax = "proto3"; import "a.proto";`, "cycle", map[string]string{"a.proto": `syntax = "proto3"; import "b.proto";`, "b.proto": `syntax = "proto3"; import "a.proto";`}},
		{"edition 2024", `edition = "2024";`, "edition 2024", nil},
		{"descriptor that does not link", base64.StdEncoding.EncodeToString([]byte("\x22\x05\x0a\x03a-b")), "a-b", nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := protosource.Compile(t.Context(), c.text, c.imports)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestASchemaMayHaveTheNameThatItIsCompiledUnder(t *testing.T) {
	t.Parallel()
	imports := map[string]string{"schema.proto": `syntax = "proto3"; message A {}`}
	if _, err := protosource.Compile(t.Context(), `syntax = "proto3"; import "schema.proto"; message B { A a = 1; }`, imports); err != nil {
		t.Error(err)
	}
}

func FuzzCompile(f *testing.F) {
	options, err := os.ReadFile("../../../schema/evgen/v1/options.proto")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(options))
	f.Add(`syntax = "proto3"; import "a.proto"; import "google/type/money.proto"; message M { google.type.Money m = 1; }`)
	f.Add("\x22\x05\x0a\x03a-b")
	f.Fuzz(func(t *testing.T, text string) {
		imports := map[string]string{"a.proto": `syntax = "proto3"; message A {}`}
		_, _ = protosource.Compile(t.Context(), text, imports)
		_, _ = protosource.Compile(t.Context(), base64.StdEncoding.EncodeToString([]byte(text)), imports)
	})
}
