package report

import (
	"time"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/accept"
)

// Finding is one thing to report.
type Finding struct {
	Rule     string // ID, e.g., EV012
	Severity schema.Severity
	Place           // Path is empty: nowhere in particular
	Message  string // names the thing and what is wrong with it
	Help     string // the next step; may be empty
	Related  []Related
	Change   *Change     // of findings of the gate
	Accepted *Acceptance // somebody answers for it
}

// Place is a part of a file. Lines and columns count from 1, columns in bytes, and the end is exclusive; without a line it is the whole file,
// without an end it is known where the part begins.
type Place struct {
	Path      string `json:"path"` // with slashes; relative to where the reader stands, e.g., proto/acme/orders/v1/orders.proto
	Line      int    `json:"line,omitempty"`
	Column    int    `json:"column,omitempty"`
	EndLine   int    `json:"end_line,omitempty"`
	EndColumn int    `json:"end_column,omitempty"`
}

// firstLine returns a place of one line, to its end if it goes on below. GitHub shows a finding beside a change only if all lines of the finding
// are in it, and what is gone from a message would be all of the message.
func (p Place) firstLine() Place {
	if p.EndLine > p.Line {
		p.EndLine, p.EndColumn = p.Line, 0
	}
	return p
}

// Related is another place that a finding speaks of.
type Related struct {
	Place
	Message string `json:"message"`
}

// Change is what the gate knows of a finding beyond its place.
type Change struct {
	Subject  string // full name of what changed
	Event    string // full name of the event or projection whose contract it is; may be empty
	Baseline string // what it was compared with, e.g., git:origin/main
	Was      Place  // in the baseline; Path is empty: nowhere
	From, To string // the two states
	Effect   *compat.Effect
	Entry    *accept.Entry // would accept it; nil: nothing can
}

// Acceptance says who answers for a finding.
type Acceptance struct {
	Reason, Owner string
	Expires       time.Time // a day
	Place         Place     // of the entry
}

// Diagnostics returns the findings of lint and generate.
func Diagnostics(ds schema.Diagnostics) []Finding {
	var found []Finding
	for _, d := range ds {
		f := Finding{
			Rule: d.ID, Severity: d.Severity, Place: span(d.Pos.Path, d.Pos, d.End), Message: d.Message, Help: d.Help,
		}
		for _, r := range d.Related {
			f.Related = append(f.Related, Related{span(r.Pos.Path, r.Pos, schema.Position{}), r.Message})
		}
		found = append(found, f)
	}
	return found
}

// Open returns the findings of the gate that nobody answers for.
func Open(changes []compat.Finding) []Finding {
	var found []Finding
	for _, c := range changes {
		found = append(found, ofChange(c))
	}
	return found
}

// Accepted returns the findings of the gate that somebody answers for.
func Accepted(changes []accept.Accepted) []Finding {
	var found []Finding
	for _, c := range changes {
		f := ofChange(c.Finding)
		e := c.Entry
		f.Accepted = &Acceptance{e.Reason, e.Owner, e.Expires, span(e.Pos.Path, e.Pos, schema.Position{})}
		found = append(found, f)
	}
	return found
}

func ofChange(c compat.Finding) Finding {
	f := Finding{
		Rule: c.Rule, Severity: c.Severity, Place: span(c.New.File, c.New.Start, c.New.End), Message: c.Message, Help: c.Help,
		Change: &Change{
			Subject: c.Subject, Event: c.Event, Baseline: c.Baseline, Was: span(c.Old.File, c.Old.Start, c.Old.End),
			From: c.From, To: c.To, Effect: c.Effect,
		},
	}
	if e, ok := accept.EntryFor(c); ok {
		f.Change.Entry = &e
	}
	return f
}

func span(path string, start, end schema.Position) Place {
	return Place{path, start.Line, start.Column, end.Line, end.Column}
}

// Settle gives findings without a line in the sources, e.g., that an event is gone, one for services that show findings beside a change: the line where
// it was, in the file that had it, which is next to what is gone unless more has changed. Former returns the path of that file, and how many lines
// it has; none: there is no such file any more.
func Settle(found []Finding, former func(*Change) (path string, lines int)) {
	for i := range found {
		f := &found[i]
		if f.Line > 0 || f.Change == nil || f.Change.Was.Path == "" {
			continue
		}
		if path, lines := former(f.Change); lines > 0 && (f.Path == "" || f.Path == path) {
			f.Place = Place{Path: path, Line: min(max(1, f.Change.Was.Line), lines)}
		}
	}
}

// Relocate replaces the paths of the sources and of accept files, e.g., import paths by names of files. Places in the baseline stay: a function that knows
// the sources does not know where those are.
func Relocate(found []Finding, path func(string) string) {
	for i := range found {
		f := &found[i]
		f.Path = relocated(f.Path, path)
		for j := range f.Related {
			f.Related[j].Path = relocated(f.Related[j].Path, path)
		}
		if f.Accepted != nil {
			f.Accepted.Place.Path = relocated(f.Accepted.Place.Path, path)
		}
	}
}

func relocated(old string, path func(string) string) string {
	if old == "" {
		return ""
	}
	return path(old)
}
