package consume

import (
	"context"
	"database/sql"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

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

func TestCommitKeepsWhatAnEarlierLeaseHasDone(t *testing.T) {
	t.Parallel()
	e := event.New(spec())
	s := newSession(NewGroup("g", newFakeBroker(t)))
	s.handlers = t.Context()
	r := NewRoute(nil, nil, Func(e, func(context.Context, *delivery) error { return nil })).bind("g", nil, at(1))
	from := event.Position{Topic: "facts", TopicID: someTopic, Offset: 10}
	p := newKeyedPartition(s, r, &event.Assignment{
		Position: from, Committed: true, Metadata: encodeMetadata(10, someTopic, spans{{11, 20}, {25, 30}}),
	})
	want := func(low int64, done spans) {
		t.Helper()
		c, _ := p.commit()
		if c.Offset != low {
			t.Errorf("commit of %d, want %d", c.Offset, low)
		}
		if diff := cmp.Diff(done, decodeMetadata(c.Metadata, c.Offset, someTopic), cmp.AllowUnexported(span{})); diff != "" {
			t.Errorf("done above (-want +got):\n%s", diff)
		}
	}
	offer := func(offset int64) bool {
		at := from
		at.Offset = offset
		return p.offer(encode(t, e, newFact("a", 1, ""), func(r *event.Record) { r.Position = at }))
	}
	if !offer(10) {
		t.Fatal("record 10 was refused")
	}
	s.work.Wait()
	want(20, spans{{25, 30}})
	if offer(11) || !offer(22) {
		t.Error("the record that was done is handled again, or the other is not")
	}
	s.work.Wait()
	want(23, spans{{25, 30}})
	if offer(25) {
		t.Error("the record that was done is handled again")
	}
	want(30, nil)
}
