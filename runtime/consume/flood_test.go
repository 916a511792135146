package consume

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

func TestFloodOfPermanentFailuresStopsTheGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := event.New(spec())
	w.topic(at(1))
	for i := range 300 {
		w.publish(e, newFact(fmt.Sprint("k", i), 1, ""))
	}
	r := w.start("g", NewRoute(nil, nil, Func(e, func(context.Context, *delivery) error { return Permanent(errors.New("wrong schema")) })))
	err := r.wait()
	if !errors.Is(err, ErrPoison) || !strings.Contains(err.Error(), "wrong schema") {
		t.Errorf("Run: %v", err)
	}
	if got := len(w.dead()); got > floodRecords {
		t.Errorf("%d dead letters, want %d at most", got, floodRecords)
	}
	if got := w.b.committed("g", "facts", 0); got > 200 {
		t.Errorf("committed %d although only 100 are finished", got)
	}
	if err := r.g.Health(); !errors.Is(err, ErrPoison) {
		t.Errorf("Health: %v", err)
	}
}

func TestFloodCountsAMinuteOrHalfOfTheLastRecords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bad := errors.New("bad")
		var slow flood
		for i := range 5000 { // 60 a minute, a quarter of all
			time.Sleep(time.Second)
			if err := slow.add(bad); err != nil {
				t.Fatalf("failure %d in %d minutes: %v", i, i/60, err)
			}
			for range 3 {
				_ = slow.add(nil)
			}
		}
		var fast flood
		var err error
		n := 0
		for ; err == nil; n++ {
			err = fast.add(bad)
		}
		if n != 101 {
			t.Errorf("stopped at failure %d of a minute, want 101", n)
		}
		var most flood
		for n, err = 0, nil; err == nil; n++ {
			time.Sleep(time.Second)
			if n%3 == 0 {
				_ = most.add(nil)
			} else {
				err = most.add(bad)
			}
		}
		if n < 200 || n > 202 {
			t.Errorf("stopped at record %d when two of three fail, want 200", n)
		}
	})
}
