package config

import (
	"cmp"
	"errors"
	"io/fs"
	"path"

	"github.com/evgen-dev/evgen/internal/yamlfile"
)

// What buf calls its configurations.
const (
	BufFile      = "buf.yaml"
	BufWorkspace = "buf.work.yaml"
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

// bufRoots returns the modules that buf.work.yaml or buf.yaml names, and what they leave out. Without these files there are none.
func bufRoots(files Files) (roots, excluded []string, err error) {
	dirs, workspace, err := BufDirectories(files)
	if err != nil {
		return nil, nil, err
	}
	if !workspace {
		return bufModules(files, ".")
	}
	for _, d := range dirs {
		_, below, err := bufModules(files, d)
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

// BufDirectories returns the directories that may have a buf.yaml: those that buf.work.yaml names, each of which is a module, or the project's own.
func BufDirectories(files Files) (dirs []string, workspace bool, err error) {
	var file struct {
		Directories []string `yaml:"directories"`
	}
	if workspace, err = readBuf(files, BufWorkspace, &file); workspace || err != nil {
		return file.Directories, workspace, err
	}
	return []string{"."}, false, nil
}

// bufModules returns the modules of the buf.yaml in dir.
func bufModules(files Files, dir string) (roots, excluded []string, err error) {
	var file bufModule
	if found, err := readBuf(files, path.Join(dir, BufFile), &file); err != nil || !found {
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
func readBuf(files Files, name string, into any) (bool, error) {
	raw, err := readFile(files, name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, yamlfile.ReadForeign(name, raw, into)
}
