package consume

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

func TestPausedPartitionIsResumedWhenItComesBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, g := newWorld(t), newGate()
		e := event.New(spec())
		w.topic(at(1))
		for i := range int32(20) {
			w.publish(e, newFact("slow", i+1, ""))
		}
		r := w.start("g", Limits{Records: 40, Drain: time.Second}, NewRoute(nil, nil, Func(e, g.holdFunc("slow"))))
		<-g.entered
		synctest.Wait()
		m := w.member()
		w.b.mu.Lock()
		paused := m.pauses
		w.b.mu.Unlock()
		if paused != 1 {
			t.Errorf("paused %d times, want once", paused)
		}
		w.nobody() // fails the test if the pause stays
		close(g.leave)
		w.rebalance()
		w.await(20)
		r.finish()
		w.wantCommitted(20)
	})
}

func TestPausedPartitionIsResumedWhenHalfIsDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		e := event.New(spec())
		w.topic(at(1))
		for i := range int32(100) {
			w.publish(e, newFact("slow", i+1, ""))
		}
		step := make(chan struct{})
		r := w.start("g", Limits{Records: 40}, NewRoute(nil, nil, Func(e, func(context.Context, *delivery) error {
			<-step
			return nil
		})))
		for range 100 {
			step <- struct{}{}
		}
		w.await(100)
		r.finish()
	})
}

func TestNoMoreIsReadThanTheLimitsAllow(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		limits Limits
		size   int
		most   int
	}{
		"records": {Limits{Records: 10}, 10, 10},
		"bytes":   {Limits{Bytes: 1 << 20}, 64 << 10, 500 + 16}, // one poll may go over
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, g := newWorld(t), newGate()
				e := event.New(spec())
				w.topic(at(1))
				text := string(make([]byte, tt.size))
				for i := range int32(1000) {
					w.publish(e, newFact("a", i+1, text))
				}
				route := NewRoute(nil, nil, Func(e, g.holdFunc("a")))
				r := w.start("g", tt.limits, route)
				<-g.entered
				synctest.Wait()
				m := w.member()
				w.b.mu.Lock()
				given := m.given
				w.b.mu.Unlock()
				if given == 0 || given > tt.most {
					t.Errorf("%d records were read, want at most %d", given, tt.most)
				}
				close(g.leave)
				w.await(1000)
				r.finish()
				w.wantCommitted(1000)
			})
		})
	}
}
