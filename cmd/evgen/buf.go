package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/goccy/go-yaml"
)

const (
	bufFile      = "buf.yaml"
	bufWorkspace = "buf.work.yaml"
)

// bufRoots returns the modules that buf.yaml (v2, or v1 beside a buf.work.yaml) names in dir, and what they leave out. Without these files there
// are none. Other settings of theirs do not concern evgen.
func bufRoots(dir string) (roots, excluded []string, err error) {
	var workspace struct {
		Directories []string `yaml:"directories"`
	}
	found, err := readBuf(dir, bufWorkspace, &workspace)
	if err != nil || found {
		return workspace.Directories, nil, err
	}
	var module struct {
		Modules []struct {
			Path     string   `yaml:"path"`
			Excludes []string `yaml:"excludes"` // relative to dir
		} `yaml:"modules"`
		Build struct {
			Excludes []string `yaml:"excludes"` // relative to the module, which is dir
		} `yaml:"build"`
	}
	if found, err = readBuf(dir, bufFile, &module); err != nil || !found {
		return nil, nil, err
	}
	excluded = module.Build.Excludes
	for _, m := range module.Modules {
		roots = append(roots, path.Clean(cmp.Or(m.Path, ".")))
		excluded = append(excluded, m.Excludes...)
	}
	if len(roots) == 0 {
		roots = []string{"."}
	}
	return roots, excluded, nil
}

// readBuf says whether there is such a file.
func readBuf(dir, name string, into any) (bool, error) {
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = yaml.Unmarshal(raw, into)
	}
	if err != nil {
		return false, fmt.Errorf("read %s: %w", name, err)
	}
	return true, nil
}
