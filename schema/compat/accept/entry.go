package accept

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
)

// Entry accepts one change.
type Entry struct {
	Rule, Subject string    // of the finding
	From, To      string    // its fingerprints
	Reason        string    // why nobody is harmed
	Owner         string    // whom to ask
	Expires       time.Time // the last day on which it holds, as midnight UTC
	Pos           schema.Position
}

// change is what an entry accepts. It says nothing of a baseline.
type change struct{ rule, subject, from, to string }

func (e Entry) change() change { return change{e.Rule, e.Subject, e.From, e.To} }

func changeOf(f compat.Finding) change {
	from, to := f.Fingerprints()
	return change{f.Rule, f.Subject, from, to}
}

// EntryFor returns the entry that would accept a finding, but for what only people know: reason, owner and expiry. There is none for a
// finding without states: it says that something could not be compared, and nobody can answer for a change that nobody has seen.
func EntryFor(f compat.Finding) (e Entry, ok bool) {
	if f.Subject == "" || f.From == "" && f.To == "" {
		return Entry{}, false
	}
	c := changeOf(f)
	return Entry{Rule: c.rule, Subject: c.subject, From: c.from, To: c.to}, true
}

// What stands in place of what only people know, until somebody writes it.
const (
	unsaidReason  = "<why nobody is harmed>"
	unsaidOwner   = "<whom to ask>"
	unsaidExpires = "<YYYY-MM-DD within a year>"
)

// String returns the entry as it stands in a file, over several lines. What it lacks is a placeholder, which [Read] asks to replace.
func (e Entry) String() string {
	return fmt.Sprintf("  - rule: %s\n    subject: %s\n    from: %s\n    to: %s\n    reason: %s\n    owner: %s\n    expires: %s\n", e.scalars()...)
}

// Line returns the entry in one line, as an element of the list in a file.
func (e Entry) Line() string {
	return fmt.Sprintf("- {rule: %s, subject: %s, from: %s, to: %s, reason: %s, owner: %s, expires: %s}", e.scalars()...)
}

// scalars are the values of an entry in YAML, in the order of a file.
func (e Entry) scalars() []any {
	expires := unsaidExpires
	if !e.Expires.IsZero() {
		expires = e.Expires.Format(time.DateOnly)
	}
	return []any{
		scalar(e.Rule), scalar(e.Subject), quoted(e.From), quoted(e.To), orUnsaid(e.Reason, unsaidReason), orUnsaid(e.Owner, unsaidOwner), expires,
	}
}

func orUnsaid(s, placeholder string) string {
	if s == "" {
		return placeholder
	}
	return quoted(s)
}

// plain are texts that YAML reads as such without quotes, whatever stands around them.
var plain = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*$`)

// scalar returns a text in YAML; rules and full names need no quotes.
func scalar(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
		return quoted(s)
	}
	if plain.MatchString(s) {
		return s
	}
	return quoted(s)
}

// quoted returns a text in double quotes, the JSON form of which is YAML, too. A fingerprint needs them: 123456789e12 would be a number.
func quoted(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return `""` // no string fails to encode
	}
	return strings.TrimSuffix(b.String(), "\n")
}
