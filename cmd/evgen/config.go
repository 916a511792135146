package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/evgen-dev/evgen/internal/nearest"
)

const configName = "evgen.yaml"

// config is evgen.yaml. Every field is optional, and an unknown one is an error.
type config struct {
	Version int `yaml:"version"`
	Proto   struct {
		Roots []string `yaml:"roots"` // default: the modules of buf.yaml, else proto/, else the project itself
		Deps  []string `yaml:"deps"`  // only imported
	} `yaml:"proto"`
	Go struct {
		Out           string `yaml:"out"`            // default: where go_package says, inside this Go module
		Messages      *bool  `yaml:"messages"`       // false: somebody else makes the .pb.go files
		PackageSuffix string `yaml:"package_suffix"` // default: ev
	} `yaml:"go"`
	SQL struct {
		Dialects []string `yaml:"dialects"` // default: all
	} `yaml:"sql"`
	Lint struct {
		Disable []string `yaml:"disable"` // IDs of warnings
	} `yaml:"lint"`

	name string    // as people call the file, e.g., ../evgen.yaml
	tree *ast.File // for positions
}

// readConfig reads and checks a configuration; name is what its errors call it.
func readConfig(file, name string) (*config, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	c := &config{name: name}
	if c.tree, err = parser.ParseBytes(raw, 0); err != nil {
		return nil, explainYAML(name, err)
	}
	switch docs := c.tree.Docs; {
	case len(docs) > 1:
		return nil, fmt.Errorf("%s:%d:1: a second document: evgen reads one", name, docs[1].Start.Position.Line)
	case len(docs) == 0 || docs[0].Body == nil || docs[0].Body.Type() == ast.CommentGroupType:
		return c, nil
	}
	if err := yaml.UnmarshalWithOptions(raw, c, yaml.Strict()); err != nil {
		return nil, explainYAML(name, err)
	}
	if err := c.check(filepath.Dir(file)); err != nil {
		return nil, err
	}
	return c, nil
}

// explainYAML says where a file is wrong, in one line.
func explainYAML(name string, err error) error {
	e, ok := errors.AsType[yaml.Error](err)
	if !ok || e.GetToken() == nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	tok := e.GetToken()
	problem := errors.New(e.GetMessage())
	switch e := e.(type) {
	case *yaml.UnknownFieldError:
		problem = unknownKey(tok.Value)
	case *yaml.TypeError:
		problem = fmt.Errorf("want %s, got %q", formOf(e.DstType), tok.Value)
	case *yaml.UnexpectedNodeTypeError:
		problem = fmt.Errorf("want %s, got %q", nodeForms[e.Expected], tok.Value)
	}
	return fmt.Errorf("%s:%d:%d: %w", name, tok.Position.Line, tok.Position.Column, problem)
}

// unknownKey finds the key that was meant, also when it stands in the wrong section.
func unknownKey(key string) error {
	keys, paths := keysOf(reflect.TypeFor[config](), "")
	if i := slices.Index(keys, key); i >= 0 {
		return fmt.Errorf("unknown key %q (did you mean %s?)", key, paths[i])
	}
	if near := nearest.Of(key, keys); near != "" {
		return fmt.Errorf("unknown key %q (did you mean %s?)", key, paths[slices.Index(keys, near)])
	}
	return fmt.Errorf("unknown key %q: known are %s", key, strings.Join(paths, ", "))
}

// keysOf returns the keys that evgen.yaml may have, and their paths, e.g., roots and proto.roots.
func keysOf(t reflect.Type, prefix string) (keys, paths []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		key := f.Tag.Get("yaml")
		if key == "" {
			continue
		}
		keys, paths = append(keys, key), append(paths, prefix+key)
		if f.Type.Kind() == reflect.Struct {
			below, belowPaths := keysOf(f.Type, prefix+key+".")
			keys, paths = append(keys, below...), append(paths, belowPaths...)
		}
	}
	return keys, paths
}

// nodeForms says what the nodes look like that a configuration has.
var nodeForms = map[ast.NodeType]string{ast.MappingType: "a section", ast.SequenceType: "a list"}

// formOf says what a value of a type looks like in YAML.
func formOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int:
		return "a number"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Struct:
		return "a section"
	}
	return "a text"
}
