package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/evgen-dev/evgen/generator"
	"github.com/evgen-dev/evgen/internal/config"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/source"
)

// project is a configuration with its places found.
type project struct {
	*globals
	config *config.Config
	dir    string        // what the configuration's paths are relative to, absolute
	name   string        // of the configuration's file there, whether or not it exists
	trees  []source.Tree // where proto files are read, after compile

	profile string // whose rules findings are of; empty: evgen's
	output  string // file for findings in the form that was asked for, beside text on standard output; empty: none
}

// load finds the project that the working directory is in.
func load(g *globals) (*project, error) {
	if _, err := os.Stat(g.cwd()); err != nil {
		return nil, fmt.Errorf("change to directory %s: %w", g.change, err)
	}
	file := ""
	switch {
	case g.file != "":
		file = absolute(g.cwd(), g.file)
	case findUp(g.cwd(), config.Name) != "":
		file = filepath.Join(findUp(g.cwd(), config.Name), config.Name)
	default:
		dir := cmp.Or(findUp(g.cwd(), config.BufFile), findUp(g.cwd(), config.BufWorkspace), findUp(g.cwd(), "go.mod"), g.cwd())
		return &project{globals: g, config: &config.Config{}, dir: dir, name: config.Name}, nil
	}
	p := &project{globals: g, dir: filepath.Dir(file), name: filepath.Base(file)}
	var err error
	p.config, err = config.Read(p.files(), p.name, p.show(file))
	return p, err
}

func (p *project) files() config.Files { return config.Disk(p.dir) }

// findUp returns the directory that has a file called name: dir or one above, but not beyond a repository or the home directory.
func findUp(dir, name string) string {
	home, _ := os.UserHomeDir()
	for {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return dir
		}
		_, err := os.Stat(filepath.Join(dir, ".git"))
		if filepath.Dir(dir) == dir || dir == home || err == nil {
			return ""
		}
		dir = filepath.Dir(dir)
	}
}

// show returns an absolute path as people would call it: relative to the working directory, with slashes.
func (p *project) show(path string) string {
	if rel, err := filepath.Rel(p.cwd(), path); err == nil {
		path = rel
	}
	return filepath.ToSlash(path)
}

// compile compiles the project's proto files. What is wrong with them is in the findings, and then there may be no set.
func (p *project) compile(ctx context.Context) (*source.Set, schema.Diagnostics, error) {
	roots, deps, err := p.config.Roots(p.files())
	if err != nil {
		return nil, nil, err
	}
	rootTrees, depTrees := p.open(roots), p.open(deps)
	p.trees = slices.Concat(rootTrees, depTrees)
	set, found, err := source.Compile(ctx, rootTrees, depTrees)
	if err != nil {
		return nil, nil, exit(exitEnvironment, err)
	}
	if set != nil && len(set.Targets) == 0 {
		return nil, nil, fmt.Errorf("find proto files: there is none below %s: run evgen init, or set proto.roots in %s",
			strings.Join(roots, ", "), config.Name)
	}
	return set, found, nil
}

// readSet reads a descriptor set instead.
func (p *project) readSet(file string) (*source.Set, schema.Diagnostics, error) {
	raw, err := os.ReadFile(absolute(p.cwd(), file))
	if err != nil {
		return nil, nil, fmt.Errorf("read descriptor set: %w", err)
	}
	set, found := source.ReadSet(file, raw)
	return set, found, nil
}

// open opens directories of the project; in findings they are relative to the working directory.
func (p *project) open(dirs []string) []source.Tree {
	var trees []source.Tree
	for _, d := range dirs {
		t := source.Dir(absolute(p.dir, d))
		if rel, err := filepath.Rel(p.cwd(), t.Dir); err == nil {
			t.Dir = rel
		}
		trees = append(trees, t)
	}
	return trees
}

// filename returns where the file of an import path is, as people would call it.
func (p *project) filename(path string) string {
	for _, t := range p.trees {
		if _, err := fs.Stat(t.FS, path); err == nil {
			return p.show(filepath.Join(absolute(p.cwd(), t.Dir), filepath.FromSlash(path)))
		}
	}
	return path
}

// destination says where files go: the root, and the options that make their names below it.
func (p *project) destination() (root, parameter string, err error) {
	o := generator.DefaultOptions()
	if p.config.Go.Messages != nil {
		o.Messages = *p.config.Go.Messages
	}
	o.Suffix = cmp.Or(p.config.Go.PackageSuffix, o.Suffix)
	if len(p.config.SQL.Dialects) > 0 {
		o.Dialects = p.config.SQL.Dialects
	}
	if p.config.Go.Out != "" {
		return absolute(p.dir, p.config.Go.Out), o.Parameter() + ",paths=source_relative", nil
	}
	root, module, err := goModule(p.dir)
	return root, o.Parameter() + ",module=" + module, err
}

// goModule finds the Go module that dir is in.
func goModule(dir string) (root, path string, err error) {
	for d := dir; ; d = filepath.Dir(d) {
		raw, err := os.ReadFile(filepath.Join(d, "go.mod"))
		if err == nil {
			return d, modfile.ModulePath(raw), nil
		}
		if filepath.Dir(d) == d {
			return "", "", errNoModule
		}
	}
}

var errNoModule = errors.New("find the Go module: there is no go.mod here or above: run go mod init, or set go.out in " + config.Name)
