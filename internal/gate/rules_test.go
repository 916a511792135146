package gate_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/gate"
	"github.com/evgen-dev/evgen/internal/golden"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/accept"
	"github.com/evgen-dev/evgen/schema/contract"
)

// TestRulesAreDocumented keeps docs/rules.md what the tables of rules say.
func TestRulesAreDocumented(t *testing.T) {
	t.Parallel()
	const file = "../../docs/rules.md"
	if golden.Update() {
		if err := os.WriteFile(file, []byte(document()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), document()); diff != "" {
		t.Errorf("%s (-file +rules): run make golden\n%s", file, diff)
	}
}

func TestNoTwoRulesHaveOneID(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range documented() {
		if seen[r.ID] {
			t.Errorf("rule %s is there twice", r.ID)
		}
		seen[r.ID] = true
	}
}

// documented are the rules that a finding of evgen's profile may have.
func documented() []compat.Rule { return slices.Concat(gate.Rules(), accept.Rules()) }

func document() string {
	var b strings.Builder
	b.WriteString(`# Rules of the gate

What ` + "`evgen check`" + ` says in its own profile, rule by rule. This page is written from the tables of rules by ` + "`make golden`" + `.

What a change breaks: **B** backward, new consumers on old data · **F** forward, old consumers on new data · **I** identity, records of one
entity no longer meet · **H** history, what a consumer that begins at the first record can learn · **S** state, what consumers have stored
no longer fits · **P** producers begin to fail. B and F are errors under a level that asks for them and warnings under the others but NONE; the
rest are errors under every level, unless the rule says otherwise.

A change that somebody answers for passes by an entry in ` + "`evgen.accept.yaml`" + `, which accepts that change alone, and for a year at most. The rules
of acceptance are about such entries.
`)
	for _, group := range groups() {
		fmt.Fprintf(&b, "\n## %s\n", strings.ToUpper(group[:1])+group[1:])
		for _, r := range documented() {
			if r.Group == group {
				describe(&b, r)
			}
		}
	}
	return b.String()
}

// groups returns the groups of rules, each once.
func groups() []string {
	var all []string
	for _, r := range documented() {
		if !slices.Contains(all, r.Group) {
			all = append(all, r.Group)
		}
	}
	return all
}

func describe(b *strings.Builder, r compat.Rule) {
	fmt.Fprintf(b, "\n### %s\n\n%s\n", r.ID, r.Summary)
	if r.OldConsumer == "" {
		return
	}
	fmt.Fprintf(b, "\n- breaks: %s%s\n", r.Breaks, always(r))
	fmt.Fprintf(b, "- old consumer, new producer: %s\n- new consumer, old producer: %s\n- replay: %s\n",
		outcome(r.OldConsumer), outcome(r.NewConsumer), outcome(r.Replay))
	fmt.Fprintf(b, "- deploy:\n")
	for i, step := range r.Steps {
		fmt.Fprintf(b, "  %d. %s\n", i+1, step)
	}
}

func outcome(text string) string {
	if text == "none" {
		return "nothing changes"
	}
	return text
}

func always(r compat.Rule) string {
	if r.Severity == compat.ByLevel {
		return ""
	}
	if s, _ := r.Severity.Judge(compat.LevelNone, r.Breaks); s == schema.Error {
		return ", always an error"
	}
	return ", a warning"
}

func TestWhatCannotBeExpressedHasNoRule(t *testing.T) {
	t.Parallel()
	for _, r := range gate.Rules() {
		if reason, ok := contract.Unexpressed()[r.ID]; ok {
			t.Errorf("%s is a rule, and %s", r.ID, reason)
		}
	}
}
