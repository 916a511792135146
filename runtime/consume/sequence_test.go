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

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

func sequence() event.Spec[string, *fact] {
	s := spec()
	s.Revision = event.Sequence(revOf)
	return s
}

func TestSequenceIsAppliedInOrderWhateverTheOrderInTheLog(t *testing.T) {
	t.Parallel()
	realservers.EachDatabase(t, func(t *testing.T, db *sql.DB) {
		t.Parallel()
		w := newWorldOn(t, db)
		e := event.New(sequence())
		w.topic(at(1))
		for _, rev := range []int32{1, 4, 3, 1, 5, 2, 4, 6} {
			w.publish(e, newFact("a", rev, ""))
		}
		r := w.start("g", NewRoute(w.db, nil, On(e, write)))
		w.want("a1 applied", "a4 parked", "a3 parked", "a1 duplicate", "a5 parked",
			"a2 applied", "a3 applied", "a4 applied", "a5 applied", "a4 duplicate", "a6 applied")
		r.finish()
		w.wantEffects("a1", "a2", "a3", "a4", "a5", "a6")
		w.wantCommitted(8)
	})
}

func TestLongDrainIsSplitIntoTransactions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := event.New(sequence())
	w.topic(at(1))
	const n = maxChain + 7
	for rev := int32(n); rev > 0; rev-- {
		w.publish(e, newFact("a", rev, ""))
	}
	perTx := map[*sql.Tx]int{}
	r := w.start("g", NewRoute(w.db, nil, On(e, func(ctx context.Context, tx *sql.Tx, d *delivery) error {
		perTx[tx]++
		return write(ctx, tx, d)
	})))
	w.await(2*n - 1)
	r.finish()
	var sizes []int
	for _, size := range perTx {
		sizes = append(sizes, size)
	}
	slices.Sort(sizes)
	if !slices.Equal(sizes, []int{7, maxChain}) {
		t.Errorf("transactions of %v records", sizes)
	}
	var want []string
	for rev := range n {
		want = append(want, fmt.Sprint("a", rev+1))
	}
	w.wantEffects(want...)
}

func TestParkedRecordThatFailsDoesNotHoldThoseBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := sequence()
		s.Retry = event.Retry{Attempts: 2, Backoff: time.Second, MaxBackoff: time.Second}
		e := event.New(s)
		w.topic(at(1))
		w.publish(e, newFact("a", 2, ""), newFact("a", 3, ""), newFact("a", 4, ""), newFact("a", 1, ""), newFact("a", 5, ""), newFact("b", 1, ""))
		var healed atomic.Bool
		var last atomic.Int32
		r := w.start("g", NewRoute(w.db, nil, On(e, func(ctx context.Context, tx *sql.Tx, d *delivery) error {
			if d.Revision == 3 && !healed.Load() {
				last.Store(int32(d.Attempt))
				return errors.New("no")
			}
			return write(ctx, tx, d)
		})))
		time.Sleep(time.Minute)
		synctest.Wait()
		got := w.effects()
		slices.Sort(got)
		if !slices.Equal(got, []string{"a1", "a2", "b1"}) {
			t.Errorf("effects %v while revision 3 fails", got)
		}
		w.wantCommitted(3) // the record that released the others is not finished
		if last.Load() < 10 {
			t.Errorf("revision 3 was tried %d times", last.Load())
		}
		healed.Store(true)
		w.await(9)
		r.finish()
		w.wantCommitted(6)
		w.wantDead()
	})
}

func TestAttemptsOfParkedRecordsAreCountedOneByOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := sequence()
	s.Retry = deadLetters()
	e := event.New(s)
	w.topic(at(1))
	w.publish(e, newFact("a", 2, ""), newFact("a", 3, ""), newFact("a", 1, ""))
	r := w.start("g", NewRoute(w.db, nil, On(e, func(ctx context.Context, tx *sql.Tx, d *delivery) error {
		if d.Attempt < s.Retry.Attempts {
			return errors.New("not yet")
		}
		return write(ctx, tx, d)
	})))
	w.want("a2 parked", "a3 parked", "a1 applied", "a2 applied", "a3 applied")
	r.finish()
	w.wantDead()
}

func TestParkedRecordThatIsGivenUpIsDeadLetteredAndStaysParked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := event.New(sequence())
	w.topic(at(1))
	w.publish(e, newFact("a", 2, ""), newFact("a", 3, ""), newFact("a", 1, ""))
	var healed atomic.Bool
	r := w.start("g", NewRoute(w.db, nil, On(e, func(ctx context.Context, tx *sql.Tx, d *delivery) error {
		if d.Revision == 2 && !healed.Load() {
			return Permanent(errors.New("no"))
		}
		return write(ctx, tx, d)
	})))
	w.want("a2 parked", "a3 parked", "a1 applied", "a2 dead")
	healed.Store(true)
	w.publish(e, newFact("a", 4, ""))
	w.want("a2 parked", "a3 parked", "a1 applied", "a2 dead", "a4 parked", "a2 applied", "a3 applied", "a4 applied")
	r.finish()
	w.wantDead("a2 permanent")
	w.wantEffects("a1", "a2", "a3", "a4")
}

func TestBrokenSequenceIsDeadLettered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := event.New(sequence())
	w.topic(at(1))
	for rev := int32(2); rev < 7; rev++ {
		w.publish(e, newFact("a", rev, ""))
	}
	w.publish(e, newFact("b", 1, ""))
	r := w.start("g", NewRoute(w.db, []RouteOption{Gaps(sqldb.Gaps{MaxRecords: 3})}, On(e, write)))
	w.wantAnyOrder("a2 parked", "a3 parked", "a4 parked", "a5 dead", "a6 dead", "b1 applied")
	r.finish()
	w.wantDead("a5 broken", "a6 broken")
	w.wantCommitted(6)
}

func TestGapPolicyFailHoldsTheKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := sequence()
		s.Retry = event.Retry{DeadLetter: true}
		e := event.New(s)
		w.topic(at(1))
		w.publish(e, newFact("a", 2, ""), newFact("b", 1, ""))
		r := w.start("g", NewRoute(w.db, []RouteOption{Gaps(sqldb.Gaps{Policy: sqldb.Fail})}, On(e, write)))
		time.Sleep(time.Hour)
		synctest.Wait()
		w.want("b1 applied")
		if err := r.g.Health(); err != nil {
			t.Errorf("Health: %v", err)
		}
		w.publish(e, newFact("c", 1, ""))
		w.want("b1 applied", "c1 applied")
		w.wantCommitted(0)
		w.wantDead()
		r.finish()
	})
}

func TestRebaseIsUserCodeAndMayFail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := sequence()
	s.Retry = deadLetters()
	e := event.New(s)
	w.topic(at(1))
	w.publish(e, newFact("a", 7, ""), newFact("b", 7, ""), newFact("c", 7, ""))
	rebase := func(_ context.Context, _ *sql.Tx, key []byte) (int64, error) {
		switch string(key) {
		case "a":
			return 0, errors.New("no")
		case "b":
			panic("no")
		}
		return 6, nil
	}
	r := w.start("g", NewRoute(w.db, []RouteOption{Gaps(sqldb.Gaps{Policy: sqldb.Resync, Rebase: rebase})}, On(e, write)))
	w.wantAnyOrder("a7 dead", "b7 dead", "c7 applied")
	r.finish()
	for _, letter := range w.b.records("facts.g.dlq") {
		if kind, _ := letter.Headers.Get(event.HeaderErrorKind); !strings.Contains(kind, kindExhausted) {
			t.Errorf("dead letter of %s is %s", letter.Key, kind)
		}
	}
}
