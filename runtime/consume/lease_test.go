package consume

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

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

func TestPartitionRefusesRecordsOfBeforeAndAfterItsLease(t *testing.T) {
	t.Parallel()
	e := event.New(spec())
	s := newSession(NewGroup("g", newFakeBroker(t)))
	s.handlers = t.Context()
	keyed := NewRoute(nil, nil, Func(e, func(context.Context, *delivery) error { return nil })).bind("g", nil, at(1))
	a := &event.Assignment{Position: event.Position{Topic: "facts", Offset: 3}}
	serial := newSerialPartition(s, keyed, a)
	serial.place(3)
	for _, p := range []partition{newKeyedPartition(s, keyed, a), serial} {
		offer := func(offset int64) bool {
			return p.offer(encode(t, e, newFact("a", 1, ""), func(r *event.Record) { r.Position = event.Position{Topic: "facts", Offset: offset} }))
		}
		if offer(2) || !offer(4) || offer(4) || offer(3) {
			t.Errorf("%T takes records twice, or from before its assignment", p)
		}
		s.release([]partition{p})
		if offer(5) {
			t.Errorf("%T takes records after its end", p)
		}
	}
	s.work.Wait()
}

func TestErrorsOfCancelledHandlersSayNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		e := event.New(spec())
		w.topic(at(1))
		w.publish(e, newFact("a", 1, ""))
		var again atomic.Bool
		r := w.start("g", NewRoute(nil, nil, Func(e, func(ctx context.Context, _ *delivery) error {
			if again.Swap(true) {
				return nil
			}
			<-ctx.Done()
			return Unavailable(ctx.Err()) // as a driver says whose connection was closed
		})))
		synctest.Wait()
		w.member().lose(t.Context())
		synctest.Wait()
		if err := r.g.Health(); err != nil {
			t.Errorf("Health: %v", err)
		}
		w.rebalance()
		w.want("a1 applied")
		r.finish()
	})
}
