package source

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/schema"
)

// checkCycles reports each circle of imports once, at the first of its files, and marks its files broken. Protocompile compiles files at once and reports a
// circle wherever it happens to be met.
func (c *compilation) checkCycles() {
	s := cycleSearch{c, map[string]visitState{}, nil}
	for _, path := range slices.Sorted(maps.Keys(c.units)) {
		s.visit(path)
	}
}

type cycleSearch struct {
	*compilation
	state map[string]visitState
	stack []string // files that are being visited, each imported by the one before
}

func (s *cycleSearch) visit(path string) {
	if s.state[path] != unvisited {
		return
	}
	s.state[path] = visiting
	s.stack = append(s.stack, path)
	for _, imp := range s.units[path].imports {
		switch u := s.units[imp.path]; {
		case u == nil: // standard, or missing
		case s.state[imp.path] == visiting:
			s.report(s.stack[slices.Index(s.stack, imp.path):])
		default:
			s.visit(imp.path)
		}
	}
	s.stack = s.stack[:len(s.stack)-1]
	s.state[path] = visited
}

// report is for files each of which imports the next, and the last the first.
func (s *cycleSearch) report(circle []string) {
	first := slices.Index(circle, slices.Min(circle))
	circle = slices.Concat(circle[first:], circle[:first+1])
	for _, path := range circle {
		s.units[path].broken = true
	}
	u := s.units[circle[0]]
	i := slices.IndexFunc(u.imports, func(imp importName) bool { return imp.path == circle[1] })
	s.errorf(u.imports[i].pos, schema.CompileFailed, "cycle found in imports: %s", quotedPath(circle)).Help = "move what both need into a file of its own"
}

// quotedPath returns, e.g., "a.proto" -> "b.proto".
func quotedPath(paths []string) string {
	quoted := make([]string, len(paths))
	for i, p := range paths {
		quoted[i] = fmt.Sprintf("%q", p)
	}
	return strings.Join(quoted, " -> ")
}
