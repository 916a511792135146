package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/internal/gate"
	"github.com/evgen-dev/evgen/internal/report"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/accept"
)

// merge keeps the findings against one baseline. A change that was found against another before, e.g., against a newer version, is one change: it is
// kept once, as serious as it is anywhere.
func (c *comparison) merge(found []compat.Finding) {
	before := len(c.found)
	for _, f := range found {
		same := slices.IndexFunc(c.found[:before], func(g compat.Finding) bool { return sameChange(f, g) })
		switch {
		case same < 0:
			c.found = append(c.found, f)
		case f.Severity < c.found[same].Severity:
			c.found[same] = f
		}
	}
}

// sameChange says whether two findings speak of one change. Those without states say what could not be compared, and only the message tells them apart.
func sameChange(f, g compat.Finding) bool {
	return f.Rule == g.Rule && f.Subject == g.Subject && f.From == g.From && f.To == g.To &&
		f.New.File == g.New.File && slices.Equal(f.New.Element, g.New.Element) &&
		(f.From != "" || f.To != "" || f.Message == g.Message)
}

// conclude finds positions, applies evgen.accept.yaml, prints, and decides.
func (c *comparison) conclude(ctx context.Context) error {
	stale, err := c.staleLock()
	if err != nil {
		return err
	}
	outcome := c.accept.Apply(append(c.found, stale...), c.now())
	if err := c.locate(ctx, &outcome); err != nil {
		return exit(exitEnvironment, err)
	}
	slices.SortStableFunc(outcome.Open, byPlace)
	found := slices.Concat(report.Open(outcome.Open), report.Diagnostics(outcome.Problems), report.Accepted(outcome.Accepted))
	c.prefill(found)
	if err := c.printReport(c.job.stdout, found); err != nil {
		return err
	}
	if !c.quiet {
		c.summarize(outcome)
	}
	isStale := func(f compat.Finding) bool { return f.Rule == gate.LockStale }
	switch {
	case gate.HasErrors(slices.DeleteFunc(outcome.Open, isStale)), outcome.Problems.HasErrors():
		return exit(exitFindings, nil)
	case len(stale) > 0:
		return exit(exitOutOfDate, nil)
	}
	return nil
}

// locate finds the positions of findings in the project. Those in the baselines are known.
func (c *comparison) locate(ctx context.Context, o *accept.Outcome) error {
	var places []*compat.Place
	for i := range o.Open {
		places = append(places, &o.Open[i].New)
	}
	for i := range o.Accepted {
		places = append(places, &o.Accepted[i].New)
	}
	return c.current.Locate(ctx, places)
}

// byPlace is the order in which one reads: by file, then from top to bottom.
func byPlace(a, b compat.Finding) int {
	return cmp.Or(
		strings.Compare(a.New.File, b.New.File), cmp.Compare(a.New.Start.Line, b.New.Start.Line),
		cmp.Compare(a.New.Start.Column, b.New.Start.Column),
	)
}

// summarize says what was compared, and how much was found, so that a pass is not mistaken for a run that looked at nothing.
func (c *comparison) summarize(o accept.Outcome) {
	var found schema.Diagnostics
	for _, f := range o.Open {
		found = append(found, schema.Diagnostic{Severity: f.Severity})
	}
	verdict := "nothing found"
	if found = append(found, o.Problems...); len(found) > 0 {
		verdict = count(found)
	}
	if n := len(o.Accepted); n > 0 {
		verdict += fmt.Sprintf(", %d accepted", n)
	}
	what := plural(c.state.Files, "file")
	if c.job.profile == gate.Evgen {
		what = plural(len(c.state.Contract.Events), "event") + " in " + what
	}
	fmt.Fprintf(c.job.stderr, "compared %s with %s: %s\n", what, strings.Join(c.job.against, ", "), verdict)
}
