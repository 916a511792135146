package protosource

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/tools/txtar"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/normal"
	"github.com/evgen-dev/evgen/schema/source"
)

// Compile compiles the text of a schema: proto source, or, as some clients send it, a FileDescriptorProto in base64. imports are the files that it
// may import, by path, beside those that registries bring. The error says what is wrong with the schema.
func Compile(ctx context.Context, text string, imports map[string]string) (protoreflect.FileDescriptor, error) {
	if fd := decode(text); fd != nil {
		var err error
		// What a client made of a descriptor must be source that others can compile.
		if text, err = sourceOf(ctx, fd, imports); err != nil {
			return nil, err
		}
	}
	set, path, err := compile(ctx, text, imports)
	if err != nil {
		return nil, err
	}
	files, err := protodesc.NewFiles(set.Files)
	if err != nil {
		return nil, err
	}
	return files.FindFileByPath(path)
}

// decode returns nil for proto source. Source is never valid base64, because it has a semicolon or a brace, or nothing at all.
func decode(text string) *descriptorpb.FileDescriptorProto {
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	fd := &descriptorpb.FileDescriptorProto{}
	if err != nil || len(b) == 0 || proto.Unmarshal(b, fd) != nil {
		return nil
	}
	return fd
}

// sourceOf compiles the imports of a descriptor, links it with them, and returns its source.
func sourceOf(ctx context.Context, fd *descriptorpb.FileDescriptorProto, imports map[string]string) (string, error) {
	var text strings.Builder
	for _, path := range fd.GetDependency() {
		fmt.Fprintf(&text, "import %q;\n", path)
	}
	set, path, err := compile(ctx, text.String(), imports)
	if err != nil {
		return "", err
	}
	files, err := protodesc.NewFiles(set.Files)
	if err != nil {
		return "", err
	}
	fd.Name = proto.String("linked/" + path)
	linked, err := protodesc.NewFile(fd, files)
	if err != nil {
		return "", err
	}
	return normal.Canonical(linked)
}

// compile returns the compiled files, and the path that text has among them.
func compile(ctx context.Context, text string, imports map[string]string) (*source.Set, string, error) {
	path := "schema.proto"
	for imports[path] != "" {
		path = "the-" + path
	}
	root, err := tree(map[string]string{path: text})
	if err != nil {
		return nil, "", err
	}
	deps, err := tree(imports)
	if err != nil {
		return nil, "", err
	}
	own, err := treeOf(txtar.Parse(builtin))
	if err != nil {
		return nil, "", err
	}
	set, diagnostics, err := source.Compile(ctx, []source.Tree{root}, []source.Tree{deps, own})
	switch {
	case err != nil:
		return nil, "", err
	case set == nil:
		return nil, "", problem(diagnostics)
	}
	return set, path, nil
}

// problem returns the errors among diagnostics, one per line.
func problem(diagnostics schema.Diagnostics) error {
	var lines []string
	for _, d := range diagnostics {
		if d.Severity == schema.Error {
			lines = append(lines, fmt.Sprintf("%s: %s", d.Pos, d.Message))
		}
	}
	return errors.New(strings.Join(lines, "\n"))
}
