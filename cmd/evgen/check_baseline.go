package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/evgen-dev/evgen/internal/config"
	"github.com/evgen-dev/evgen/internal/gate"
	"github.com/evgen-dev/evgen/schema/baseline"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/buf"
	"github.com/evgen-dev/evgen/schema/source"
)

// compare adds the findings against one baseline.
func (c *comparison) compare(ctx context.Context, spec baseline.Spec) error {
	switch spec.Kind {
	case baseline.Image:
		return c.compareImage(ctx, spec)
	case baseline.Lock:
		return c.compareLock(spec)
	case baseline.Registry:
		return coded(exitUsage, c.compareRegistry(ctx))
	}
	dir, err := c.openBaseline(ctx, spec)
	if err != nil {
		return err
	}
	defer dir.Close()
	settings, err := c.configOf(dir, spec)
	if err != nil {
		return err
	}
	roots, deps, err := settings.Roots(dir)
	if err != nil {
		return err
	}
	if len(c.modules) > 1 {
		return c.compareModules(ctx, dir, roots, deps)
	}
	side, err := treesOf(dir, roots, deps)
	if err != nil {
		return err
	}
	if spec.Kind == baseline.Dir && c.shareRoot(side) {
		return errItself(spec)
	}
	return c.compareTrees(ctx, side)
}

func (c *comparison) openBaseline(ctx context.Context, spec baseline.Spec) (*baseline.Directory, error) {
	if spec.Kind == baseline.Git {
		return baseline.OpenGit(ctx, c.dir, spec)
	}
	own, err := os.Stat(c.dir)
	if err != nil {
		return nil, err
	}
	if other, err := os.Stat(absolute(c.cwd(), spec.Path)); err == nil && os.SameFile(own, other) {
		return nil, errItself(spec)
	}
	return baseline.OpenDir(c.cwd(), spec)
}

// errItself refuses a baseline that would always pass.
func errItself(spec baseline.Spec) error {
	return &baseline.Error{
		Class: baseline.Usage, Baseline: spec.String(), Problem: "that is of this project itself, which does not differ from itself",
		Help: "compare with git:<revision>, or with a copy of what was released",
	}
}

// shareRoot says whether a directory of proto files of this project is one of the other's, too.
func (c *comparison) shareRoot(side *gate.Trees) bool {
	return slices.ContainsFunc(side.Roots, func(other source.Tree) bool {
		theirs, err := os.Stat(absolute(c.cwd(), other.Dir))
		return err == nil && slices.ContainsFunc(c.current.Roots, func(own source.Tree) bool {
			ours, err := os.Stat(absolute(c.cwd(), own.Dir))
			return err == nil && os.SameFile(ours, theirs)
		})
	})
}

// configOf returns the configuration of a baseline. A project that had none yet had its files where they are today, if such directories were there.
func (c *comparison) configOf(dir *baseline.Directory, spec baseline.Spec) (*config.Config, error) {
	configured, err := has(dir, c.name)
	if err != nil {
		return nil, err
	}
	if configured {
		return config.Read(dir, c.name, dir.Name+":"+c.name)
	}
	settings := &config.Config{}
	byBuf, err := has(dir, config.BufFile, config.BufWorkspace)
	if err != nil || byBuf {
		return settings, err
	}
	if settings.Proto.Roots, err = present(dir, spec, c.config.Proto.Roots); err != nil {
		return nil, err
	}
	settings.Proto.Deps, err = present(dir, spec, c.config.Proto.Deps)
	return settings, err
}

// has says whether one of these files is there.
func has(dir *baseline.Directory, names ...string) (bool, error) {
	for _, name := range names {
		_, err := fs.Stat(dir.FS, name)
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return false, fmt.Errorf("read baseline %s: %w", dir.Name, err)
		}
	}
	return false, nil
}

// present returns those directories that a baseline has. From another project no path leads out, since it would end in this one.
func present(dir *baseline.Directory, spec baseline.Spec, names []string) ([]string, error) {
	var there []string
	for _, name := range names {
		if spec.Kind == baseline.Dir && !filepath.IsLocal(filepath.FromSlash(name)) {
			continue
		}
		_, err := dir.Tree(name)
		switch {
		case err == nil:
			there = append(there, name)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
	}
	return there, nil
}

func treesOf(dir *baseline.Directory, roots, deps []string) (*gate.Trees, error) {
	t := &gate.Trees{Label: dir.Name}
	for _, list := range []struct {
		dirs []string
		into *[]source.Tree
	}{{roots, &t.Roots}, {deps, &t.Deps}} {
		for _, d := range list.dirs {
			tree, err := dir.Tree(d)
			if err != nil {
				return nil, err
			}
			*list.into = append(*list.into, tree)
		}
	}
	return t, nil
}

func (c *comparison) compareImage(ctx context.Context, spec baseline.Spec) error {
	if len(c.modules) > 1 {
		return exit(exitUsage, fmt.Errorf("check: %s does not say which of its files belong to which of the %d modules of %s: compare with git:<revision> or dir:<directory>",
			spec, len(c.modules), config.BufFile))
	}
	set, err := baseline.OpenImage(c.cwd(), spec)
	if err != nil {
		return err
	}
	now, err := c.whole(ctx)
	if err != nil {
		return err
	}
	return c.compareSide(ctx, &gate.Image{Set: set}, now)
}

// whole is the project with all its files.
func (c *comparison) whole(ctx context.Context) (*gate.State, error) {
	if c.state.Snapshot != nil {
		return c.state, nil
	}
	var err error
	c.state.Snapshot, err = c.current.Snapshot(ctx)
	return c.state, err
}

// compareTrees compares with sources, and leaves out the files that are the same on both sides.
func (c *comparison) compareTrees(ctx context.Context, side *gate.Trees) error {
	current, side, err := gate.Narrow(ctx, c.current, side)
	if err != nil {
		return err
	}
	now := *c.state
	if now.Snapshot, err = current.Snapshot(ctx); err != nil {
		return err
	}
	return c.compareSide(ctx, side, &now)
}

// compareSide compares with a side that knows payloads and contracts.
func (c *comparison) compareSide(ctx context.Context, side gate.Side, now *gate.State) error {
	old, err := side.Read(ctx)
	if err != nil {
		return err
	}
	if old.Files == 0 {
		return c.compareNothing(side.Name(), "has no proto files")
	}
	if c.job.profile != gate.Evgen {
		module := buf.Module{}
		if len(c.modules) > 0 {
			module = c.modules[0]
		}
		return c.add(ctx, side, gate.JudgeAs(c.job.profile, old, now, module))
	}
	if gate.HasEvents(c.state) && !gate.HasEvents(old) {
		return c.compareNothing(side.Name(), "has no event")
	}
	if !c.terms.All && !gate.HasEvents(old) && !gate.HasEvents(c.state) && !c.quiet {
		fmt.Fprintln(c.job.stderr, "there is no event on either side: every message counts")
	}
	return c.add(ctx, side, gate.Judge(old, now, c.terms))
}

// compareNothing is for a baseline without proto files, or without the events that this project has: more often than not it is the wrong one.
func (c *comparison) compareNothing(name, why string) error {
	if !c.job.allowNew {
		return exit(exitEnvironment, fmt.Errorf("check: %s %s, so there is nothing to compare with: name another baseline, or pass --allow-new if all of this project is new", name, why))
	}
	if !c.quiet {
		fmt.Fprintf(c.job.stderr, "%s %s: all of this project is new\n", name, why)
	}
	return nil
}

// add keeps findings, with their positions on the old side, which is not there any more afterwards.
func (c *comparison) add(ctx context.Context, side gate.Side, found []compat.Finding) error {
	places := make([]*compat.Place, len(found))
	for i := range found {
		places[i] = &found[i].Old
	}
	if err := side.Locate(ctx, places); err != nil {
		return err
	}
	for _, p := range places {
		if p.File != "" {
			p.File = side.Filename(p.File)
		}
	}
	c.merge(found)
	return nil
}

// knowsPayloads says whether a baseline other than a lock is compared with.
func (c *comparison) knowsPayloads() bool {
	return slices.ContainsFunc(c.specs, func(s baseline.Spec) bool { return s.Kind != baseline.Lock })
}

// knowsContracts says whether a baseline other than the registry is compared with.
func (c *comparison) knowsContracts() bool {
	return slices.ContainsFunc(c.specs, func(s baseline.Spec) bool { return s.Kind != baseline.Registry })
}
