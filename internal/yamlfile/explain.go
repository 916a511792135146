package yamlfile

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"github.com/evgen-dev/evgen/internal/nearest"
)

// explain says where a file is wrong, in one line.
func explain(name string, v any, err error) error {
	e, ok := errors.AsType[yaml.Error](err)
	if !ok || e.GetToken() == nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	tok := e.GetToken()
	problem := errors.New(e.GetMessage())
	switch e := e.(type) {
	case *yaml.UnknownFieldError:
		problem = unknownKey(v, tok.Value)
	case *yaml.TypeError:
		problem = fmt.Errorf("want %s, got %q", formOf(e.DstType), tok.Value)
	case *yaml.UnexpectedNodeTypeError:
		problem = fmt.Errorf("want %s, got %q", nodeForms[e.Expected], tok.Value)
	}
	return fmt.Errorf("%s:%d:%d: %w", name, tok.Position.Line, tok.Position.Column, problem)
}

// unknownKey finds the key that was meant, also when it stands in the wrong section.
func unknownKey(v any, key string) error {
	keys, paths := keysOf(reflect.TypeOf(v).Elem(), "")
	if i := slices.Index(keys, key); i >= 0 {
		return fmt.Errorf("unknown key %q (did you mean %s?)", key, paths[i])
	}
	if near := nearest.Of(key, keys); near != "" {
		return fmt.Errorf("unknown key %q (did you mean %s?)", key, paths[slices.Index(keys, near)])
	}
	return fmt.Errorf("unknown key %q: known are %s", key, strings.Join(paths, ", "))
}

// keysOf returns the keys that a file may have, and their paths, e.g., roots and proto.roots.
func keysOf(t reflect.Type, prefix string) (keys, paths []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("yaml")
		if key == "" {
			continue
		}
		keys, paths = append(keys, key), append(paths, prefix+key)
		below, belowPrefix := f.Type, prefix+key+"."
		switch below.Kind() {
		case reflect.Slice:
			below = below.Elem()
		case reflect.Map:
			below, belowPrefix = below.Elem(), belowPrefix+"<name>."
		}
		if below.Kind() == reflect.Struct {
			more, morePaths := keysOf(below, belowPrefix)
			keys, paths = append(keys, more...), append(paths, morePaths...)
		}
	}
	return keys, paths
}

// nodeForms says what the nodes look like that a file has.
var nodeForms = map[ast.NodeType]string{ast.MappingType: "a section", ast.SequenceType: "a list"}

// formOf says what a value of a type looks like in YAML.
func formOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int, reflect.Int32:
		return "a number"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "a section"
	}
	return "a text"
}
