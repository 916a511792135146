package consume

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLowMarkWaitsForTheFirstUnfinishedRecord(t *testing.T) {
	t.Parallel()
	tr := newTracker(10)
	for _, o := range []int64{10, 11, 14, 15} { // 12 and 13 hold no record
		if !tr.add(point{o, 1}) {
			t.Fatalf("record %d was refused", o)
		}
	}
	steps := []struct {
		finish, low int64
		done        spans
	}{
		{11, 10, spans{{11, 14}}},
		{15, 10, spans{{11, 14}, {15, 16}}},
		{10, 14, spans{{15, 16}}},
		{14, 16, nil},
	}
	for _, s := range steps {
		tr.finish(s.finish)
		if got := tr.low().offset; got != s.low {
			t.Errorf("after %d: low mark %d, want %d", s.finish, got, s.low)
		}
		if diff := cmp.Diff(s.done, tr.done(), cmp.AllowUnexported(span{})); diff != "" {
			t.Errorf("after %d: done (-want +got):\n%s", s.finish, diff)
		}
	}
}

func TestTrackerRefusesWhatItHasSeen(t *testing.T) {
	t.Parallel()
	tr := newTracker(5)
	if tr.add(point{4, 0}) {
		t.Error("took a record below the assignment")
	}
	if !tr.add(point{7, 0}) || tr.add(point{7, 0}) || tr.add(point{6, 0}) {
		t.Error("took a record twice, or one from before")
	}
}

func TestEpochOfTheLowMarkIsNeverOlderThanTheRecordBelow(t *testing.T) {
	t.Parallel()
	tr := newTracker(0)
	tr.add(point{0, 3})
	tr.add(point{1, 5})
	tr.finish(0)
	if got := tr.low(); got != (point{1, 5}) {
		t.Errorf("low mark %v, want offset 1 in epoch 5", got)
	}
	tr.finish(1)
	if got := tr.low(); got != (point{2, 5}) {
		t.Errorf("low mark %v, want offset 2 in epoch 5", got)
	}
}

func TestTrackerAgreesWithAModel(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		tr, state := newTracker(0), map[int64]bool{} // finished or not
		var open []int64
		next := int64(0)
		for range 100 {
			if rng.IntN(2) == 0 || len(open) == 0 {
				next += int64(rng.IntN(3))
				tr.add(point{next, 0})
				state[next] = false
				open = append(open, next)
				next++
			} else {
				i := rng.IntN(len(open))
				tr.finish(open[i])
				state[open[i]] = true
				open = append(open[:i], open[i+1:]...)
			}
			checkAgainst(t, &tr, state)
		}
	}
}

func checkAgainst(t *testing.T, tr *tracker, state map[int64]bool) {
	t.Helper()
	low, done := tr.low().offset, tr.done()
	for offset, finished := range state {
		if covered := offset < low || done.contains(offset); covered != finished {
			t.Fatalf("record %d: finished %t, but low mark %d and %v", offset, finished, low, done)
		}
	}
}
