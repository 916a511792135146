package schema

import (
	"cmp"
	"slices"
	"strings"
)

// Severity says whether a diagnostic stops generation.
type Severity uint8

// The severities.
const (
	Error Severity = iota
	Warning
)

// String returns "error" or "warning".
func (s Severity) String() string {
	if s == Warning {
		return "warning"
	}
	return "error"
}

// Diagnostic is one problem in the sources.
type Diagnostic struct {
	ID       string // e.g., EV012
	Severity Severity
	Pos      Position
	End      Position // exclusive; zero: unknown, as for all but what the compiler reports
	Message  string   // names the event or projection and the thing that is wrong
	Help     string   // the next step; may be empty
	Related  []Related
}

// Related is another place that a diagnostic speaks of.
type Related struct {
	Pos     Position
	Message string
}

// String returns path:line:col: ID: message (help), with "warning: " before the ID of a warning. Related places follow, each
// on an indented line.
func (d Diagnostic) String() string {
	var b strings.Builder
	b.WriteString(d.Pos.String())
	b.WriteString(": ")
	if d.Severity == Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(d.ID + ": " + d.Message)
	if d.Help != "" {
		b.WriteString(" (" + d.Help + ")")
	}
	for _, r := range d.Related {
		b.WriteString("\n    " + r.Pos.String() + ": " + r.Message)
	}
	return b.String()
}

// Diagnostics are the problems of a set of files, in the order of their positions.
type Diagnostics []Diagnostic

// String returns the diagnostics, each ended by a newline.
func (ds Diagnostics) String() string {
	var b strings.Builder
	for _, d := range ds {
		b.WriteString(d.String() + "\n")
	}
	return b.String()
}

// HasErrors says whether at least one of them is an error.
func (ds Diagnostics) HasErrors() bool {
	return slices.ContainsFunc(ds, func(d Diagnostic) bool { return d.Severity == Error })
}

// Without returns the diagnostics but for the warnings of the given rules, which evgen.yaml disables. Errors stay: what they
// say cannot be generated.
func (ds Diagnostics) Without(ids ...string) Diagnostics {
	var kept Diagnostics
	for _, d := range ds {
		if d.Severity == Error || !slices.Contains(ids, d.ID) {
			kept = append(kept, d)
		}
	}
	return kept
}

// sorted returns the diagnostics by path, line, column, ID and message, each once.
func (ds Diagnostics) sorted() Diagnostics {
	slices.SortStableFunc(ds, compareDiagnostics)
	return slices.CompactFunc(ds, func(a, b Diagnostic) bool { return compareDiagnostics(a, b) == 0 })
}

func compareDiagnostics(a, b Diagnostic) int {
	return cmp.Or(
		comparePositions(a.Pos, b.Pos),
		strings.Compare(a.ID, b.ID),
		strings.Compare(a.Message, b.Message),
	)
}

func comparePositions(a, b Position) int {
	return cmp.Or(
		strings.Compare(a.Path, b.Path),
		cmp.Compare(a.Line, b.Line),
		cmp.Compare(a.Column, b.Column),
	)
}
