package payload_test

import (
	"strings"
	"testing"

	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/payload"
)

// only returns the one finding of a change of one file.
func only(t *testing.T, old, now string, renames []compat.Rename, roots ...payload.Root) compat.Finding {
	t.Helper()
	c := compat.NewComparison(scan(t, map[string]string{"a.proto": old}), scan(t, map[string]string{"a.proto": now}), renames...)
	found := payload.Judge(c, c.Facts(), roots)
	if len(found) != 1 {
		t.Fatalf("%d findings: %v", len(found), found)
	}
	return found[0]
}

func TestAFieldMayTakeTheNumberOfAnExtensionOnlyWithItsType(t *testing.T) {
	t.Parallel()
	const proto2 = "syntax = \"proto2\"; package a.v1; message A { "
	old := proto2 + "extensions 100 to 200; } extend A { optional int32 x = 100 [deprecated = true]; }"
	want(t, judge(t, old, proto2+"optional string y = 100; }", event("a.v1.A", compat.LevelFull)), "error NUMBER_REUSED_ON_LOG a.v1.A.y a.v1.A")
	want(t, judge(t, old, proto2+"optional int32 y = 100; }", event("a.v1.A", compat.LevelFull)))
	want(t, judge(t, old, proto2+"}", event("a.v1.A", compat.LevelFull)))
}

// Who accepts that two fields share a oneof has not accepted that a third does.
func TestTheStateOfAOneofIsWhoIsInIt(t *testing.T) {
	t.Parallel()
	const whole, two, three = head + "message A { string a = 1; string b = 2; string c = 3; }",
		head + "message A { oneof o { string a = 1; string b = 2; } string c = 3; }",
		head + "message A { oneof o { string a = 1; string b = 2; string c = 3; } }"
	root := event("a.v1.A", compat.LevelBackward)
	states := map[string]bool{}
	for _, change := range [][2]string{{whole, two}, {whole, three}, {two, three}} {
		c := compat.NewComparison(scan(t, map[string]string{"a.proto": change[0]}), scan(t, map[string]string{"a.proto": change[1]}))
		for _, f := range payload.Judge(c, c.Facts(), []payload.Root{root}) {
			if f.Rule == payload.OneofJoined {
				_, to := f.Fingerprints()
				states[to] = true
			}
		}
	}
	if len(states) != 3 {
		t.Errorf("%d states; want one of each change", len(states))
	}
}

func TestARenamedEventIsOneEvent(t *testing.T) {
	t.Parallel()
	f := only(t, head+"message A { int32 x = 1; }", head+"message B { string x = 1; }", []compat.Rename{{Was: "a.v1.A", Now: "a.v1.B"}},
		event("a.v1.B", compat.LevelFull), event("a.v1.A", compat.LevelFull))
	if want := "type of a.v1.B.x is string, was int32"; f.Message != want {
		t.Errorf("message: %s; want %s", f.Message, want)
	}
}

func TestAMessageBetweenTagsIsCalledAGroup(t *testing.T) {
	t.Parallel()
	const text = "edition = \"2023\"; package a.v1; message A { B b = 1"
	f := only(t, text+"; } message B {}", text+" [features.message_encoding = DELIMITED]; } message B {}", nil, event("a.v1.A", compat.LevelFull))
	if want := "type of a.v1.A.b is group a.v1.B, was a.v1.B"; f.Message != want {
		t.Errorf("message: %s; want %s", f.Message, want)
	}
}

func TestAnotherEnumIsAnotherTypeIfItsValuesHaveOtherNames(t *testing.T) {
	t.Parallel()
	const old = head + "message A { E e = 1; } enum E { E_ZERO = 0; E_RED = 1; E_BLUE = 2; } "
	root := event("a.v1.A", compat.LevelFull)
	for enum, rules := range map[string][]string{
		"enum F { F_NONE = 0; F_BIG = 1; F_BLUE = 2; }": {"error FIELD_TYPE_CHANGED a.v1.A.e a.v1.A"},
		"enum F { F_NONE = 0; F_RED = 1; F_BLUE = 2; }": nil,
		"enum F { RED_OR_ZERO = 0; }":                   nil,
	} {
		var found []string
		for _, f := range judge(t, old+enum, head+"message A { F e = 1; } enum E { E_ZERO = 0; E_RED = 1; E_BLUE = 2; } "+enum, root) {
			if strings.Contains(f, payload.FieldTypeChanged) {
				found = append(found, f)
			}
		}
		want(t, found, rules...)
	}
}
