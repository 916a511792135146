package compat_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/evgen-dev/evgen/schema/compat"
)

func TestWhatIsNotWrittenStandsForWhatIsAroundIt(t *testing.T) {
	t.Parallel()
	for name, chain := range map[string][][]int32{
		"file":                    {{}},
		"package":                 {{2}, {}},
		"option of a file":        {{8, 11}, {}},
		"type in a message":       {{4, 0, 3, 1, 2, 5, 6}, {4, 0, 3, 1, 2, 5}, {4, 0, 3, 1}, {4, 0}, {}},
		"option of a field":       {{4, 0, 2, 1, 8, 6}, {4, 0, 2, 1}, {4, 0}, {}},
		"feature of a language":   {{4, 0, 2, 1, 8, 21, 1001, 2}, {4, 0, 2, 1, 8, 21, 1001}, {4, 0, 2, 1, 8, 21}, {4, 0, 2, 1}, {4, 0}, {}},
		"number of an enum value": {{4, 3, 4, 2, 2, 1, 2}, {4, 3, 4, 2, 2, 1}, {4, 3, 4, 2}, {4, 3}, {}},
		"option of a method":      {{6, 0, 2, 1, 4, 34}, {6, 0, 2, 1}, {6, 0}, {}},
		"extension":               {{7, 1, 10}, {7, 1}, {}},
	} {
		got := chain[:1]
		for len(got[len(got)-1]) > 0 {
			got = append(got, compat.Enclosing(got[len(got)-1]))
		}
		if diff := cmp.Diff(chain, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
