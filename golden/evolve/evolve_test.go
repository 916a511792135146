// Package evolve_test runs services made of old and of new contracts against each other, and shows that what a rule of the gate predicts
// happens. testdata/evolve has the contracts before and after; what changes is called like the rule that speaks of it.
package evolve_test

import (
	"maps"
	"os/exec"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/gate"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/source"
)

// A play has a scene for each situation that a rule predicts something for.
type play struct {
	oldConsumer scene // with a new producer
	newConsumer scene // with an old producer
	replay      scene // a new consumer over records that are on the log already
}

// A scene shows that a prediction comes true.
type scene struct {
	prediction string
	show       func(*world)
}

func plays() map[string]play {
	all := map[string]play{}
	for _, group := range []map[string]play{identityPlays(), orderPlays(), routingPlays(), logPlays(), payloadPlays(), projectionPlays()} {
		maps.Copy(all, group)
	}
	return all
}

func TestWhatARulePredictsHappens(t *testing.T) {
	t.Parallel()
	found, now := judge(t)
	dir := build(t)
	all := plays()
	for _, f := range found {
		t.Run(f.Rule, func(t *testing.T) {
			t.Parallel()
			p, ok := all[f.Rule]
			if !ok {
				t.Fatalf("%s: no play shows it", f.Message)
			}
			for _, s := range []struct {
				name, prediction string
				scene
			}{
				{"old consumer, new producer", f.Effect.OldConsumer, p.oldConsumer},
				{"new consumer, old producer", f.Effect.NewConsumer, p.newConsumer},
				{"replay", f.Effect.Replay, p.replay},
			} {
				t.Run(s.name, func(t *testing.T) {
					t.Parallel()
					if s.prediction != s.scene.prediction {
						t.Errorf("the gate predicts %q, the scene is about %q", s.prediction, s.scene.prediction)
					}
					s.show(newWorld(t, dir, now))
				})
			}
		})
	}
}

// Each event, or table, changes in one way, so that nothing else than what its rule speaks of can be the cause of what its play shows.
func TestTheGateSpeaksOfEachPlayedChangeOnce(t *testing.T) {
	t.Parallel()
	found, _ := judge(t)
	var got []string
	subjects := map[string]bool{}
	for _, f := range found {
		got = append(got, f.Rule)
		if subjects[f.Event] {
			t.Errorf("%s changes in two ways", f.Event)
		}
		subjects[f.Event] = true
	}
	slices.Sort(got)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(plays())), got); diff != "" {
		t.Errorf("rules (-played +found):\n%s", diff)
	}
}

// judge returns what the gate says of the change, and the state after it.
func judge(t *testing.T) ([]compat.Finding, *gate.State) {
	t.Helper()
	old, now := read(t, "old"), read(t, "new")
	return gate.Judge(old, now, gate.Terms{}), now
}

func read(t *testing.T, side string) *gate.State {
	t.Helper()
	trees := &gate.Trees{Label: side, Roots: []source.Tree{source.Dir("../../testdata/evolve/" + side)}}
	state, err := trees.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// build returns a directory with the programs old and new. They are two, since one process cannot have two messages of one name.
func build(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", dir, "./old", "./new").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return dir
}
