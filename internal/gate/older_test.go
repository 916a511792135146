package gate_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/gate"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/contract"
)

// TestAnOlderVersionIsJudgedByTheLevelOfTheLatest has a version without a contract of its own.
func TestAnOlderVersionIsJudgedByTheLevelOfTheLatest(t *testing.T) {
	t.Parallel()
	old := annotated(t, map[string]string{"a.proto": event("A", "BACKWARD", "int32 count = 2;")})
	latest := annotated(t, map[string]string{"a.proto": event("A", "FULL_TRANSITIVE", "")})
	now := annotated(t, map[string]string{"a.proto": event("A", "UNCHECKED", "int64 count = 2;")})
	old.Contract = nil
	for _, c := range []struct {
		contract *contract.Set
		want     []string
	}{
		{latest.Contract, []string{"FIELD_TYPE_CHANGED shop.v1.A.count"}},
		{nil, nil},
	} {
		latest.Contract = c.contract
		if diff := cmp.Diff(c.want, shown(gate.JudgeOlder(old, latest, now, gate.Terms{Event: "shop.v1.A"}))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// TestARenamedEventDoesNotLowerItsOwnBar is about one event, as for a subject of the registry.
func TestARenamedEventDoesNotLowerItsOwnBar(t *testing.T) {
	t.Parallel()
	old := annotated(t, map[string]string{"a.proto": event("Old", "FULL", "int32 a = 2;")})
	now := annotated(t, map[string]string{"a.proto": event("New", "UNCHECKED", "int64 a = 2;")})
	terms := gate.Terms{Event: "shop.v1.New", Renames: []compat.Rename{{Was: "shop.v1.Old", Now: "shop.v1.New"}}}
	if diff := cmp.Diff([]string{"FIELD_TYPE_CHANGED shop.v1.New.a"}, shown(gate.JudgeOlder(old, old, now, terms))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestAnOlderVersionTellsWhatTheLatestCannot has versions in which a number is free, and those in which it was not.
func TestAnOlderVersionTellsWhatTheLatestCannot(t *testing.T) {
	t.Parallel()
	const level = "FULL_TRANSITIVE"
	for name, c := range map[string]struct {
		old, latest, now string
		want             []string
	}{
		"a reserved number comes back":            {"reserved 4;", "", "double note = 4;", []string{"NUMBER_REUSED_ON_LOG shop.v1.A.note"}},
		"a number comes back with another type":   {"string note = 4;", "", "double note = 4;", []string{"FIELD_TYPE_CHANGED shop.v1.A.note"}},
		"a type changes again":                    {"string note = 4;", "bytes note = 4;", "double note = 4;", []string{"FIELD_TYPE_CHANGED shop.v1.A.note"}},
		"a deprecated field is removed":           {"string note = 4;", "string note = 4 [deprecated = true];", `reserved 4; reserved "note";`, nil},
		"a field is removed":                      {"string note = 4;", "string note = 4;", "", nil},
		"it was removed before":                   {"string note = 4;", "", "", nil},
		"a reservation was removed":               {"reserved 4;", "", "", nil},
		"a type was changed":                      {"string note = 4;", "double note = 4;", "double note = 4;", nil},
		"and has another name now":                {"string note = 4;", "double note = 4;", "double remark = 4;", []string{"warning FIELD_RENAMED shop.v1.A.remark"}},
		"a number was used again":                 {"reserved 4;", "double note = 4;", "double note = 4;", nil},
		"a oneof was widened, and another one is": {"oneof o { string a = 4; }", "oneof o { string a = 4; string b = 5; }", "oneof o { string a = 4; string b = 5; string c = 6; }", []string{"ONEOF_WIDENED shop.v1.A.c"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			side := func(fields string) *gate.State {
				return annotated(t, map[string]string{"a.proto": event("A", level, fields)})
			}
			got := shown(gate.JudgeOlder(side(c.old), side(c.latest), side(c.now), gate.Terms{Event: "shop.v1.A"}))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestAnOlderVersionCountsInFullWithoutTheLatest holds where the latest version does not compile.
func TestAnOlderVersionCountsInFullWithoutTheLatest(t *testing.T) {
	t.Parallel()
	old := annotated(t, map[string]string{"a.proto": event("A", "FULL_TRANSITIVE", "string note = 4;")})
	now := annotated(t, map[string]string{"a.proto": event("A", "FULL_TRANSITIVE", "")})
	if diff := cmp.Diff([]string{"FIELD_REMOVED shop.v1.A.note"}, shown(gate.JudgeOlder(old, &gate.State{}, now, gate.Terms{Event: "shop.v1.A"}))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
