package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/evgen-dev/evgen/generator"
	"github.com/evgen-dev/evgen/schema"
)

// check says which value of the configuration cannot be; dir is what its paths are relative to.
func (c *config) check(dir string) error {
	switch c.Version {
	case 1:
	case 0:
		return c.errorf("$.version", `it says no version: write "version: 1"`)
	default:
		return c.errorf("$.version", "version is %d, and this evgen reads version 1", c.Version)
	}
	for i, d := range slices.Concat(c.Proto.Roots, c.Proto.Deps) {
		if info, err := os.Stat(absolute(dir, d)); err != nil || !info.IsDir() {
			return c.errorf(c.protoPath(i), "there is no directory %q here", d)
		}
	}
	if s := c.Go.PackageSuffix; strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return c.errorf("$.go.package_suffix", "%q is no end of a Go package name: use lower-case letters, digits and _", s)
	}
	for i, d := range c.SQL.Dialects {
		if !slices.Contains(generator.Dialects, d) {
			return c.errorf(fmt.Sprintf("$.sql.dialects[%d]", i), "%w", unknown("dialect", d, generator.Dialects))
		}
	}
	return c.checkDisabled()
}

// protoPath returns where the i-th of all roots and deps is.
func (c *config) protoPath(i int) string {
	if i < len(c.Proto.Roots) {
		return fmt.Sprintf("$.proto.roots[%d]", i)
	}
	return fmt.Sprintf("$.proto.deps[%d]", i-len(c.Proto.Roots))
}

func (c *config) checkDisabled() error {
	rules := slices.Concat(schema.Rules(), generator.Rules)
	var ids []string
	for _, r := range rules {
		ids = append(ids, r.ID)
	}
	for n, id := range c.Lint.Disable {
		path := fmt.Sprintf("$.lint.disable[%d]", n)
		i := slices.Index(ids, id)
		if i < 0 {
			return c.errorf(path, "%q is the ID of no rule: IDs are in what lint prints, e.g., EV113", id)
		}
		if rules[i].Severity == schema.Error {
			return c.errorf(path, "%s is an error and cannot be disabled: %s", id, rules[i].Summary)
		}
	}
	return nil
}

// errorf puts the position of a value before a message; the position of what is not there is the file.
func (c *config) errorf(path, format string, args ...any) error {
	place := c.name
	if p, err := yaml.PathString(path); err == nil {
		if node, err := p.FilterFile(c.tree); err == nil {
			at := node.GetToken().Position
			place = fmt.Sprintf("%s:%d:%d", c.name, at.Line, at.Column)
		}
	}
	return fmt.Errorf("%s: %w", place, fmt.Errorf(format, args...))
}
