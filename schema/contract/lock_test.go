package contract_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/golden"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/contract"
)

// The file is read in reviews: read it as one when it changes.
func TestLockOfTheExamples(t *testing.T) {
	t.Parallel()
	const file = "testdata/examples.lock"
	got := examples(t).set.Lock()
	if golden.Update() {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
	locked(t, examples(t).set)
}

func TestFindingsAgainstALockPointToItsLines(t *testing.T) {
	t.Parallel()
	s := examples(t).set
	raw := string(s.Lock())
	text := strings.Replace(raw, "  retention 30d\n", "  retention 60d\n", 1)
	old, err := contract.ReadLock("evgen.lock", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	found := contract.Compare(old, s, contract.Options{})
	before, _, _ := strings.Cut(text, "  retention 60d\n")
	line := strings.Count(before, "\n") + 1
	want := compat.Place{File: "evgen.lock", Start: schema.Position{Path: "evgen.lock", Line: line, Column: 1}}
	if len(found) != 1 || found[0].Rule != "RETENTION_LOWERED" {
		t.Fatalf("findings: %+v", found)
	}
	if diff := cmp.Diff(want, found[0].Old); diff != "" {
		t.Errorf("place in the lock (-want +got):\n%s", diff)
	}
}

func TestALockThatCannotBeTrustedIsRefused(t *testing.T) {
	t.Parallel()
	const topic = "\ntopic orders\n  partitions 6\n  compaction NONE\n  retention 7d\n  tombstone_retention 7d\n  max_compaction_lag 1d\n"
	for name, c := range map[string]struct{ text, want string }{
		"empty":          {"", "read evgen.lock: the file is empty (restore it from version control, or write it anew with evgen generate)"},
		"no lock":        {"# evgen.lock 1\n", `read evgen.lock:1: the first line is not "evgen.lock 1" (` + anew + ")"},
		"newer":          {"evgen.lock 2\n", "read evgen.lock:1: the file has format 2, and this evgen reads up to 1 (upgrade evgen)"},
		"conflict":       {"evgen.lock 1\n<<<<<<< HEAD\n=======\n", "read evgen.lock:2: the file has a merge conflict (take the side that was released last, and let evgen generate write the rest anew)"},
		"unknown block":  {"evgen.lock 1\ntopics orders\n", `read evgen.lock:2: unknown key "topics" (did you mean "topic"?)`},
		"unknown key":    {"evgen.lock 1" + topic + "  partition 6\n", `read evgen.lock:8: unknown key "partition" (did you mean "partitions"?)`},
		"key twice":      {"evgen.lock 1" + topic + "  retention 8d\n", "read evgen.lock:8: retention of orders is here a second time (" + anew + ")"},
		"topic twice":    {"evgen.lock 1" + topic + topic, "read evgen.lock:9: topic orders is here a second time (" + anew + ")"},
		"a word too few": {"evgen.lock 1\ntopic orders\n  retention\n", "read evgen.lock:3: the line is cut off (" + anew + ")"},
		"too many":       {"evgen.lock 1\ntopic orders\n  retention 7d 8d\n", `read evgen.lock:3: "8d" is too much (` + anew + ")"},
		"wrong word":     {"evgen.lock 1\ntopic orders\n  compaction SOME\n", `read evgen.lock:3: "SOME" is not one of NONE, COMPACT, COMPACT_AND_DELETE (` + anew + ")"},
		"no duration":    {"evgen.lock 1\ntopic orders\n  retention soon\n", `read evgen.lock:3: "soon" is not a duration (` + anew + ")"},
		"column twice":   {"evgen.lock 1\nprojection p\n  column a = 1 text\n  column a = 2 text\n", "read evgen.lock:4: column a is here a second time (" + anew + ")"},
		"cut off":        {"evgen.lock 1\ntopic orders\n  retention 7d\n", "read evgen.lock:2: topic orders lacks partitions (" + anew + ")"},
		"open quote":     {"evgen.lock 1\ntopic \"orders\n", "read evgen.lock:2: a quoted text does not end (" + anew + ")"},
		"stray":          {"evgen.lock 1\n  retention 7d\n", `read evgen.lock:2: "retention" stands outside of a block (` + anew + ")"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := contract.ReadLock("evgen.lock", []byte(c.text))
			if err == nil || err.Error() != c.want {
				t.Errorf("error is %v\nwant %s", err, c.want)
			}
		})
	}
}

const anew = "restore the file from version control, or write it anew with evgen generate"

func FuzzReadLock(f *testing.F) {
	lock, err := os.ReadFile("testdata/examples.lock")
	if err != nil {
		f.Fatal(err)
	}
	for block := range strings.SplitSeq(string(lock), "\n\n") {
		f.Add([]byte("evgen.lock 1\n" + block + "\n"))
	}
	f.Add(lock)
	f.Add([]byte("evgen.lock 1\ntopic \"a b\"\n  config \"\\xff\" \"\"\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := contract.ReadLock("evgen.lock", raw)
		if err != nil {
			return
		}
		back, err := contract.ReadLock("evgen.lock", s.Lock())
		if err != nil {
			t.Fatalf("%v\n%s", err, s.Lock())
		}
		if diff := cmp.Diff(s, back, exceptPlaces); diff != "" {
			t.Errorf("the lock reads otherwise (-first +second):\n%s", diff)
		}
		if found := contract.Compare(s, back, contract.Options{}); len(found) > 0 {
			t.Errorf("it differs from itself: %v", found)
		}
	})
}
