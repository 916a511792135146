package confluent_test

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/schema/compat/confluent"
)

// A sharedCase is one of the changes that all profiles are measured by.
type sharedCase struct {
	ID       string            `json:"id"`
	Before   map[string]string `json:"before"`
	After    map[string]string `json:"after"`
	Verdicts struct {
		Confluent   [2]string `json:"conf"`                  // backward and forward, "X" or "."
		Differences []string  `json:"confluent_differences"` // backward, those included that are compatible
	} `json:"verdicts"`
}

func sharedCases(t *testing.T) []sharedCase {
	t.Helper()
	raw, err := os.ReadFile("../../../testdata/compat/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []sharedCase `json:"cases"`
	}
	if err := json.Unmarshal(raw, &file); err != nil || len(file.Cases) == 0 {
		t.Fatalf("read cases: %v", err)
	}
	return file.Cases
}

// TestTheSharedCasesAreJudgedAsMeasured compares without order: a registry has none among messages.
func TestTheSharedCasesAreJudgedAsMeasured(t *testing.T) {
	t.Parallel()
	for _, c := range sharedCases(t) {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			before, after := compile(t, c.Before, "schema.proto"), compile(t, c.After, "schema.proto")
			backward, forward := confluent.Latest.Compare(before, after), confluent.Latest.Compare(after, before)
			want := slices.Sorted(slices.Values(c.Verdicts.Differences))
			if diff := cmp.Diff(want, slices.Sorted(slices.Values(texts(backward)))); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
			if got := [2]string{verdict(backward), verdict(forward)}; got != c.Verdicts.Confluent {
				t.Errorf("verdicts are %v, want %v", got, c.Verdicts.Confluent)
			}
		})
	}
}

func verdict(ds []confluent.Difference) string {
	if isCompatible(ds) {
		return "."
	}
	return "X"
}
