package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/internal/nearest"
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

// Sorted returns the diagnostics by path, line, column, ID and message, each once.
func (ds Diagnostics) Sorted() Diagnostics {
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

// report is a diagnostic that may still get a help text and related places.
type report struct{ d *Diagnostic }

// errorf reports an error; the rule's severity must be Error.
func (r *resolver) errorf(pos Position, rule, format string, args ...any) report {
	return r.report(Diagnostic{ID: rule, Severity: Error, Pos: pos, Message: fmt.Sprintf(format, args...)})
}

// warnf reports a warning; the rule's severity must be Warning. Warnings of files that no code is generated for are dropped at the end.
func (r *resolver) warnf(pos Position, rule, format string, args ...any) report {
	return r.report(Diagnostic{ID: rule, Severity: Warning, Pos: pos, Message: fmt.Sprintf(format, args...)})
}

func (r *resolver) report(d Diagnostic) report {
	r.diagnostics = append(r.diagnostics, &d)
	return report{&d}
}

// help adds the next step, e.g., did you mean "order_id"?
func (p report) help(format string, args ...any) report {
	p.d.Help = fmt.Sprintf(format, args...)
	return p
}

// didYouMean adds the candidate that is nearest to name, if one is near.
func (p report) didYouMean(name string, candidates []string) {
	if near := nearest.Of(name, candidates); near != "" {
		p.help("did you mean %q?", near)
	}
}

// related adds another place.
func (p report) related(pos Position, format string, args ...any) report {
	p.d.Related = append(p.d.Related, Related{pos, fmt.Sprintf(format, args...)})
	return p
}
