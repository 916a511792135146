package accept

import (
	"fmt"
	"time"

	"github.com/evgen-dev/evgen/internal/nearest"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
)

// Outcome is what a file makes of findings.
type Outcome struct {
	Open     []compat.Finding // nobody answers for them
	Accepted []Accepted
	Problems schema.Diagnostics // of entries, with their positions in the file
}

// Accepted is a finding that somebody answers for.
type Accepted struct {
	compat.Finding
	Entry Entry
}

// Apply tells accepted findings from open ones, each in the order of findings. An entry holds through the end of its last day in UTC.
//
// An entry of a change that is here, but that has expired, is an error, and the finding is open again. An entry that accepts nothing is a
// warning, expired or not: it harms nobody, and a build that breaks at midnight over a line to clean up does. An entry that expires
// more than a year from now is an error, since it would outlive those who remember why.
func (f *File) Apply(findings []compat.Finding, now time.Time) Outcome {
	a := newApplication(f.Entries, now)
	for _, finding := range findings {
		a.take(finding)
	}
	for _, u := range a.uses {
		a.report(u)
	}
	a.Problems = a.Problems.Sorted()
	return a.Outcome
}

type application struct {
	Outcome
	today     time.Time // midnight UTC
	byChange  map[change]*use
	bySubject map[[2]string][]*use // by rule and subject
	uses      []*use
}

// use is what became of an entry.
type use struct {
	Entry
	accepts bool            // it fits a change that is here
	unseen  bool            // its rule and subject have a finding that no entry can accept
	other   *compat.Finding // the change of its rule and subject, from another state or to another
}

func newApplication(entries []Entry, now time.Time) *application {
	year, month, day := now.UTC().Date()
	a := &application{
		today:     time.Date(year, month, day, 0, 0, 0, 0, time.UTC),
		byChange:  map[change]*use{},
		bySubject: map[[2]string][]*use{},
	}
	for _, e := range entries {
		u := &use{Entry: e}
		a.uses = append(a.uses, u)
		a.byChange[e.change()] = u
		subject := [2]string{e.Rule, e.Subject}
		a.bySubject[subject] = append(a.bySubject[subject], u)
	}
	return a
}

// take puts a finding where it belongs.
func (a *application) take(f compat.Finding) {
	related := a.bySubject[[2]string{f.Rule, f.Subject}]
	if _, ok := EntryFor(f); !ok {
		for _, u := range related {
			u.unseen = true
		}
		a.Open = append(a.Open, f)
		return
	}
	u := a.byChange[changeOf(f)]
	if u == nil {
		for _, u := range related {
			u.other = &f
		}
		a.Open = append(a.Open, f)
		return
	}
	u.accepts = true
	if a.expired(u) {
		a.Open = append(a.Open, f)
		return
	}
	a.Accepted = append(a.Accepted, Accepted{f, u.Entry})
}

func (a *application) expired(u *use) bool { return u.Expires.Before(a.today) }

// report says what is wrong with an entry.
func (a *application) report(u *use) {
	name := u.Rule + " of " + u.Subject
	expires := u.Expires.Format(time.DateOnly)
	switch {
	case u.accepts && a.expired(u):
		a.problem(u, expired, fmt.Sprintf("the entry for %s has expired on %s", name, expires),
			fmt.Sprintf("%s knows whether it still holds", u.Owner))
	case u.accepts && u.Expires.After(a.today.AddDate(1, 0, 0)):
		a.problem(u, tooLong, fmt.Sprintf("the entry for %s expires on %s, more than a year from now", name, expires),
			"let it expire within a year, and renew it then if need be")
	case u.accepts:
	case u.unseen:
		a.problem(u, unused, fmt.Sprintf("the entry for %s accepts nothing: this could not be compared, and nobody can accept what nobody has seen", name), "")
	case u.other != nil:
		e, _ := EntryFor(*u.other)
		a.problem(u, unused, fmt.Sprintf("the entry for %s accepts nothing: the change is another one now, from %s to %s",
			name, e.From, e.To), "judge it anew, then write its fingerprints")
	default:
		a.problem(u, unused, fmt.Sprintf("the entry for %s accepts nothing: there is no such change", name), a.instead(u))
	}
}

// instead returns what to do about an entry without a change: it is spent, unless its rule or subject is a slip of the keyboard. Fingerprints that fit
// tell that for sure.
func (a *application) instead(u *use) string {
	var rules, subjects []string
	for _, f := range a.Open {
		e, ok := EntryFor(f)
		switch {
		case !ok:
		case e.From == u.From && e.To == u.To:
			return fmt.Sprintf("did you mean %s of %s?", e.Rule, e.Subject)
		case e.Subject == u.Subject:
			rules = append(rules, e.Rule)
		case e.Rule == u.Rule:
			subjects = append(subjects, e.Subject)
		}
	}
	if near := nearest.Of(u.Rule, rules); near != "" {
		return fmt.Sprintf("did you mean %s? If not, remove it", near)
	}
	if near := nearest.Of(u.Subject, subjects); near != "" {
		return fmt.Sprintf("did you mean %s? If not, remove it", near)
	}
	return "remove it"
}

func (a *application) problem(u *use, rule compat.Rule, message, help string) {
	severity, _ := rule.Severity.Judge(compat.LevelNone, rule.Breaks)
	a.Problems = append(a.Problems, schema.Diagnostic{
		ID: rule.ID, Severity: severity, Pos: u.Pos, Message: message, Help: help,
	})
}
