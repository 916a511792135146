package consume

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/payload"
)

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

func TestBatchesAreWholeAgainAfterAPassingError(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := event.New(positional())
	w.topic(at(1))
	w.publish(e, numbered(5000)...)
	var sizes []int
	b := Batch{Handler: "facts_p", Max: 100, Apply: func(_ context.Context, _ *sql.Tx, rs []*event.Record) ([]event.Outcome, error) {
		sizes = append(sizes, len(rs))
		if len(sizes) <= 3 {
			return nil, errors.New("passes")
		}
		return nil, nil
	}}
	r := w.start("g", NewBatchRoute(w.db, e.Contract(), b))
	w.await(5000)
	r.finish()
	if len(sizes) > 70 {
		t.Errorf("%d calls with %v records", len(sizes), sizes)
	}
}
