package gate_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/gate"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/accept"
	"github.com/evgen-dev/evgen/schema/contract"
	"github.com/evgen-dev/evgen/schema/source"
)

// annotated reads files with annotations; those of a file are put into its text by the tests.
func annotated(t *testing.T, files map[string]string) *gate.State {
	t.Helper()
	tree := fstest.MapFS{}
	for path, text := range files {
		tree[path] = &fstest.MapFile{Data: []byte(header + text)}
	}
	state, err := (&gate.Trees{Label: "a tree", Roots: []source.Tree{{Dir: "proto", FS: tree}}}).Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// event is a message with a key, fields and a level.
func event(name, level, fields string) string {
	return fmt.Sprintf("message %s { option (evgen.v1.event) = { kind: EVENT compatibility: %s }; string id = 1 [(evgen.v1.field).key = true]; %s }\n", name, level, fields)
}

func shown(found []compat.Finding) []string {
	var got []string
	for _, f := range found {
		line := f.Rule + " " + f.Subject
		if f.Severity != schema.Error {
			line = "warning " + line
		}
		got = append(got, line)
	}
	return got
}

// TestAChangeDoesNotLowerItsOwnBar breaks old consumers, and says in the same change that nobody cares for them.
func TestAChangeDoesNotLowerItsOwnBar(t *testing.T) {
	t.Parallel()
	const fields = `int32 count = 2; string note = 3 [(evgen.v1.field).header = "note"];`
	const changed = "int64 count = 2; string note = 3;" // both break forward: the number is cut off, the header is missed
	for _, c := range []struct {
		before, after, mark string
		lowered             []string
	}{
		{"FORWARD", "FORWARD", "", nil},
		{"FULL", "UNCHECKED", "", []string{"warning COMPATIBILITY_LOWERED shop.v1.A"}},
		{"BACKWARD", "FULL_TRANSITIVE", "", nil},
		{"BACKWARD", "BACKWARD", "warning ", nil},
	} {
		old := annotated(t, map[string]string{"a.proto": event("A", c.before, fields)})
		now := annotated(t, map[string]string{"a.proto": event("A", c.after, changed)})
		want := slices.Concat([]string{c.mark + "HEADER_REMOVED shop.v1.A.note"}, c.lowered, []string{c.mark + "FIELD_TYPE_CHANGED shop.v1.A.count"})
		if diff := cmp.Diff(want, shown(gate.Judge(old, now, gate.Terms{}))); diff != "" {
			t.Errorf("%s to %s (-want +got):\n%s", c.before, c.after, diff)
		}
	}
}

func TestOneEventIsJudgedAlone(t *testing.T) {
	t.Parallel()
	old := annotated(t, map[string]string{"a.proto": event("A", "FULL", "int32 a = 2;") + event("B", "FULL", "int32 b = 2;")})
	now := annotated(t, map[string]string{"a.proto": event("A", "FULL", "string a = 2;") + event("B", "FULL", "string b = 2;")})
	if diff := cmp.Diff([]string{"FIELD_TYPE_CHANGED shop.v1.B.b"}, shown(gate.Judge(old, now, gate.Terms{Event: "shop.v1.B"}))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestAllMessagesAreMoreThanTheEvents breaks forward, which only the level of the event asks for.
func TestAllMessagesAreMoreThanTheEvents(t *testing.T) {
	t.Parallel()
	old := annotated(t, map[string]string{"a.proto": event("A", "FULL", "int32 a = 2;") + "message C { int32 c = 1; }"})
	now := annotated(t, map[string]string{"a.proto": event("A", "FULL", "int64 a = 2;") + "message C { string c = 1; }"})
	want := []string{"FIELD_TYPE_CHANGED shop.v1.A.a", "FIELD_TYPE_CHANGED shop.v1.C.c"}
	if diff := cmp.Diff(want, shown(gate.Judge(old, now, gate.Terms{All: true}))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestAnEventThatLosesItsAnnotationIsStillJudged has records on the log, whatever it is now.
func TestAnEventThatLosesItsAnnotationIsStillJudged(t *testing.T) {
	t.Parallel()
	old := annotated(t, map[string]string{"a.proto": event("A", "FULL", "int32 a = 2;") + event("B", "FULL", "")})
	now := annotated(t, map[string]string{"a.proto": "message A { string id = 1; string a = 2; }" + event("B", "FULL", "")})
	want := []string{"EVENT_TYPE_REMOVED shop.v1.A", "FIELD_TYPE_CHANGED shop.v1.A.a"}
	if diff := cmp.Diff(want, shown(gate.Judge(old, now, gate.Terms{}))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatNoEventReachesDoesNotCount(t *testing.T) {
	t.Parallel()
	old := annotated(t, map[string]string{"a.proto": event("A", "FULL", "") + "message C { int32 c = 1; }"})
	now := annotated(t, map[string]string{"a.proto": event("A", "FULL", "") + "message C { string c = 1; }"})
	changed := []string{"FIELD_TYPE_CHANGED shop.v1.C.c"}
	for _, c := range []struct {
		name  string
		terms gate.Terms
		want  []string
	}{{"events", gate.Terms{}, nil}, {"all", gate.Terms{All: true}, changed}} {
		if diff := cmp.Diff(c.want, shown(gate.Judge(old, now, c.terms))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	old.Contract, now.Contract = nil, nil
	if diff := cmp.Diff(changed, shown(gate.Judge(old, now, gate.Terms{}))); diff != "" {
		t.Errorf("without events (-want +got):\n%s", diff)
	}
}

func TestAChangedPayloadBehindALockIsNoPass(t *testing.T) {
	t.Parallel()
	old := annotated(t, map[string]string{"a.proto": event("A", "FULL", "") + event("B", "FULL", "") + event("Old", "FULL", "string o = 2;")})
	now := annotated(t, map[string]string{"a.proto": event("A", "FULL", "string a = 2;") + event("B", "FULL", "") + event("New", "FULL", "string n = 2;")})
	old.Snapshot = nil
	terms := gate.Terms{Renames: []compat.Rename{{Was: "shop.v1.Old", Now: "shop.v1.New"}}}
	want := []string{"PAYLOAD_UNKNOWN shop.v1.A", "PAYLOAD_UNKNOWN shop.v1.New"}
	if diff := cmp.Diff(want, shown(gate.ChangedPayloads(old, now, terms))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTheSuccessorOfAContract has an event that moved to another file, one that is new, and one that never was in the file.
func TestTheSuccessorOfAContract(t *testing.T) {
	t.Parallel()
	old := annotated(t, map[string]string{"a.proto": event("A", "FULL", "") + event("Moved", "FULL", ""), "b.proto": event("B", "FULL", "")})
	now := annotated(t, map[string]string{"a.proto": event("A", "FULL", "") + event("New", "FULL", ""), "b.proto": event("B", "FULL", "") + event("Moved", "FULL", "")})
	names := func(s *contract.Set) string {
		var all []string
		for _, e := range s.Events {
			all = append(all, strings.TrimPrefix(e.Name, "shop.v1."))
		}
		return strings.Join(all, " ")
	}
	was := old.Contract.OfFile("a.proto")
	if got := names(gate.Successor(now.Contract, "a.proto", was)); got != "A Moved New" {
		t.Errorf("of a.proto: %s; want A Moved New", got)
	}
	if found := shown(contract.Compare(was, gate.Successor(now.Contract, "a.proto", was), contract.Options{})); found != nil {
		t.Errorf("found %q; want nothing", found)
	}
	if got := names(gate.Successor(now.Contract, "a.proto", nil)); got != "A New" {
		t.Errorf("without a contract: %s; want A New", got)
	}
}

// TestNobodyCanAcceptWhatWasNotCompared holds for the gate's own findings: they have no states.
func TestNobodyCanAcceptWhatWasNotCompared(t *testing.T) {
	t.Parallel()
	for _, id := range []string{gate.SubjectUnknown, gate.VersionUnsound, gate.ContractUnknown, gate.PayloadUnknown, gate.RegistryRefuses, gate.RegistryDiffers} {
		f := gate.Finding(id, "it cannot be compared", "")
		f.Subject = "shop.v1.A"
		if e, ok := accept.EntryFor(f); ok {
			t.Errorf("%s can be accepted with %s", id, e.Line())
		}
	}
}
