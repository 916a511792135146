package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/evgen-dev/evgen/internal/registration"
)

// askCheck is where to learn more about a refusal.
const askCheck = "evgen check --against registry says what it breaks, and for whom"

// tell prints what became of one subject.
func (job *enrolment) tell(s registration.Step) {
	if job.format == "json" {
		job.tellJSON(s)
		return
	}
	job.tellAction(s)
	if s.SetsLevel {
		was := ""
		if s.LevelWas != nil {
			was = ", was " + s.LevelWas.String()
		}
		fmt.Fprintf(job.stdout, "%sset: level of %s is %s%s\n", job.would(), s.Subject, s.Level, was)
	}
}

// tellAction leaves out what stays as it is, unless it was asked for.
func (job *enrolment) tellAction(s registration.Step) {
	switch s.Action {
	case registration.Refused:
		job.tellRefusal(s)
	case registration.Registered:
		fmt.Fprintf(job.stdout, "%sregistered: %s%s\n", job.would(), s.Subject, version(s))
	case registration.Unanswered:
		fmt.Fprintf(job.stdout, "could not be asked: %s: %s\n", s.Subject, s.Unasked)
	case registration.Withheld:
		fmt.Fprintf(job.stdout, "not registered: %s, since not all would be taken\n", s.Subject)
	case registration.Unchanged:
		if job.verbose {
			fmt.Fprintf(job.stdout, "unchanged: %s%s\n", s.Subject, version(s))
		}
	}
}

func (job *enrolment) tellRefusal(s registration.Step) {
	by := ""
	if s.Unasked != "" {
		by = " by the rules of Confluent's registry, for the registry could not be asked: " + s.Unasked
	}
	fmt.Fprintf(job.stdout, "%srefused: %s%s\n", job.would(), s.Subject, by)
	if len(s.Reasons) == 0 {
		fmt.Fprintln(job.stdout, "    the registry gives no reason")
	}
	for _, reason := range s.Reasons {
		fmt.Fprintln(job.stdout, "    "+reason)
	}
	fmt.Fprintln(job.stdout, "    "+askCheck)
}

func (job *enrolment) would() string {
	if job.dryRun {
		return "would be "
	}
	return ""
}

func version(s registration.Step) string {
	if s.Version == 0 {
		return ""
	}
	return fmt.Sprintf(" as version %d, id %d", s.Version, s.ID)
}

// jsonStep is one line of JSON. It only grows: programs read it.
type jsonStep struct {
	DryRun   bool     `json:"dry_run,omitempty"`
	Subject  string   `json:"subject"`
	Action   string   `json:"action"` // unchanged, registered, refused, unanswered, withheld
	File     string   `json:"file"`
	Event    string   `json:"event,omitempty"`
	Version  int      `json:"version,omitempty"`
	ID       uint32   `json:"id,omitempty"`
	Unasked  string   `json:"unasked,omitempty"` // why the registry was not asked
	Reasons  []string `json:"reasons,omitempty"`
	Level    string   `json:"level,omitempty"` // that is set
	LevelWas string   `json:"level_was,omitempty"`
}

func (job *enrolment) tellJSON(s registration.Step) {
	line := jsonStep{
		DryRun: job.dryRun, Subject: s.Subject, Action: s.Action.String(), File: s.File, Event: s.Event,
		Version: s.Version, ID: s.ID, Unasked: s.Unasked, Reasons: s.Reasons,
	}
	if s.SetsLevel {
		line.Level = s.Level.String()
	}
	if s.LevelWas != nil {
		line.LevelWas = s.LevelWas.String()
	}
	enc := json.NewEncoder(job.stdout)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(line) // as with text, whoever reads no more has enough
}

// conclude sums up, and decides.
func (job *enrolment) conclude(steps []registration.Step) error {
	changed, count := 0, map[registration.Action]int{}
	for _, s := range steps {
		count[s.Action]++
		if s.Changes() {
			changed++
		}
	}
	if !job.quiet {
		job.summarize(job.stderr, len(steps), changed, count)
	}
	switch {
	case count[registration.Refused] > 0:
		return exit(exitFindings, nil)
	case job.exitCode && changed > 0:
		return exit(exitOutOfDate, nil)
	}
	return nil
}

func (job *enrolment) summarize(w io.Writer, subjects, changed int, count map[registration.Action]int) {
	form := "%s, %d changed, %d refused"
	if job.dryRun {
		form = "%s, %d would change, %d would be refused"
	}
	fmt.Fprintf(w, form, plural(subjects, "subject"), changed, count[registration.Refused])
	if n := count[registration.Unanswered]; n > 0 {
		fmt.Fprintf(w, ", %d could not be asked", n)
	}
	fmt.Fprintln(w)
}
