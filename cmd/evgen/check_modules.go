package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/evgen-dev/evgen/internal/config"
	"github.com/evgen-dev/evgen/internal/gate"
	"github.com/evgen-dev/evgen/schema/baseline"
	"github.com/evgen-dev/evgen/schema/compat/buf"
)

// compareModules compares as buf does, each module for itself, with all that its files import. A module that only one side has is compared with nothing, so
// it is refused, as buf refuses it.
func (c *comparison) compareModules(ctx context.Context, dir *baseline.Directory, roots, deps []string) error {
	var was, is []string
	for _, r := range roots {
		was = append(was, path.Clean(r))
	}
	for _, m := range c.modules {
		is = append(is, m.Path)
	}
	for _, d := range was {
		if !slices.Contains(is, d) {
			return exit(exitUsage, fmt.Errorf("check: %s has the module %s, and this tree does not: the profiles of buf compare module with module", dir.Name, d))
		}
	}
	for _, m := range c.modules {
		if !slices.Contains(was, m.Path) {
			return exit(exitUsage, fmt.Errorf("check: module %s is not in %s: the profiles of buf compare module with module", m.Path, dir.Name))
		}
		side, err := treesOf(dir, []string{m.Path}, slices.Concat(without(was, m.Path), deps))
		if err != nil {
			return err
		}
		if err := c.compareModule(ctx, side, without(is, m.Path), m); err != nil {
			return err
		}
	}
	return nil
}

func without(dirs []string, dir string) []string {
	return slices.DeleteFunc(slices.Clone(dirs), func(d string) bool { return d == dir })
}

// compareModule compares a module; others are those that it may import.
func (c *comparison) compareModule(ctx context.Context, side *gate.Trees, others []string, m buf.Module) error {
	current := &gate.Trees{Label: c.current.Label, Roots: c.open([]string{m.Path}), Deps: slices.Concat(c.open(others), c.current.Deps)}
	current, side, err := gate.Narrow(ctx, current, side)
	if err != nil {
		return err
	}
	old, err := side.Read(ctx)
	if err != nil {
		return err
	}
	now, err := current.Read(ctx)
	if err != nil {
		return err
	}
	return c.add(ctx, side, gate.JudgeAs(c.job.profile, old, now, m))
}

// bufModules reads what buf.yaml, or each of those that buf.work.yaml names, says of breaking changes. A project without them is one module.
func (p *project) bufModules() ([]buf.Module, error) {
	dirs, workspace, err := config.BufDirectories(p.files())
	if err != nil {
		return nil, err
	}
	var modules []buf.Module
	for _, d := range dirs {
		found, err := p.bufModulesOf(d)
		if err != nil {
			return nil, err
		}
		if workspace {
			found = found[:1] // such a file is of version v1, and its own directory is the module
			found[0].Path = path.Clean(d)
		}
		modules = append(modules, found...)
	}
	return modules, nil
}

func (p *project) bufModulesOf(dir string) ([]buf.Module, error) {
	file := filepath.Join(p.dir, filepath.FromSlash(dir), config.BufFile)
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return []buf.Module{{}}, nil
	}
	if err != nil {
		return nil, err
	}
	settings, err := buf.ReadConfig(p.show(file), raw)
	if err != nil {
		return nil, err
	}
	return settings.Modules, nil
}
