package consume

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/payload"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// positional is an event without revision or id: its guard is the position.
func positional() event.Spec[string, *fact] {
	s := spec()
	s.Revision = event.Revision[*fact]{}
	return s
}

// numbered returns facts of one key with texts 0 to n-1.
func numbered(n int) []*fact {
	var fs []*fact
	for i := range n {
		fs = append(fs, newFact("a", 0, fmt.Sprint(i)))
	}
	return fs
}

func numberedEffects(n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprint("a0 ", i))
	}
	return all
}

func (w *world) offset(group string) int64 {
	w.t.Helper()
	next, found, err := sqldb.LoadOffset(w.t.Context(), w.db, group, event.Position{Topic: "facts", TopicID: w.b.topics["facts"].id})
	if err != nil {
		w.t.Fatal(err)
	}
	if !found {
		return -1
	}
	return next
}

// batchWriter returns a batch handler that writes all records, and those in fails not.
func batchWriter(fails func(text string) error) Batch {
	e := event.New(positional())
	return Batch{Handler: "facts_p", Apply: func(ctx context.Context, tx *sql.Tx, rs []*event.Record) ([]event.Outcome, error) {
		for _, r := range rs {
			d, err := e.Delivery(r)
			if err == nil {
				err = fails(textOf(d.Message))
			}
			if err == nil {
				err = write(ctx, tx, d)
			}
			if err != nil {
				return nil, err
			}
		}
		return nil, nil
	}}
}

// finishedElsewhere tells the broker that another member of group "g" has finished the offsets.
func (w *world) finishedElsewhere(from, to int64) {
	for offset := from; offset < to; offset++ {
		w.b.finish("g", event.Position{Topic: "facts", TopicID: w.b.topics["facts"].id, Offset: offset})
	}
}

func never(string) error { return nil }

func TestPartitionIsHandledInOrderWithItsPosition(t *testing.T) {
	t.Parallel()
	e := event.New(positional())
	routes := map[string]func(*world) Route{
		"cases": func(w *world) Route { return NewRoute(w.db, nil, On(e, write)) },
		"batch": func(w *world) Route { return NewBatchRoute(w.db, e.Contract(), batchWriter(never)) },
	}
	for name, route := range routes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			realservers.EachDatabase(t, func(t *testing.T, db *sql.DB) {
				t.Parallel()
				w := newWorldOn(t, db)
				w.topic(at(1))
				w.publish(e, numbered(700)...)
				r := w.start("g", route(w))
				w.await(700)
				r.finish()
				w.wantEffects(numberedEffects(700)...)
				w.wantCommitted(700)
				handler := map[string]string{"cases": "g/facts", "batch": "facts_p"}[name]
				if got := w.offset(handler); got != 700 {
					t.Errorf("the database is at %d, want 700", got)
				}
				if got := w.seen[0].Handler; got != handler {
					t.Errorf("observed handler %q, want %q", got, handler)
				}
			})
		})
	}
}

func TestPositionInTheDatabaseWinsOverTheGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := event.New(positional())
	w.topic(at(1))
	w.publish(e, numbered(5)...)
	route := NewRoute(w.db, nil, On(e, write))
	r := w.start("g", route)
	w.await(5)
	r.finish()
	w.b.mu.Lock()
	w.b.group("g").commits = map[place]event.Commit{} // as after a crash between both commits
	w.b.mu.Unlock()
	w.publish(e, newFact("a", 0, "5"))
	r = w.start("g", route)
	w.await(6)
	r.finish()
	w.wantEffects(numberedEffects(6)...)
	w.wantCommitted(6)
}

func TestFirstPositionIsTheGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := event.New(positional())
	w.topic(at(1))
	w.publish(e, numbered(5)...)
	w.b.mu.Lock()
	w.b.group("g").commits[place{"facts", 0}] = event.Commit{Position: event.Position{Topic: "facts", Offset: 3}}
	w.b.mu.Unlock()
	w.finishedElsewhere(0, 3)
	r := w.start("g", NewRoute(w.db, nil, On(e, write)))
	w.await(2)
	r.finish()
	w.wantEffects("a0 3", "a0 4")
}

func TestBadRecordInABatchIsFoundAndTheOthersApplied(t *testing.T) {
	t.Parallel()
	no := errors.New("no")
	tests := map[string]struct {
		err  error
		want string
	}{
		"permanent": {Permanent(no), "a0 permanent"},
		"exhausted": {no, "a0 exhausted"},
	}
	for name, tt := range tests {
		for _, kind := range []string{"cases", "batch"} {
			t.Run(name+" "+kind, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				s := positional()
				s.Retry = deadLetters()
				e := event.New(s)
				w.topic(at(1))
				w.publish(e, numbered(500)...)
				calls := 0
				fails := func(text string) error {
					calls++
					if text == "321" {
						return tt.err
					}
					return nil
				}
				route := NewBatchRoute(w.db, e.Contract(), batchWriter(fails))
				if kind == "cases" {
					route = NewRoute(w.db, nil, On(e, func(ctx context.Context, tx *sql.Tx, d *delivery) error {
						if err := fails(textOf(d.Message)); err != nil {
							return err
						}
						return write(ctx, tx, d)
					}))
				}
				r := w.start("g", route)
				w.await(500)
				r.finish()
				want := numberedEffects(500)
				w.wantEffects(slices.Delete(want, 321, 322)...)
				w.wantDead(tt.want)
				w.wantCommitted(500)
				if calls > 3000 {
					t.Errorf("%d calls to find one of 500", calls)
				}
			})
		}
	}
}

func TestBlockedRecordHoldsItsPartitionOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := positional()
		s.Retry = event.Retry{MaxBackoff: 10 * time.Second}
		e := event.New(s)
		w.topic(at(2))
		w.publish(e, newFact("a", 0, "0"), newFact("a", 0, "bad"), newFact("a", 0, "2"))
		w.append(encode(t, e, newFact("b", 0, "1"), func(r *event.Record) { r.Partition = 1 }))
		var healed atomic.Bool
		r := w.start("g", NewRoute(w.db, nil, On(e, func(ctx context.Context, tx *sql.Tx, d *delivery) error {
			if textOf(d.Message) == "bad" && !healed.Load() {
				return errors.New("no")
			}
			return write(ctx, tx, d)
		})))
		time.Sleep(time.Minute)
		synctest.Wait()
		w.wantAnyOrder("a0 applied", "b0 applied")
		w.wantCommitted(1)
		healed.Store(true)
		w.await(4)
		r.finish()
		w.wantCommitted(3)
	})
}

func TestConflictOfABatchIsCopiedBeforeItsPositionMoves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := positional()
		s.Retry = event.Retry{MaxBackoff: 10 * time.Second}
		e := event.New(s)
		w.topic(at(1))
		w.publish(e, numbered(3)...)
		var down atomic.Bool
		down.Store(true)
		w.b.refuse = func(topic string) error {
			if topic == "facts.g.dlq" && down.Load() {
				return errors.New("broker is down")
			}
			return nil
		}
		b := Batch{Handler: "facts_p", Apply: func(_ context.Context, _ *sql.Tx, rs []*event.Record) ([]event.Outcome, error) {
			return []event.Outcome{event.Applied, event.Conflict, event.Stale}[:len(rs)], nil
		}}
		r := w.start("g", NewBatchRoute(w.db, e.Contract(), b))
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := w.offset("facts_p"); got != -1 {
			t.Errorf("the database is at %d before the copy was written", got)
		}
		down.Store(false)
		w.want("a0 applied", "a0 conflict", "a0 stale")
		r.finish()
		w.wantDead("a0 conflict")
	})
}

func TestOwnerOfBeforeCannotRepeatAnEffect(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		e := event.New(positional())
		w.topic(at(1))
		w.publish(e, numbered(3)...)
		r := w.start("g", NewRoute(w.db, nil, On(e, write)))
		w.await(3)
		// Another owner, whose last transaction ends late, handles two more.
		w.publish(e, newFact("a", 0, "3"))
		w.await(4)
		w.exec("update evgen_offset set next_offset = 6")
		w.finishedElsewhere(4, 6)
		w.publish(e, newFact("a", 0, "handled elsewhere"), newFact("a", 0, "handled elsewhere"), newFact("a", 0, "6"))
		w.await(5)
		r.finish()
		w.wantEffects("a0 0", "a0 1", "a0 2", "a0 3", "a0 6")
		if got := w.offset("g/facts"); got != 7 {
			t.Errorf("the database is at %d, want 7", got)
		}
	})
}

func TestUnknownPositionIsLookedUpAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		e := event.New(positional())
		w.topic(at(1))
		w.publish(e, numbered(3)...)
		route := NewRoute(w.db, nil, On(e, write))
		r := w.start("g", route)
		w.await(3)
		w.nobody()
		w.exec("alter table evgen_offset rename to gone")
		w.b.mu.Lock()
		w.b.group("g").commits = map[place]event.Commit{}
		w.b.mu.Unlock()
		w.rebalance()
		w.publish(e, newFact("a", 0, "3"))
		time.Sleep(time.Minute)
		w.exec("alter table gone rename to evgen_offset")
		w.await(4)
		r.finish()
		w.wantEffects(numberedEffects(4)...)
	})
}

func TestSerialRouteStopsWhereGoingOnWouldLoseRecords(t *testing.T) {
	t.Parallel()
	e := event.New(positional())
	t.Run("trimmed", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.topic(at(1))
		w.publish(e, numbered(5)...)
		w.b.mu.Lock()
		w.b.group("g").commits[place{"facts", 0}] = event.Commit{Position: event.Position{Topic: "facts", Offset: 1}}
		w.b.mu.Unlock()
		w.b.trim("facts", 0, 3)
		var trimmed *event.TrimmedError
		if err := w.start("g", NewRoute(w.db, nil, On(e, write))).wait(); !errors.As(err, &trimmed) {
			t.Errorf("Run: %v", err)
		}
		w.wantEffects()
	})
	t.Run("recreated", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.topic(at(1))
		w.publish(e, numbered(5)...)
		r := w.start("g", NewRoute(w.db, nil, On(e, write)))
		w.await(5)
		r.finish()
		w.b.mu.Lock()
		w.b.topics["facts"].id = event.TopicID{99}
		w.b.mu.Unlock()
		var recreated *sqldb.TopicRecreatedError
		if err := w.start("g", NewRoute(w.db, nil, On(e, write))).wait(); !errors.As(err, &recreated) || strings.Count(err.Error(), "made anew") != 1 {
			t.Errorf("Run: %v", err)
		}
	})
}

func TestBatchOfWrongLengthIsAnError(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := positional()
	s.Retry = deadLetters()
	e := event.New(s)
	w.topic(at(1))
	w.append(encode(t, e, newFact("a", 0, ""), func(r *event.Record) { r.Value = payload.Frame(1, nil, r.Value) }))
	b := Batch{Handler: "p", Apply: func(_ context.Context, _ *sql.Tx, rs []*event.Record) ([]event.Outcome, error) {
		if diff := cmp.Diff(marshal(t, newFact("a", 0, "")), rs[0].Value); diff != "" {
			t.Errorf("value (-want +got):\n%s", diff)
		}
		return make([]event.Outcome, 2), nil
	}}
	r := w.start("g", NewBatchRoute(w.db, e.Contract(), b))
	w.want("a0 dead")
	r.finish()
	if err := w.seen[0].Err; !strings.Contains(err.Error(), "2 outcomes for 1 records") {
		t.Errorf("observed %v", err)
	}
}
