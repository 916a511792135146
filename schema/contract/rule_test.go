package contract_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/payload"
	"github.com/evgen-dev/evgen/schema/contract"
)

// A change that nobody judges would pass the gate, so that each row of the specification has somebody, or a reason.
func TestEveryRowOfTheSpecificationHasAJudgeOrAReason(t *testing.T) {
	t.Parallel()
	rows := map[string][]string{}
	raw, err := os.ReadFile("testdata/rules.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		if id, judge, ok := strings.Cut(strings.TrimSpace(line), " "); ok && id != "#" {
			rows[judge] = append(rows[judge], id)
		}
	}
	wantSameIDs(t, "contract", rows["contract"], ids(contract.Rules()))
	wantSameIDs(t, "nobody", rows["nobody"], slices.Collect(maps.Keys(contract.Unexpressed())))
	for _, id := range rows["payload"] {
		if !slices.Contains(ids(payload.Rules()), id) {
			t.Errorf("rule %s is to be one about payloads, and is not", id)
		}
	}
}

func wantSameIDs(t *testing.T, judge string, want, got []string) {
	t.Helper()
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rules of %s (-testdata/rules.txt +code):\n%s", judge, diff)
	}
}

func ids(rules []compat.Rule) []string {
	var all []string
	for _, r := range rules {
		all = append(all, r.ID)
	}
	return all
}

func TestRulesSayWhatFollows(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, r := range contract.Rules() {
		if seen[r.ID] {
			t.Errorf("rule %s is there twice", r.ID)
		}
		seen[r.ID] = true
		for what, text := range map[string]string{
			"group": r.Group, "summary": r.Summary, "old consumer": r.OldConsumer, "new consumer": r.NewConsumer, "replay": r.Replay,
			"first step": strings.Join(r.Steps, ""),
		} {
			if text == "" {
				t.Errorf("rule %s has no %s", r.ID, what)
			}
		}
		if r.Breaks == 0 && r.Severity == compat.ByLevel {
			t.Errorf("rule %s breaks nothing, so that it never speaks", r.ID)
		}
	}
}
