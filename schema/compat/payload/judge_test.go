package payload_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/payload"
)

const head = "syntax = \"proto3\";\npackage a.v1;\n"

// judge returns the findings of a change of one file, each as severity, rule, subject and event.
func judge(t *testing.T, old, now string, roots ...payload.Root) []string {
	t.Helper()
	c := compat.NewComparison(scan(t, map[string]string{"a.proto": old}), scan(t, map[string]string{"a.proto": now}))
	var found []string
	for _, f := range payload.Judge(c, c.Facts(), roots) {
		found = append(found, f.Severity.String()+" "+f.Rule+" "+f.Subject+" "+f.Event)
	}
	return found
}

func want(t *testing.T, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func event(name string, level compat.Level) payload.Root {
	return payload.Root{Message: name, Level: level, Event: true}
}

func TestOnlyWhatAnEventReachesIsJudged(t *testing.T) {
	t.Parallel()
	old := head + "message A { B b = 1; } message B { map<string, C> cs = 1; A again = 2; } message C { string x = 1; } message D { string x = 1; }"
	now := head + "message A { B b = 1; } message B { map<string, C> cs = 1; A again = 2; } message C { int32 x = 1; } message D { int32 x = 1; }"
	want(t, judge(t, old, now, event("a.v1.A", compat.LevelBackward)), "error FIELD_TYPE_CHANGED a.v1.C.x a.v1.A")
	want(t, judge(t, old, now, event("a.v1.D", compat.LevelBackward)), "error FIELD_TYPE_CHANGED a.v1.D.x a.v1.D")
	want(t, judge(t, old, now))
}

func TestTheStrictestEventCounts(t *testing.T) {
	t.Parallel()
	old := head + "message A { C c = 1; } message B { C c = 1; } message C { int32 x = 1; }"
	now := head + "message A { C c = 1; } message B { C c = 1; } message C { int64 x = 1; }"
	want(t, judge(t, old, now, event("a.v1.A", compat.LevelBackward), event("a.v1.B", compat.LevelForward)), "error FIELD_TYPE_CHANGED a.v1.C.x a.v1.B")
	want(t, judge(t, old, now, event("a.v1.A", compat.LevelBackward)), "warning FIELD_TYPE_CHANGED a.v1.C.x a.v1.A")
	want(t, judge(t, old, now, event("a.v1.A", compat.LevelNone)))
}

func TestAFindingSaysHowManyMoreEventsHaveIt(t *testing.T) {
	t.Parallel()
	const text = "message A { D d = 1; } message B { D d = 1; } message C { D d = 1; } message D { %s x = 1; }"
	sides := [2]*compat.Snapshot{
		scan(t, map[string]string{"a.proto": head + fmt.Sprintf(text, "int32")}), scan(t, map[string]string{"a.proto": head + fmt.Sprintf(text, "string")}),
	}
	c := compat.NewComparison(sides[0], sides[1])
	for events, suffix := range []string{"", "", ", and one more event has it", ", and 2 more events have it"} {
		var roots []payload.Root
		for _, name := range []string{"a.v1.A", "a.v1.B", "a.v1.C"}[:events] {
			roots = append(roots, event(name, compat.LevelFull), event(name, compat.LevelBackward))
		}
		found := payload.Judge(c, c.Facts(), roots)
		if len(found) != min(events, 1) {
			t.Errorf("%d findings of %d events", len(found), events)
		}
		for _, f := range found {
			if message := "type of a.v1.D.x is string, was int32" + suffix; f.Message != message {
				t.Errorf("message of %d events: %s", events, f.Message)
			}
		}
	}
}

func TestATypeThatTakesTheirPlaceIsJudgedByItsFields(t *testing.T) {
	t.Parallel()
	old := head + "message A { B b = 1; E e = 2; } message B { string x = 1; int32 y = 2; } enum E { E_ZERO = 0; E_ONE = 1; }"
	same := head + "message A { C b = 1; F e = 2; } message C { string x = 1; int32 y = 2; } enum F { F_ZERO = 0; F_ONE = 1; }"
	other := head + "message A { C b = 1; F e = 2; } message C { string x = 1; string y = 2; } enum F { F_ZERO = 0; E_ONE = 2; }"
	root := event("a.v1.A", compat.LevelFull)
	want(t, judge(t, old, same, root), "warning ENUM_VALUE_RENAMED a.v1.F.F_ZERO a.v1.A", "warning ENUM_VALUE_RENAMED a.v1.F.F_ONE a.v1.A")
	want(t, judge(t, old, other, root),
		"error FIELD_TYPE_CHANGED a.v1.C.y a.v1.A", "warning ENUM_VALUE_RENAMED a.v1.F.F_ZERO a.v1.A",
		"error ENUM_VALUE_RENUMBERED a.v1.F.E_ONE a.v1.A", "warning ENUM_VALUE_ADDED a.v1.F.E_ONE a.v1.A")
}

// Types of files that are not part of a side are known by name only.
func TestTypesThatAreNotThereCannotBeCompared(t *testing.T) {
	t.Parallel()
	const imports = "import \"google/protobuf/timestamp.proto\"; import \"google/protobuf/duration.proto\";"
	old := head + imports + "message A { google.protobuf.Timestamp at = 1; google.protobuf.Timestamp same = 2; }"
	now := head + imports + "message A { google.protobuf.Duration at = 1; google.protobuf.Timestamp same = 2; }"
	want(t, judge(t, old, now, event("a.v1.A", compat.LevelFull)), "error FIELD_TYPE_CHANGED a.v1.A.at a.v1.A")
}

func TestANewPackageHidesNoOtherChange(t *testing.T) {
	t.Parallel()
	old := head + "message A { B b = 1; } message B { string x = 1; }"
	now := "syntax = \"proto3\"; package a.v2; message A { B b = 1; } message B { int32 x = 1; }"
	want(t, judge(t, old, now, payload.Root{Message: "a.v1.A", Level: compat.LevelFull}), "error FIELD_TYPE_CHANGED a.v2.B.x ")
}

func TestAMessageThatIsGoneIsAWarningUnlessItIsAnEvent(t *testing.T) {
	t.Parallel()
	want(t, judge(t, head+"message A {}", head, payload.Root{Message: "a.v1.A", Level: compat.LevelFull}), "warning MESSAGE_REMOVED a.v1.A ")
	want(t, judge(t, head+"message A {}", head, event("a.v1.A", compat.LevelFull)))
}

func TestExtensionsAreFields(t *testing.T) {
	t.Parallel()
	const proto2 = "syntax = \"proto2\"; package a.v1; message A { extensions 100 to 200; } message B { optional int32 b = 1; } "
	old := proto2 + "extend A { optional int32 x = 100; optional B m = 101; optional int32 gone = 102; optional int32 known = 103 [deprecated = true]; }"
	now := "syntax = \"proto2\"; package a.v1; message A { extensions 100 to 200; } message B { optional string b = 1; } extend A { optional string x = 100; optional B m = 101; }"
	want(t, judge(t, old, now, event("a.v1.A", compat.LevelFull)),
		"error FIELD_TYPE_CHANGED a.v1.x a.v1.A", "error FIELD_REMOVED a.v1.gone a.v1.A", "error FIELD_TYPE_CHANGED a.v1.B.b a.v1.A")
}

func TestKeysAndValuesOfMapsAreReportedAtTheMap(t *testing.T) {
	t.Parallel()
	old, now := head+"message A { map<string, int32> m = 1; }", head+"message A { map<string, string> m = 1; }"
	want(t, judge(t, old, now, event("a.v1.A", compat.LevelFull)), "error FIELD_TYPE_CHANGED a.v1.A.m a.v1.A")
}

// An entry of a map that lacks its value has an empty message for old readers, which may require what the message lacks.
func TestAMessageThatTakesThePlaceOfAMapMayLackItsValue(t *testing.T) {
	t.Parallel()
	const proto2 = "syntax = \"proto2\"; package a.v1; message B { required int32 b = 1; } "
	old := proto2 + "message A { map<string, B> bs = 1; }"
	now := proto2 + "message A { optional Entry bs = 1; } message Entry { optional string key = 1; optional B value = 2; }"
	want(t, judge(t, old, now, event("a.v1.A", compat.LevelForward)), "error FIELD_CARDINALITY_CHANGED a.v1.A.bs a.v1.A")
}

func TestFindingsPointAtWhatWasWritten(t *testing.T) {
	t.Parallel()
	old, now := map[string]string{"a.proto": head + "message A {\n  int32 count = 1;\n}\n"}, map[string]string{"a.proto": head + "message A {\n  string count = 1;\n}\n"}
	c := compat.NewComparison(scan(t, old), scan(t, now))
	found := payload.Judge(c, c.Facts(), payload.AllRoots(c.Old, compat.LevelFull))
	if len(found) != 1 {
		t.Fatalf("%d findings", len(found))
	}
	locate(t, now, &found[0].New)
	if diff := cmp.Diff([]schema.Position{{Path: "a.proto", Line: 4, Column: 3}, {Path: "a.proto", Line: 4, Column: 9}}, []schema.Position{found[0].New.Start, found[0].New.End}); diff != "" {
		t.Errorf("place of the type (-want +got):\n%s", diff)
	}
}
