package confluent_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/confluent"
)

// order returns a schema with message shop.v1.Order, and what else is declared.
func order(t *testing.T, fields string, others ...string) confluent.Schema {
	t.Helper()
	text := fmt.Sprintf("syntax = \"proto3\"; package shop.v1; message Order { %s }\n%s", fields, strings.Join(others, "\n"))
	return compile(t, map[string]string{compared: text}, compared)
}

func TestALevelIsCheckedInItsDirections(t *testing.T) {
	t.Parallel()
	old := order(t, "int32 count = 1;", "message Gone {}")
	now := order(t, "sint32 count = 1;", "message New {}")
	backward := []string{"MESSAGE_REMOVED #/Gone", "FIELD_SCALAR_KIND_CHANGED #/Order/1"}
	forward := []string{"MESSAGE_REMOVED #/New", "FIELD_SCALAR_KIND_CHANGED #/Order/1"}
	for level, want := range map[compat.Level][]string{
		compat.LevelNone:               {},
		compat.LevelBackward:           backward,
		compat.LevelBackwardTransitive: backward,
		compat.LevelForward:            forward,
		compat.LevelForwardTransitive:  forward,
		compat.LevelFull:               slices.Concat(backward, forward),
		compat.LevelFullTransitive:     slices.Concat(backward, forward),
	} {
		got := texts(confluent.Latest.Check(level.Directions(), old, now))
		if diff := cmp.Diff(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", level, diff)
		}
	}
}

func TestADifferenceSaysWhereItIsOnBothSides(t *testing.T) {
	t.Parallel()
	old := order(t, "int32 count = 1; oneof o { string a = 2; string b = 3; }")
	now := order(t, "oneof o { string a = 2; } sint32 count = 1;")
	order := func(elements ...int32) compat.Place {
		return compat.Place{File: compared, Element: append([]int32{4, 0}, elements...)}
	}
	want := []confluent.Difference{
		{
			Type: confluent.FieldScalarKindChanged, Path: "#/Order/1", Direction: compat.Backward, Subject: "shop.v1.Order.count",
			Message: "type of field shop.v1.Order.count is sint32, was int32, which is written differently",
			Old:     order(2, 0), New: order(2, 1), From: "int32", To: "sint32",
		},
		{
			Type: confluent.OneofFieldRemoved, Path: "#/Order/o/3", Direction: compat.Backward, Subject: "shop.v1.Order.b",
			Message: "field shop.v1.Order.b is gone from oneof o",
			Old:     order(2, 2), New: order(), From: "o",
		},
		{
			Type: confluent.FieldScalarKindChanged, Path: "#/Order/1", Direction: compat.Forward, Subject: "shop.v1.Order.count",
			Message: "seen by readers of the old version, type of field shop.v1.Order.count is int32, was sint32, which is written differently",
			Old:     order(2, 0), New: order(2, 1), From: "int32", To: "sint32",
		},
	}
	if diff := cmp.Diff(want, confluent.Latest.Check(compat.Backward|compat.Forward, old, now)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestVersionsDisagreeAboutOneofs holds what is known to be judged differently. All else that the shared cases and the corpus have is judged alike.
func TestVersionsDisagreeAboutOneofs(t *testing.T) {
	t.Parallel()
	const passes, fails = ".", "X"
	for _, c := range []struct {
		name, old, new   string
		release, current string
	}{
		{"a oneof is renamed, and the scalar in it is another", "oneof o { int32 a = 1; }", "oneof p { string a = 1; }", passes, fails},
		{"a oneof is renamed, and the scalar in it is a message now", "oneof o { int32 a = 1; }", "oneof p { Order a = 1; }", passes, fails},
		{"a oneof is renamed, and one of its fields is gone", "oneof o { int32 a = 1; int32 b = 2; }", "oneof p { int32 a = 1; }", passes, fails},
		{"one field leaves a oneof that stays", "oneof o { int32 a = 1; int32 b = 2; }", "oneof o { int32 a = 1; } int32 b = 2;", fails, passes},
		{"a field moves from a oneof that stays to one that is new", "oneof o { int32 a = 1; int32 b = 2; }", "oneof o { int32 a = 1; } oneof p { int32 b = 2; }", fails, passes},
		{"two oneofs become one", "oneof o { int32 a = 1; } oneof p { int32 b = 2; }", "oneof o { int32 a = 1; int32 b = 2; }", passes, fails},
		{"a oneof is dissolved, and a scalar from it is another", "oneof o { int32 a = 1; }", "string a = 1;", passes, fails},
		{"a field moves into a new oneof, and is another scalar", "int32 a = 1;", "oneof o { string a = 1; }", passes, fails},
		{"a oneof is renamed", "oneof o { int32 a = 1; }", "oneof p { int32 a = 1; }", passes, passes},
		{"a oneof is dissolved", "oneof o { int32 a = 1; }", "int32 a = 1;", passes, passes},
		{"a oneof is gone with its fields", "oneof o { int32 a = 1; int32 b = 2; }", "", passes, passes},
		{"a field of a oneof is gone", "oneof o { int32 a = 1; int32 b = 2; }", "oneof o { int32 a = 1; }", fails, fails},
		{"two fields move into a oneof", "int32 a = 1; int32 b = 2;", "oneof o { int32 a = 1; int32 b = 2; }", fails, fails},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			old, now := order(t, c.old), order(t, c.new)
			got := [2]string{verdict(confluent.Version83.Compare(old, now)), verdict(confluent.Latest.Compare(old, now))}
			if want := [2]string{c.release, c.current}; got != want {
				t.Errorf("verdicts are %v, want %v", got, want)
			}
		})
	}
}

// TestATypeThatIsReachedInManyWaysIsComparedOnce ends: there are 2 to the power of 64 ways to the last type.
func TestATypeThatIsReachedInManyWaysIsComparedOnce(t *testing.T) {
	t.Parallel()
	const depth = 64
	schema := func(last string) confluent.Schema {
		var types strings.Builder
		types.WriteString("syntax = \"proto3\"; package types;\n")
		for i := range depth {
			fmt.Fprintf(&types, "message T%d { T%d a = 1; T%d b = 2; }\n", i, i+1, i+1)
		}
		fmt.Fprintf(&types, "message T%d { %s c = 1; }\n", depth, last)
		main := "syntax = \"proto3\"; package shop.v1; import \"types.proto\"; message Order { types.T0 t = 1; }"
		return compile(t, map[string]string{compared: main, "types.proto": types.String()}, compared)
	}
	got := confluent.Latest.Compare(schema("int32"), schema("string"))
	if want := 1 + 2*depth + 1; len(got) != want || isCompatible(got) {
		t.Errorf("%d differences, want %d: %v", len(got), want, texts(got))
	}
}

// TestTypesThatAreNotThereAreKnownByName is about those of dependencies that nobody reads.
func TestTypesThatAreNotThereAreKnownByName(t *testing.T) {
	t.Parallel()
	schema := func(field string) confluent.Schema {
		text := "syntax = \"proto3\"; package shop.v1; import \"types.proto\"; message Order { " + field + " }"
		types := "syntax = \"proto3\"; package types; message T { message U {} } message U {} enum E { ZERO = 0; }"
		return compileAlone(t, map[string]string{compared: text, "types.proto": types}, compared)
	}
	for _, c := range []struct {
		old, new string
		want     []string
	}{
		{"types.T t = 1;", "types.T t = 1;", []string{}},
		{"types.T t = 1;", "types.U t = 1;", []string{"FIELD_NAMED_TYPE_CHANGED #/Order/1"}},
		{"types.U t = 1;", "types.T.U t = 1;", []string{"FIELD_NAMED_TYPE_CHANGED #/Order/1"}},
		{"types.E t = 1;", "int32 t = 1;", []string{}},
	} {
		if diff := cmp.Diff(c.want, texts(confluent.Latest.Compare(schema(c.old), schema(c.new)))); diff != "" {
			t.Errorf("%s to %s (-want +got):\n%s", c.old, c.new, diff)
		}
	}
}

// TestACheckerAnswersAsManyChecks is about what a checker keeps from one file to the next.
func TestACheckerAnswersAsManyChecks(t *testing.T) {
	t.Parallel()
	side := func(units, id string) *compat.Snapshot {
		const head = `syntax = "proto3"; package shop.v1; `
		files := map[string]string{
			"a.proto":     head + `import "money.proto"; message A { Bill bill = 1; ` + id + ` id = 2; }`,
			"b.proto":     head + `import "money.proto"; message B { Money price = 1; Bill bill = 2; }`,
			"money.proto": head + `message Money { ` + units + ` units = 1; } message Bill { Money total = 1; Bill of = 2; }`,
		}
		types := compat.NewSnapshot()
		for path := range files {
			types.Add(descriptor(t, files, path))
		}
		return types
	}
	old, now := side("int32", "string"), side("string", "int32")
	checker := confluent.Latest.Checker(old, now)
	for range 2 {
		for _, path := range []string{"money.proto", "b.proto", "a.proto"} {
			was, is := confluent.Schema{File: old.File(path), Types: old}, confluent.Schema{File: now.File(path), Types: now}
			want := confluent.Latest.Check(compat.Backward|compat.Forward, was, is)
			got := checker.Check(compat.Backward|compat.Forward, was.File, is.File)
			if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
				t.Errorf("%s (-want +got):\n%s", path, diff)
			}
		}
	}
}
