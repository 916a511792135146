package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/generator"
	"github.com/evgen-dev/evgen/internal/nearest"
	"github.com/evgen-dev/evgen/schema"
)

// check says which value of the configuration cannot be.
func (c *Config) check(files Files) error {
	switch c.Version {
	case 1:
	case 0:
		return c.source.Errorf("$.version", `it says no version: write "version: 1"`)
	default:
		return c.source.Errorf("$.version", "version is %d, and this evgen reads version 1", c.Version)
	}
	for i, d := range slices.Concat(c.Proto.Roots, c.Proto.Deps) {
		if !isDir(files, d) {
			return c.source.Errorf(c.protoPath(i), "there is no directory %q here", d)
		}
	}
	if s := c.Go.PackageSuffix; strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return c.source.Errorf("$.go.package_suffix", "%q is no end of a Go package name: use lower-case letters, digits and _", s)
	}
	for i, d := range c.SQL.Dialects {
		if !slices.Contains(generator.Dialects, d) {
			return c.source.Errorf(fmt.Sprintf("$.sql.dialects[%d]", i), "%w", nearest.Unknown("dialect", d, generator.Dialects))
		}
	}
	if err := c.checkRegistry(); err != nil {
		return err
	}
	return c.checkDisabled()
}

// protoPath returns where the i-th of all roots and deps is.
func (c *Config) protoPath(i int) string {
	if i < len(c.Proto.Roots) {
		return fmt.Sprintf("$.proto.roots[%d]", i)
	}
	return fmt.Sprintf("$.proto.deps[%d]", i-len(c.Proto.Roots))
}

func (c *Config) checkDisabled() error {
	rules := slices.Concat(schema.Rules(), generator.Rules)
	var ids []string
	for _, r := range rules {
		ids = append(ids, r.ID)
	}
	for n, id := range c.Lint.Disable {
		path := fmt.Sprintf("$.lint.disable[%d]", n)
		i := slices.Index(ids, id)
		if i < 0 {
			return c.source.Errorf(path, "%q is the ID of no rule: IDs are in what lint prints, e.g., EV113", id)
		}
		if rules[i].Severity == schema.Error {
			return c.source.Errorf(path, "%s is an error and cannot be disabled: %s", id, rules[i].Summary)
		}
	}
	return nil
}
