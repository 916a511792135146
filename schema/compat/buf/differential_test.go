package buf_test

import (
	"context"
	"flag"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/schema/compat/buf"
	"github.com/evgen-dev/evgen/schema/source"
)

var (
	randomPairs = flag.Int("pairs", 200, "random changes to compare with buf")
	randomSeed  = flag.Uint64("seed", 1, "seed of the random changes")
)

// batch is how many changes one run of buf judges: it takes a tenth of a second to start.
const batch = 200

// TestRandomChangesAreJudgedAsBufDoes compares complete lists of findings. A schema has packages of its own, so that many go into one run.
func TestRandomChangesAreJudgedAsBufDoes(t *testing.T) {
	t.Parallel()
	b := startBuf(t)
	findings := map[string]int{} // by rule
	for first := 0; first < *randomPairs; first += batch {
		dir := t.TempDir()
		before, after := map[string]string{}, map[string]string{}
		for id := first; id < min(first+batch, *randomPairs); id++ {
			old, now := randomPair(t, *randomSeed, id)
			maps.Copy(before, old)
			maps.Copy(after, now)
		}
		writeTree(t, filepath.Join(dir, "old"), before)
		writeTree(t, filepath.Join(dir, "new"), after)
		want := b.breaking(t, filepath.Join(dir, "new"), filepath.Join(dir, "old"), everything)
		got := judge(buf.Profile{Category: buf.File | buf.Package | buf.WireJSON | buf.Wire}, compile(t, before), compile(t, after))
		for _, l := range want {
			findings[l.Rule]++
		}
		if diff := cmp.Diff(text(want), text(got)); diff != "" {
			reportFirst(t, want, got, before, after)
		}
	}
	t.Logf("seed %d, %d changes: findings by rule: %v", *randomSeed, *randomPairs, findings)
}

// reportFirst shows the schema of the first finding that only one side has.
func reportFirst(t *testing.T, want, got []line, before, after map[string]string) {
	t.Helper()
	only := func(a, b []line) []line {
		rest := slices.Clone(b)
		return slices.DeleteFunc(slices.Clone(a), func(l line) bool {
			i := slices.Index(rest, l)
			if i >= 0 {
				rest = slices.Delete(rest, i, i+1)
			}
			return i >= 0
		})
	}
	missing, extra := only(want, got), only(got, want)
	t.Errorf("buf alone:\n%s\nhere alone:\n%s", text(missing), text(extra))
	id, _, _ := strings.Cut(slices.Concat(missing, extra)[0].Path, "/")
	for _, side := range []map[string]string{before, after} {
		for _, path := range slices.Sorted(maps.Keys(side)) {
			if strings.HasPrefix(path, id+"/") {
				t.Logf("-- %s --\n%s", path, side[path])
			}
		}
	}
}

// randomPair returns a schema and what some changes made of it. Both compile, and use all syntaxes that buf and evgen know.
func randomPair(t *testing.T, seed uint64, id int) (before, after map[string]string) {
	t.Helper()
	d := newDice(seed, id)
	old := d.schema()
	for !compiles(old) {
		old = d.schema()
	}
	now := old.clone(t)
	for range 1 + d.IntN(4) {
		for {
			next := now.clone(t)
			d.change(&next)
			if compiles(next) {
				now = next
				break
			}
		}
	}
	return old.render(), now.render()
}

func compiles(s randomSchema) bool {
	set, diagnostics, err := source.Compile(context.Background(), []source.Tree{treeOf("proto", s.render())}, nil)
	if err != nil || diagnostics.HasErrors() {
		return false
	}
	_, err = set.Descriptors()
	return err == nil
}
