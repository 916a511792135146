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
		"plain":           {`syntax = "proto3"; package a.b; import "c.proto"; import public "d.proto"; import weak "e.proto";`, header{"a.b", []string{"c.proto", "d.proto", "e.proto"}, []string{"d.proto"}, false}},
		"after others":    {`message A { string import = 1; } import "c.proto"; package p;`, header{"p", []string{"c.proto"}, nil, false}},
		"comments":        {"// import \"x.proto\";\n/* import \"y.proto\"; */ import /* z */ 'c.proto' // end\n;", header{"", []string{"c.proto"}, nil, false}},
		"in pieces":       {"import \"c\" \".\"\n'proto'; package a . b . c;", header{"a.b.c", []string{"c.proto"}, nil, false}},
		"escapes":         {`import "\x63.proto"; import "d.proto";`, header{"", []string{"c.proto", "d.proto"}, nil, false}},
		"in a block":      {`message A { option (x) = { s: "}" t: '"' }; /* } */ } import "c.proto";`, header{"", []string{"c.proto"}, nil, false}},
		"in an option":    {`option (o) = { import: "x.proto" }; option q = "import \"y.proto\";"; import "c.proto";`, header{"", []string{"c.proto"}, nil, false}},
		"byte order mark": {"\xef\xbb\xbfimport \"c.proto\";", header{"", []string{"c.proto"}, nil, false}},
		"twice":           {`import "c.proto"; import "c.proto";`, header{"", []string{"c.proto"}, nil, false}},
		"extension":       {`import "c.proto"; message A { extend B { int32 b = 100; } }`, header{"", []string{"c.proto"}, nil, true}},
		"open string":     {`import "c.proto`, header{"", []string{"c.proto"}, nil, false}},
		"open block":      {`import "c.proto"; message A { `, header{"", []string{"c.proto"}, nil, false}},
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
		if diff := cmp.Diff(slowHeader(text, readHeader(text).extends), readHeader(text), cmp.AllowUnexported(header{})); diff != "" {
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
		"message A { extensions 1 to 9; message extend { /* } */extend A { optional int32 e=1;} } }",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got := readHeader(text) // ends, whatever the text
		tree, err := syntaxTree("a.proto", text, reporter.NewHandler(nil))
		if err != nil {
			return
		}
		want := headerOf(tree)
		if want.extends && !got.extends {
			t.Error("an extension is missed")
		}
		want.extends = got.extends // which may be something else of that name
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(header{})); diff != "" {
			t.Errorf("header differs (-want +got):\n%s", diff)
		}
	})
}

func headerOf(tree *ast.FileNode) header {
	var h header
	for _, decl := range tree.Decls {
		switch d := decl.(type) {
		case *ast.ImportNode:
			if d.Public != nil {
				h.addPublic(d.Name.AsString())
			} else {
				h.add(d.Name.AsString())
			}
		case *ast.PackageNode:
			h.pkg = string(d.Name.AsIdentifier())
		}
	}
	_ = ast.Walk(tree, &ast.SimpleVisitor{DoVisitExtendNode: func(*ast.ExtendNode) error {
		h.extends = true
		return nil
	}})
	return h
}
