package main

import (
	"cmp"
	"errors"
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

// bufModule is what concerns evgen of a buf.yaml.
type bufModule struct {
	Modules []struct {
		Path     string   `yaml:"path"`
		Excludes []string `yaml:"excludes"` // relative to the file
	} `yaml:"modules"` // v2
	Build struct {
		Excludes []string `yaml:"excludes"`
	} `yaml:"build"` // v1, where the file is in the module itself
}

// bufRoots returns the modules that buf.work.yaml or buf.yaml names in dir, and what they leave out. Without these files there are none.
func bufRoots(dir string) (roots, excluded []string, err error) {
	var workspace struct {
		Directories []string `yaml:"directories"`
	}
	found, err := readBuf(dir, bufWorkspace, &workspace)
	if err != nil {
		return nil, nil, err
	}
	if !found {
		return bufModules(dir)
	}
	for _, d := range workspace.Directories {
		_, below, err := bufModules(filepath.Join(dir, d))
		if err != nil {
			return nil, nil, err
		}
		roots = append(roots, d)
		for _, x := range below {
			excluded = append(excluded, path.Join(d, x))
		}
	}
	return roots, excluded, nil
}

// bufModules returns the modules of the buf.yaml in dir.
func bufModules(dir string) (roots, excluded []string, err error) {
	var file bufModule
	if found, err := readBuf(dir, bufFile, &file); err != nil || !found {
		return nil, nil, err
	}
	if len(file.Modules) == 0 {
		return []string{"."}, file.Build.Excludes, nil
	}
	for _, m := range file.Modules {
		roots = append(roots, cmp.Or(m.Path, "."))
		excluded = append(excluded, m.Excludes...)
	}
	return roots, excluded, nil
}

// readBuf says whether there is such a file.
func readBuf(dir, name string, into any) (bool, error) {
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := yaml.Unmarshal(raw, into); err != nil {
		return false, explainYAML(name, err)
	}
	return true, nil
}
