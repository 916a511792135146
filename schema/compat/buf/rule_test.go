package buf_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/schema/compat/buf"
)

func TestRulesAreThoseOfBuf(t *testing.T) {
	t.Parallel()
	got, want := map[string]string{}, map[string]string{}
	for _, r := range buf.Rules() {
		got[r.ID] = strings.Join(bufOrder(r.Categories), " ")
	}
	for _, r := range startBuf(t).rules(t) {
		if !r.Deprecated {
			want[r.ID] = strings.Join(r.Categories, " ")
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-buf +here):\n%s", diff)
	}
}

// TestEveryRuleHasACaseThatBreaksAndOneThatDoesNot also checks that the cases are what their names say.
func TestEveryRuleHasACaseThatBreaksAndOneThatDoesNot(t *testing.T) {
	t.Parallel()
	breaks, passes := map[string]bool{}, map[string]bool{}
	for _, c := range loadCorpus(t) {
		flagged := slices.ContainsFunc(strings.Split(c.want, "\n"), func(l string) bool { return slices.Contains(strings.Fields(l), c.rule) })
		switch name := filepath.Base(c.path); {
		case strings.HasPrefix(name, "breaks") && flagged:
			breaks[c.rule] = true
		case strings.HasPrefix(name, "passes") && !flagged:
			passes[c.rule] = true
		default:
			t.Errorf("%s: the name says otherwise than buf", c.name())
		}
	}
	for _, r := range buf.Rules() {
		if !breaks[r.ID] || !passes[r.ID] {
			t.Errorf("%s: has a case that breaks: %t, one that passes: %t", r.ID, breaks[r.ID], passes[r.ID])
		}
	}
}
