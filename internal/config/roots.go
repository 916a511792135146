package config

import "slices"

// Roots returns the directories that imports are relative to: those of c, or of buf, or proto, or the project itself; and those whose files
// are only imported.
func (c *Config) Roots(files Files) (roots, deps []string, err error) {
	roots, deps = c.Proto.Roots, c.Proto.Deps
	if len(roots) > 0 {
		return roots, deps, nil
	}
	roots, excluded, err := bufRoots(files)
	if err != nil || len(roots) > 0 {
		return roots, slices.Concat(deps, excluded), err
	}
	if isDir(files, "proto") {
		return []string{"proto"}, deps, nil
	}
	return []string{"."}, deps, nil
}
