package consume

import (
	"context"
	"database/sql"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

// gate is a handler that waits for the test.
type gate struct {
	entered chan string
	leave   chan struct{}
}

func newGate() *gate { return &gate{make(chan string, 1000), make(chan struct{})} }

// hold lets records of the keys wait until leave is closed or their context ends.
func (g *gate) hold(keys ...string) func(context.Context, *sql.Tx, *delivery) error {
	return func(ctx context.Context, tx *sql.Tx, d *delivery) error {
		g.entered <- d.Key
		if slices.Contains(keys, d.Key) {
			select {
			case <-g.leave:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if tx == nil {
			return nil
		}
		return write(ctx, tx, d)
	}
}

// holdFunc is hold for a route without database.
func (g *gate) holdFunc(keys ...string) func(context.Context, *delivery) error {
	hold := g.hold(keys...)
	return func(ctx context.Context, d *delivery) error { return hold(ctx, nil, d) }
}

// member returns the only member of group "g".
func (w *world) member() *fakeMember {
	w.t.Helper()
	members := w.b.members("g")
	if len(members) != 1 {
		w.t.Fatalf("%d members, want one", len(members))
	}
	return members[0]
}

func (w *world) wantCommitted(want int64) {
	w.t.Helper()
	if got := w.b.committed("g", "facts", 0); got != want {
		w.t.Errorf("committed %d, want %d", got, want)
	}
}

// nobody takes all partitions away in good order.
func (w *world) nobody() {
	w.t.Helper()
	if err := w.b.redistribute(w.t.Context(), "g", func(int, []*fakeMember) *fakeMember { return nil }); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) rebalance() {
	w.t.Helper()
	if err := w.b.rebalance(w.t.Context(), "g"); err != nil {
		w.t.Fatal(err)
	}
}

func TestSlowKeyHoldsNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, g := newWorld(t), newGate()
		e := event.New(spec())
		w.topic(at(1))
		w.publish(e, newFact("hot", 1, ""), newFact("hot", 2, ""), newFact("a", 1, ""), newFact("b", 1, ""), newFact("hot", 3, ""), newFact("a", 2, ""))
		r := w.start("g", NewRoute(nil, nil, Func(e, g.holdFunc("hot"))))
		w.wantAnyOrder("a1 applied", "a2 applied", "b1 applied")
		time.Sleep(2 * commitInterval)
		synctest.Wait()
		w.wantCommitted(0)
		close(g.leave)
		if got := w.await(6)[3:]; !slices.Equal(got, []string{"hot1 applied", "hot2 applied", "hot3 applied"}) {
			t.Errorf("then %v, want the hot key in order", got)
		}
		r.finish()
		w.wantCommitted(6)
	})
}

func TestRevokeCommitsTheLowestUnfinishedRecord(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, g := newWorld(t), newGate()
		e := event.New(spec())
		w.topic(at(1))
		w.publish(e, newFact("a", 1, ""), newFact("slow", 1, ""), newFact("b", 1, ""), newFact("c", 1, ""))
		r := w.start("g", NewRoute(nil, nil, Func(e, g.holdFunc("slow"))))
		w.await(3)
		begin := time.Now()
		w.nobody() // waits for the slow handler in vain
		if got := time.Since(begin); got != 10*time.Second {
			t.Errorf("drained for %s, want the default of 10s", got)
		}
		w.wantCommitted(1)
		w.rebalance()
		close(g.leave)
		if got := w.await(4)[3:]; !slices.Equal(got, []string{"slow1 applied"}) {
			t.Errorf("after the partition came back: %v, want the slow record only", got)
		}
		r.finish()
		w.wantCommitted(4)
	})
}

func TestRevokeWaitsForRunningHandlersOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, g := newWorld(t), newGate()
		e := event.New(spec())
		w.topic(at(1))
		w.publish(e, newFact("slow", 1, ""), newFact("slow", 2, ""))
		r := w.start("g", NewRoute(nil, nil, Func(e, g.holdFunc("slow"))))
		<-g.entered
		time.AfterFunc(3*time.Second, func() { close(g.leave) })
		begin := time.Now()
		w.nobody()
		if got := time.Since(begin); got != 3*time.Second {
			t.Errorf("drained for %s, want 3s", got)
		}
		w.want("slow1 applied") // the second one was not begun
		w.wantCommitted(1)
		r.finish()
	})
}

func TestLostPartitionIsNotCommittedAndComesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, g := newWorld(t), newGate()
		e := event.New(spec())
		w.topic(at(1))
		w.publish(e, newFact("a", 1, ""), newFact("slow", 1, ""))
		r := w.start("g", NewRoute(w.db, nil, On(e, g.hold("slow"))))
		<-g.entered
		<-g.entered
		w.await(1)
		w.member().lose(t.Context())
		time.Sleep(5 * commitInterval)
		w.wantCommitted(-1)
		close(g.leave)
		w.rebalance()
		w.wantAnyOrder("a1 applied", "a1 duplicate", "slow1 applied")
		r.finish()
		w.wantEffects("a1", "slow1")
		w.wantCommitted(2)
	})
}

func TestFencedMemberGivesEverythingUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, g := newWorld(t), newGate()
		e := event.New(spec())
		w.topic(at(2))
		w.publish(e, newFact("a", 1, ""), newFact("slow", 1, ""))
		r := w.start("g", NewRoute(nil, nil, Func(e, g.holdFunc("slow"))))
		w.await(1)
		m := w.member()
		w.b.mu.Lock()
		m.fenced = true
		w.b.mu.Unlock()
		time.Sleep(2 * commitInterval)
		synctest.Wait()
		w.b.mu.Lock()
		m.fenced = false // a new member id: commits would succeed again
		w.b.mu.Unlock()
		close(g.leave)
		time.Sleep(5 * commitInterval)
		w.nobody()
		w.wantCommitted(-1)
		w.rebalance()
		w.wantAnyOrder("a1 applied", "a1 applied", "slow1 applied")
		r.finish()
		w.wantCommitted(2)
	})
}

func TestPartitionThatComesBackAtOnceStartsAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, g := newWorld(t), newGate()
		e := event.New(spec())
		w.topic(at(1))
		w.publish(e, newFact("slow", 1, "x"))
		deaf := func(ctx context.Context, d *delivery) error { // does not notice that its partition is gone
			g.entered <- d.Key
			<-g.leave
			return nil
		}
		r := w.start("g", Limits{Drain: time.Second}, NewRoute(nil, nil, Func(e, deaf)))
		<-g.entered
		w.nobody()
		w.rebalance()
		<-g.entered // the same record again, while the first call still runs
		w.wantCommitted(-1)
		close(g.leave)
		w.want("slow1 applied", "slow1 applied")
		r.finish()
		w.wantCommitted(1)
	})
}

func TestRecordsPolledBeforeARevokeAreDropped(t *testing.T) {
	t.Parallel()
	e := event.New(spec())
	s := newSession(NewGroup("g", newFakeBroker(t), NewRoute(nil, nil, Func(e, func(context.Context, *delivery) error {
		t.Error("the handler was called")
		return nil
	}))))
	s.handlers = t.Context()
	s.routes = map[string]*route{"facts": s.group.routes[0].bind("g", nil, at(1))}
	if err := s.Assigned(t.Context(), []event.Assignment{{Position: event.Position{Topic: "facts"}}}); err != nil {
		t.Fatal(err)
	}
	s.Lost([]event.Position{{Topic: "facts"}})
	record := encode(t, e, newFact("a", 1, ""), func(r *event.Record) { r.Position = event.Position{Topic: "facts"} })
	s.distribute([]*event.Record{record})
	s.work.Wait()
	if empty, _ := s.load.empty(); !empty {
		t.Error("the dropped record still counts")
	}
}

func TestHolesInTheLogDoNotHoldTheLowMark(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := event.New(spec())
	w.topic(at(1))
	w.b.hole("facts", 0)
	w.publish(e, newFact("a", 1, ""))
	w.b.hole("facts", 0)
	w.b.hole("facts", 0)
	w.publish(e, newFact("b", 1, ""))
	w.b.hole("facts", 0)
	r := w.start("g", NewRoute(nil, nil, Func(e, func(context.Context, *delivery) error { return nil })))
	w.await(2)
	r.finish()
	w.wantCommitted(5) // what is behind the last record is not known
}

func TestFinishedRecordsDoNotComeAgainAfterAnOrderlyEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, g := newWorld(t), newGate()
		e := event.New(spec())
		w.topic(at(1))
		w.publish(e, newFact("slow", 1, ""))
		for i := range int32(100) {
			w.publish(e, newFact("a", i+1, ""))
		}
		w.publish(e, newFact("slow", 2, ""), newFact("b", 1, ""))
		route := NewRoute(nil, nil, Func(e, g.holdFunc("slow")))
		r := w.start("g", route)
		w.await(101)
		r.finish()
		w.wantCommitted(0)
		close(g.leave)
		r = w.start("g", route)
		w.await(103)
		synctest.Wait()
		if got := w.await(103)[101:]; !slices.Equal(got, []string{"slow1 applied", "slow2 applied"}) {
			t.Errorf("the second run handled %v, want what the first one left", got)
		}
		r.finish()
		w.wantCommitted(103)
	})
}

func TestMetadataOutlivesALeaseThatDoesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, g := newWorld(t), newGate()
		e := event.New(spec())
		w.topic(at(1))
		w.publish(e, newFact("slow", 1, ""), newFact("a", 1, ""), newFact("slow", 2, ""), newFact("b", 1, ""))
		route := NewRoute(nil, nil, Func(e, g.holdFunc("slow")))
		for range 3 {
			r := w.start("g", Limits{Records: 1}, route)
			<-g.entered
			r.finish()
		}
		r := w.start("g", route)
		w.await(2)
		r.finish()
		close(g.leave)
		r = w.start("g", route)
		w.wantAnyOrder("a1 applied", "b1 applied", "slow1 applied", "slow2 applied")
		r.finish()
		w.wantCommitted(4)
	})
}

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

func TestTrimmedKeyedPartitionGoesOnAtTheStartOfTheLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		e := event.New(spec())
		w.topic(at(1))
		w.publish(e, newFact("a", 1, ""), newFact("a", 2, ""), newFact("a", 3, ""))
		w.b.mu.Lock()
		w.b.group("g").commits[place{"facts", 0}] = event.Commit{Position: event.Position{Topic: "facts", Offset: 1}}
		w.b.mu.Unlock()
		w.b.trim("facts", 0, 2)
		r := w.start("g", NewRoute(w.db, nil, On(e, write)))
		w.want("a3 applied")
		r.finish()
		w.wantCommitted(3)
	})
}
