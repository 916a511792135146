package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/schema/source"
)

// selectTargets leaves the Go packages of the given files and directories, which are relative to the working directory. It takes packages as a
// whole, because some of what is generated, e.g., Topics, is for all of a package.
func (p *project) selectTargets(set *source.Set, paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	packages := goPackages(set)
	chosen := map[string]bool{}
	for _, path := range paths {
		n := len(chosen)
		for _, target := range set.Targets {
			if isBelow(absolute(p.cwd(), p.filename(target)), absolute(p.cwd(), path)) {
				chosen[packages[target]] = true
				n = -1
			}
		}
		if n >= 0 {
			return fmt.Errorf("find %s: there are no proto files of this project", path)
		}
	}
	set.Targets = slices.DeleteFunc(set.Targets, func(target string) bool { return !chosen[packages[target]] })
	return nil
}

func isBelow(file, path string) bool {
	return file == path || strings.HasPrefix(file, strings.TrimSuffix(path, string(filepath.Separator))+string(filepath.Separator))
}

// goPackages returns the go_package of each file, or the file itself where there is none.
func goPackages(set *source.Set) map[string]string {
	packages := map[string]string{}
	for _, f := range set.Files.File {
		packages[f.GetName()] = f.GetName()
		if name := f.GetOptions().GetGoPackage(); name != "" {
			packages[f.GetName()], _, _ = strings.Cut(name, ";")
		}
	}
	return packages
}
