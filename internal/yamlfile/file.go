package yamlfile

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/evgen-dev/evgen/schema"
)

// A File is what was read, for the positions of its values.
type File struct {
	name string
	tree *ast.File
}

// Read decodes a file into v, a pointer to a struct with yaml tags; a file without content leaves it as it is. Name is what errors call
// the file: name:line:col: cause.
func Read(name string, raw []byte, v any) (*File, error) {
	tree, err := parser.ParseBytes(raw, 0)
	if err != nil {
		return nil, explain(name, v, err)
	}
	f := &File{name, tree}
	switch {
	case len(tree.Docs) > 1:
		return nil, fmt.Errorf("%s:%d:1: a second document: evgen reads one", name, tree.Docs[1].Start.Position.Line)
	case f.Empty():
		return f, nil
	}
	if err := yaml.UnmarshalWithOptions(raw, v, yaml.Strict()); err != nil {
		return nil, explain(name, v, err)
	}
	return f, nil
}

// ReadForeign decodes the file of another tool into v, a pointer to a struct with yaml tags: of its keys, evgen knows a few, and passes over the rest.
func ReadForeign(name string, raw []byte, v any) error {
	if err := yaml.Unmarshal(raw, v); err != nil {
		return explain(name, v, err)
	}
	return nil
}

// Empty says whether there is nothing in the file but comments.
func (f *File) Empty() bool {
	docs := f.tree.Docs
	return len(docs) == 0 || docs[0].Body == nil || docs[0].Body.Type() == ast.CommentGroupType
}

// Position returns where a value is, e.g., that of $.lint.disable[0]; the position of what is not there is the nearest value around it that is,
// and without any the file.
func (f *File) Position(path string) schema.Position {
	for ; path != ""; path = parent(path) {
		if at, ok := f.position(path); ok {
			return at
		}
	}
	return schema.Position{Path: f.name}
}

func (f *File) position(path string) (schema.Position, bool) {
	p, err := yaml.PathString(path)
	if err != nil {
		return schema.Position{}, false
	}
	node, err := p.FilterFile(f.tree)
	if err != nil || node == nil || node.GetToken() == nil {
		return schema.Position{}, false
	}
	at := node.GetToken().Position
	return schema.Position{Path: f.name, Line: at.Line, Column: at.Column}, true
}

// parent returns the path of what holds a value; nothing for values of the document itself, since a position there would only say "somewhere".
func parent(path string) string {
	i := strings.LastIndexAny(path, ".[")
	if i <= len("$") {
		return ""
	}
	return path[:i]
}

// Errorf puts the position of a value before a message.
func (f *File) Errorf(path, format string, args ...any) error {
	return fmt.Errorf("%s: %w", f.Position(path), fmt.Errorf(format, args...))
}
