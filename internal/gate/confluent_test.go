package gate_test

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/gate"
	_ "github.com/evgen-dev/evgen/internal/golden"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/buf"
	"github.com/evgen-dev/evgen/schema/contract"
	"github.com/evgen-dev/evgen/schema/source"
)

// files are texts of proto files by path, without their first line.
type files map[string]string

func stateOf(t *testing.T, fs files, events ...contract.Event) *gate.State {
	t.Helper()
	tree := fstest.MapFS{}
	for path, text := range fs {
		tree[path] = &fstest.MapFile{Data: []byte("syntax = \"proto3\";\n" + text)}
	}
	side := &gate.Trees{Label: "a tree", Roots: []source.Tree{{Dir: "proto", FS: tree}}}
	state, err := side.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	state.Contract.Events = events
	return state
}

// lines returns what the profile of Confluent's registry finds, e.g., "FIELD_KIND_CHANGED shop.v1.Order.id".
func lines(old, now *gate.State) []string {
	var got []string
	for _, f := range gate.JudgeAs("confluent", old, now, buf.Module{}) {
		got = append(got, f.Rule+" "+f.Subject)
	}
	return got
}

func TestIncompatibleDifferencesAreFindings(t *testing.T) {
	t.Parallel()
	old := stateOf(t, files{"order.proto": "package shop.v1; message Order { int32 count = 1; oneof o { string note = 2; } string gone = 3; }"})
	now := stateOf(t, files{"order.proto": "package shop.v1; message Order { oneof p { bool note = 2; } float count = 1; }"})
	finding := func(f compat.Finding, old, now int32) compat.Finding {
		f.Rule, f.Severity, f.Baseline = "FIELD_SCALAR_KIND_CHANGED", schema.Error, "a tree"
		f.Old = compat.Place{File: "order.proto", Element: []int32{4, 0, 2, old}}
		f.New = compat.Place{File: "order.proto", Element: []int32{4, 0, 2, now}}
		return f
	}
	count := finding(compat.Finding{
		Subject: "shop.v1.Order.count", From: "int32", To: "float",
		Message: "type of field shop.v1.Order.count is float, was int32, which is written differently",
	}, 0, 1)
	note := finding(compat.Finding{
		Subject: "shop.v1.Order.note", From: "string", To: "bool",
		Message: "type of field shop.v1.Order.note is bool, was string, which is written differently",
	}, 1, 0)
	for profile, want := range map[string][]compat.Finding{"confluent": {count, note}, "confluent-8.3": {count}} {
		if diff := cmp.Diff(want, gate.JudgeAs(profile, old, now, buf.Module{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", profile, diff)
		}
	}
}

func TestADifferenceOfAnImportedTypeIsFoundOnce(t *testing.T) {
	t.Parallel()
	tree := func(units string) *gate.State {
		return stateOf(t, files{
			"a.proto":     `package shop.v1; import "money.proto"; message A { Money price = 1; }`,
			"b.proto":     `package shop.v1; import "money.proto"; message B { Money price = 1; }`,
			"money.proto": `package shop.v1; message Money { ` + units + ` units = 1; }`,
		})
	}
	want := []string{"FIELD_NAMED_TYPE_CHANGED shop.v1.A.price", "FIELD_NAMED_TYPE_CHANGED shop.v1.B.price", "FIELD_SCALAR_KIND_CHANGED shop.v1.Money.units"}
	if diff := cmp.Diff(want, lines(tree("int64"), tree("double"))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAFileIsComparedWithTheOneThatItHasMovedTo(t *testing.T) {
	t.Parallel()
	old := stateOf(t, files{"order.proto": "package shop.v1; message Order { int32 a = 1; } message Line {}"})
	now := stateOf(t, files{"orders.proto": "package shop.v1; message Added {} message Order { string a = 1; }"})
	want := []string{"FIELD_SCALAR_KIND_CHANGED shop.v1.Order.a", "MESSAGE_REMOVED shop.v1.Line"}
	if diff := cmp.Diff(want, lines(old, now)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAFileThatIsGoneIsNoPass(t *testing.T) {
	t.Parallel()
	old := stateOf(t, files{
		"a.proto": "package shop.v1; message A {}", "b.proto": "package shop.v1; message B {} message C {}",
		"enum.proto": "package shop.v1; enum E { ZERO = 0; }", "services.proto": "package shop.v1; service S {}",
	})
	now := stateOf(t, files{"a.proto": "package shop.v1; message A {}", "new.proto": "package shop.v1; message C {}"})
	if diff := cmp.Diff([]string{"SCHEMA_GONE shop.v1.B"}, lines(old, now)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestASubjectIsCheckedInTheDirectionsOfItsEvents(t *testing.T) {
	t.Parallel()
	event := func(level string) contract.Event {
		return contract.Event{Name: "shop.v1.Order", File: "order.proto", Compatibility: level}
	}
	added, removed := "MESSAGE_REMOVED shop.v1.Added", "MESSAGE_REMOVED shop.v1.Removed"
	for level, want := range map[string][]string{
		"UNCHECKED": nil, "BACKWARD": {removed}, "BACKWARD_TRANSITIVE": {removed}, "FORWARD": {added}, "FULL": {removed, added},
	} {
		old := stateOf(t, files{"order.proto": "package shop.v1; message Order {} message Removed {}"}, event(level))
		now := stateOf(t, files{"order.proto": "package shop.v1; message Order {} message Added {}"}, event(level))
		if diff := cmp.Diff(want, lines(old, now)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", level, diff)
		}
	}
}

func TestSidesWithoutContractsAreCheckedBackward(t *testing.T) {
	t.Parallel()
	old := stateOf(t, files{"order.proto": "package shop.v1; message Order {} message Removed {}"})
	now := stateOf(t, files{"order.proto": "package shop.v1; message Order {} message Added {}"})
	old.Contract, now.Contract = nil, nil
	if diff := cmp.Diff([]string{"MESSAGE_REMOVED shop.v1.Removed"}, lines(old, now)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
