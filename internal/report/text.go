package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
)

// renderText writes for a person who reads the log of a failed build: a line that says all, in the form that editors link, then what to know before
// one decides, the other side's position first and the way out last.
func renderText(w io.Writer, found []Finding, _ Tool) error {
	var b strings.Builder
	for _, f := range found {
		b.WriteString(f.headline() + "\n")
		for _, line := range f.details() {
			b.WriteString("    " + line + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// headline returns path:line:col: ID: message (help), with what the place lacks left out.
func (f Finding) headline() string {
	at := ""
	if f.Path != "" {
		at = f.position() + ": "
	}
	return at + f.mark() + f.Rule + ": " + f.sentence()
}

// mark tells what is no error.
func (f Finding) mark() string {
	switch {
	case f.Accepted != nil:
		return "accepted: "
	case f.Severity == schema.Warning:
		return "warning: "
	}
	return ""
}

// sentence returns message (help).
func (f Finding) sentence() string {
	if f.Help == "" {
		return printable(f.Message)
	}
	return printable(f.Message) + " (" + printable(f.Help) + ")"
}

// position returns path:line:col, or what of it is known.
func (p Place) position() string {
	if p.Line == 0 {
		return printable(p.Path)
	}
	return fmt.Sprintf("%s:%d:%d", printable(p.Path), p.Line, p.Column)
}

// details returns the lines below the headline.
func (f Finding) details() []string {
	var lines []string
	for _, r := range f.Related {
		lines = append(lines, r.position()+": "+printable(r.Message))
	}
	if a := f.Accepted; a != nil {
		return append(lines, a.String())
	}
	if f.Change == nil {
		return lines
	}
	lines = append(lines, f.Change.was()...)
	lines = append(lines, f.Change.consequences()...)
	if f.acceptable() {
		lines = append(lines, "accept with: "+printable(f.Change.Entry.Line()))
	}
	return lines
}

// acceptable says whether it takes an entry to let a finding pass, and there is one.
func (f Finding) acceptable() bool {
	return f.Change != nil && f.Change.Entry != nil && f.Severity == schema.Error
}

// String returns who answers for a finding, and until when.
func (a Acceptance) String() string {
	return fmt.Sprintf("%s answers for it until %s: %s (%s)",
		printable(a.Owner), a.Expires.Format(time.DateOnly), printable(a.Reason), a.Place.position())
}

// was says where the baseline has the thing.
func (c *Change) was() []string {
	switch {
	case c.Was.Path != "" && c.Baseline != "":
		return []string{"was at " + printable(c.Baseline) + ": " + c.Was.position()}
	case c.Was.Path != "":
		return []string{"was at " + c.Was.position()}
	case c.Baseline != "":
		return []string{"compared with " + printable(c.Baseline)}
	}
	return nil
}

// consequences says whom a change concerns, and how.
func (c *Change) consequences() []string {
	var lines []string
	if event := c.bystander(); event != "" {
		lines = append(lines, "event: "+event)
	}
	return append(lines, effectLines(c.Effect)...)
}

// bystander returns the event that a change of something else concerns, such as one of a message that several events have; empty: the name of
// what changed begins with that of the event.
func (c *Change) bystander() string {
	if c.Event == "" || c.Subject == c.Event || strings.HasPrefix(c.Subject, c.Event+".") {
		return ""
	}
	return printable(c.Event)
}

// effectLines says what those who share the event experience, and how to deploy the change.
func effectLines(e *compat.Effect) []string {
	if e == nil {
		return nil
	}
	var lines []string
	if words := breakWords(e.Breaks); len(words) > 0 {
		lines = append(lines, "breaks: "+strings.Join(words, ", "))
	}
	for _, o := range outcomes(e) {
		lines = append(lines, o.label+": "+printable(o.text))
	}
	for i, step := range e.Steps {
		switch {
		case len(e.Steps) == 1:
			lines = append(lines, "deploy: "+printable(step))
		case i == 0:
			lines = append(lines, "deploy: 1. "+printable(step))
		default:
			lines = append(lines, fmt.Sprintf("%9d. %s", i+1, printable(step)))
		}
	}
	return lines
}

// outcome is what one of those who share an event experiences.
type outcome struct{ label, text string }

func outcomes(e *compat.Effect) []outcome {
	var known []outcome
	for _, o := range [...]outcome{
		{"old consumer, new producer", e.OldConsumer},
		{"new consumer, old producer", e.NewConsumer},
		{"replay", e.Replay},
	} {
		switch o.text {
		case "":
		case "none":
			known = append(known, outcome{o.label, "nothing changes"})
		default:
			known = append(known, o)
		}
	}
	return known
}

// breakWords returns what breaks in words: the letters of the tables say nothing to somebody who reads a log.
func breakWords(b compat.Breaks) []string {
	var words []string
	for _, w := range [...]struct {
		way  compat.Breaks
		word string
	}{
		{compat.Backward, "backward"}, {compat.Forward, "forward"}, {compat.Identity, "identity"},
		{compat.History, "history"}, {compat.State, "state"}, {compat.Producing, "producers"},
	} {
		if b&w.way != 0 {
			words = append(words, w.word)
		}
	}
	return words
}

// printable returns s as one line without what would move the cursor, hide text or turn its direction: names and messages come from files that
// anybody may have written.
func printable(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		case unicode.IsGraphic(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		s = s[size:]
	}
	return b.String()
}
