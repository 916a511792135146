package contract_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/tools/txtar"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/contract"
	"github.com/evgen-dev/evgen/schema/source"
)

// exceptPlaces leaves out where things are declared, which is no fact of a contract.
var exceptPlaces = cmp.Options{
	cmpopts.IgnoreTypes(compat.Place{}),
	cmpopts.IgnoreUnexported(contract.Topic{}, contract.Event{}, contract.Projection{}),
}

func examples(t *testing.T) side {
	t.Helper()
	return compiledTree(t, source.Dir("../../examples/proto").FS)
}

// eachCase calls f with both sides of every archive that has two.
func eachCase(t *testing.T, f func(t *testing.T, a *txtar.Archive, was, now side)) {
	t.Helper()
	for _, r := range contract.Rules() {
		for _, kind := range []string{"breaks", "close"} {
			t.Run(r.ID+"/"+kind, func(t *testing.T) {
				t.Parallel()
				a := read(t, filepath.Join(cases, r.ID, kind+".txtar"))
				now := compiled(t, a, "new/")
				was := now
				if section(a, "topics") == nil && section(a, "subjects") == nil {
					was = compiled(t, a, "old/")
				}
				f(t, a, was, now)
			})
		}
	}
}

func TestAContractIsCompatibleWithItself(t *testing.T) {
	t.Parallel()
	eachCase(t, func(t *testing.T, _ *txtar.Archive, was, now side) {
		wantNoFindings(t, was.set)
		wantNoFindings(t, now.set)
	})
	wantNoFindings(t, examples(t).set)
}

func wantNoFindings(t *testing.T, s *contract.Set) {
	t.Helper()
	if found := contract.Compare(s, s, contract.Options{}); len(found) > 0 {
		t.Errorf("against itself: %v", found)
	}
}

func TestALockHoldsAllThatIsCompared(t *testing.T) {
	t.Parallel()
	eachCase(t, func(t *testing.T, a *txtar.Archive, was, now side) {
		o := contract.Options{Renames: renames(a)}
		want := contract.Compare(was.set, now.set, o)
		got := contract.Compare(locked(t, was.set), now.set, o)
		if diff := cmp.Diff(want, got, exceptPlaces); diff != "" {
			t.Errorf("findings against the lock differ from those against the sources (-sources +lock):\n%s", diff)
		}
	})
}

// locked is a set that went through a lock.
func locked(t *testing.T, s *contract.Set) *contract.Set {
	t.Helper()
	raw := s.Lock()
	back, err := contract.ReadLock("evgen.lock", raw)
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	if diff := cmp.Diff(s, back, exceptPlaces); diff != "" {
		t.Errorf("the lock reads otherwise (-written +read):\n%s", diff)
	}
	if diff := cmp.Diff(string(raw), string(back.Lock())); diff != "" {
		t.Errorf("the lock is written otherwise (-first +second):\n%s", diff)
	}
	return back
}

// rearranged is a proto file that says the same: with comments, tabs and defaults, with options field by field, and with messages in another order.
func rearranged(text string) string {
	for _, r := range [][2]string{
		{"\nmessage ", "\n\n// What follows is a message.\nmessage "},
		{"option (evgen.v1.event) = { kind: DOCUMENT };", "option (evgen.v1.event).kind = DOCUMENT;"},
		{"option (evgen.v1.event) = {};", `option (evgen.v1.event) = { kind: EVENT key_encoding: TEXT max_record: "900KiB" compression: ZSTD delivery: DIRECT subject: TOPIC compatibility: BACKWARD_TRANSITIVE topic_settings: { partitions: 6 retention: "168h" } };`},
		{`option (evgen.v1.file).owner = "@acme/orders";`, `option (evgen.v1.file) = { owner: "@acme/orders" defaults: { partitions: 6 } };`},
		{"  ", "\t"},
	} {
		text = strings.ReplaceAll(text, r[0], r[1])
	}
	return reversedMessages(text)
}

func reversedMessages(text string) string {
	head, body, ok := strings.Cut(text, "\nmessage ")
	if !ok {
		return text
	}
	messages := strings.Split(body, "\nmessage ")
	slices.Reverse(messages)
	for i, m := range messages {
		messages[i] = strings.TrimRight(m, "\n") + "\n"
	}
	return head + "\nmessage " + strings.Join(messages, "\nmessage ")
}

func TestRearrangingAFileChangesNothing(t *testing.T) {
	t.Parallel()
	eachCase(t, func(t *testing.T, a *txtar.Archive, _, now side) {
		edited := &txtar.Archive{}
		for _, f := range a.Files {
			edited.Files = append(edited.Files, txtar.File{Name: f.Name, Data: []byte(rearranged(string(f.Data)))})
		}
		after := compiled(t, edited, "new/")
		if found := contract.Compare(now.set, after.set, contract.Options{}); len(found) > 0 {
			t.Errorf("%s: %s", found[0].Rule, found[0].Message)
		}
		if diff := cmp.Diff(string(now.set.Lock()), string(after.set.Lock())); diff != "" {
			t.Errorf("the lock changes (-before +after):\n%s", diff)
		}
	})
}

// Places of both sides are what a developer is led to, so that each finding of two trees has a file on the side where the thing is.
func TestFindingsSayWhereThingsAreDeclared(t *testing.T) {
	t.Parallel()
	eachCase(t, func(t *testing.T, a *txtar.Archive, was, now side) {
		for _, f := range contract.Compare(was.set, now.set, contract.Options{Renames: renames(a)}) {
			if f.New.File == "" && f.Old.File == "" || f.To != "" && f.New.File == "" || f.From != "" && f.Old.File == "" {
				t.Errorf("%s: %s: places are %v and %v", f.Rule, f.Message, f.Old, f.New)
			}
		}
	})
}

func TestALevelJudgesEveryEvent(t *testing.T) {
	t.Parallel()
	a := read(t, filepath.Join(cases, "HEADER_REMOVED", "breaks.txtar"))
	was, now := compiled(t, a, "old/"), compiled(t, a, "new/")
	want := map[compat.Level]string{
		compat.LevelNone: "", compat.LevelBackward: "warning", compat.LevelForward: "error", compat.LevelFullTransitive: "error",
	}
	got := map[compat.Level]string{}
	for level := range want {
		got[level] = ""
		for _, f := range contract.Compare(was.set, now.set, contract.Options{Level: &level}) {
			got[level] = f.Severity.String()
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("severity of a header that is gone, by level (-want +got):\n%s", diff)
	}
}

func TestIdentityIsAnErrorUnderEveryLevel(t *testing.T) {
	t.Parallel()
	a := read(t, filepath.Join(cases, "KEY_FIELD_CHANGED", "breaks.txtar"))
	was, now := compiled(t, a, "old/"), compiled(t, a, "new/")
	for level := compat.LevelNone; level <= compat.LevelFullTransitive; level++ {
		found := contract.Compare(was.set, now.set, contract.Options{Level: &level, Baseline: "dir:old"})
		if len(found) != 1 || found[0].Severity != schema.Error || found[0].Baseline != "dir:old" {
			t.Errorf("level %s: %+v", level, found)
		}
	}
}
