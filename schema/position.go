package schema

import "fmt"

// Position is a place in a source file. Line and Column count from 1; Column counts bytes with a tab as one. Zero: unknown.
type Position struct {
	Path         string // as imported, e.g., acme/sites/v1/sites.proto
	Line, Column int
}

// String returns path:line:column.
func (p Position) String() string {
	if p.Line == 0 {
		return p.Path
	}
	return fmt.Sprintf("%s:%d:%d", p.Path, p.Line, p.Column)
}
