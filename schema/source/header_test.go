package source

import (
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/bufbuild/protocompile/ast"
	"github.com/bufbuild/protocompile/reporter"
	"github.com/google/go-cmp/cmp"
)

func TestHeaderIsFoundHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		want header
	}{
		"plain":           {`syntax = "proto3"; package a.b; import "c.proto"; import public "d.proto"; import weak "e.proto";`, header{"a.b", []string{"c.proto", "d.proto", "e.proto"}}},
		"after others":    {`message A { string import = 1; } import "c.proto"; package p;`, header{"p", []string{"c.proto"}}},
		"comments":        {"// import \"x.proto\";\n/* import \"y.proto\"; */ import /* z */ 'c.proto' // end\n;", header{"", []string{"c.proto"}}},
		"in pieces":       {"import \"c\" \".\"\n'proto'; package a . b . c;", header{"a.b.c", []string{"c.proto"}}},
		"escapes":         {`import "\x63.proto"; import "d.proto";`, header{"", []string{"c.proto", "d.proto"}}},
		"in a block":      {`message A { option (x) = { s: "}" t: '"' }; /* } */ } import "c.proto";`, header{"", []string{"c.proto"}}},
		"in an option":    {`option (o) = { import: "x.proto" }; option q = "import \"y.proto\";"; import "c.proto";`, header{"", []string{"c.proto"}}},
		"byte order mark": {"\xef\xbb\xbfimport \"c.proto\";", header{"", []string{"c.proto"}}},
		"twice":           {`import "c.proto"; import "c.proto";`, header{"", []string{"c.proto"}}},
		"open string":     {`import "c.proto`, header{"", []string{"c.proto"}}},
		"open block":      {`import "c.proto"; message A { `, header{"", []string{"c.proto"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, readHeader([]byte(test.text)), cmp.AllowUnexported(header{})); diff != "" {
				t.Errorf("header differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHeadersOfAllFilesHereAreThoseOfTheScanner(t *testing.T) {
	t.Parallel()
	files := 0
	err := fs.WalkDir(os.DirFS("../.."), ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".proto") {
			return err
		}
		files++
		text, err := os.ReadFile("../../" + path)
		if diff := cmp.Diff(slowHeader(text), readHeader(text), cmp.AllowUnexported(header{})); diff != "" {
			t.Errorf("header of %s differs (-want +got):\n%s", path, diff)
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files, %v", files, err)
	}
}

// FuzzHeader compares with the parser, where that takes the text for a proto file.
func FuzzHeader(f *testing.F) {
	for _, text := range []string{
		"syntax = \"proto3\";\npackage a.b;\nimport public \"c.proto\";\nmessage A { string s = 1 [default = \"}\"]; }\n",
		"import 'a' \"b\"; /* c */ // d\noption (o) = { a: [1, 2] b { c: \"\\\"\" } };",
		"package a . b; import weak 'a\\x62.proto'; service S { rpc A(B) returns (C); }",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got := readHeader(text) // ends, whatever the text
		tree, err := syntaxTree("a.proto", text, reporter.NewHandler(nil))
		if err != nil {
			return
		}
		if diff := cmp.Diff(headerOf(tree), got, cmp.AllowUnexported(header{})); diff != "" {
			t.Errorf("header differs (-want +got):\n%s", diff)
		}
	})
}

func headerOf(tree *ast.FileNode) header {
	var h header
	for _, decl := range tree.Decls {
		switch d := decl.(type) {
		case *ast.ImportNode:
			h.add(d.Name.AsString())
		case *ast.PackageNode:
			h.pkg = string(d.Name.AsIdentifier())
		}
	}
	return h
}
