package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
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
		return nil, c.explain(err)
	}
	if err := yaml.NewDecoder(bytes.NewReader(raw), yaml.Strict()).Decode(c); err != nil && len(bytes.TrimSpace(raw)) > 0 {
		return nil, c.explain(err)
	}
	return c, c.check(filepath.Dir(file))
}

// explain says where evgen.yaml is wrong, in one line.
func (c *config) explain(err error) error {
	e, ok := errors.AsType[yaml.Error](err)
	if !ok || e.GetToken() == nil {
		return fmt.Errorf("read %s: %w", c.name, err)
	}
	tok := e.GetToken()
	problem := errors.New(e.GetMessage())
	switch e := e.(type) {
	case *yaml.UnknownFieldError:
		problem = unknownKey(tok.Value)
	case *yaml.TypeError:
		problem = fmt.Errorf("want %s, got %q", kindOf(e.DstType), tok.Value)
	case *yaml.UnexpectedNodeTypeError:
		problem = fmt.Errorf("want a %s, got %q", e.Expected.YAMLName(), tok.Value)
	}
	return fmt.Errorf("%s:%d:%d: %w", c.name, tok.Position.Line, tok.Position.Column, problem)
}

// unknownKey finds the key that was meant, also when it stands in the wrong section.
func unknownKey(key string) error {
	keys, paths := keysOf(reflect.TypeFor[config](), "")
	if i := slices.Index(keys, key); i >= 0 {
		return fmt.Errorf("unknown key %q (did you mean %s?)", key, paths[i])
	}
	return unknown("key", key, keys)
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
			k, p := keysOf(f.Type, prefix+key+".")
			keys, paths = append(keys, k...), append(paths, p...)
		}
	}
	return keys, paths
}

// kindOf says what a value of a type looks like in YAML.
func kindOf(t reflect.Type) string {
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
