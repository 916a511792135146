package sqldb_test

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// contender is how one kind of guard sees the same record in two hands, and what came of a newer one.
type contender struct {
	guard func(sqldb.Dialect) sqldb.Guard
	newer sqldb.Entry // comes after revision 1
	late  event.Outcome
}

func contenders() map[string]contender {
	return map[string]contender{
		"revision": {func(d sqldb.Dialect) sqldb.Guard { return sqldb.NewRevisionGuard(d, sqldb.KeepStored) }, rev("a", 2, "y"), event.Stale},
		"sequence": {func(d sqldb.Dialect) sqldb.Guard { return sqldb.NewSequenceGuard(d, sqldb.Gaps{}) }, rev("a", 2, "y"), event.Duplicate},
		"inbox":    {sqldb.NewInboxGuard, rev("a", 1, "x"), event.Duplicate},
	}
}

func eachContender(t *testing.T, f func(t *testing.T, w *world, g sqldb.Guard, c contender)) {
	t.Helper()
	for name, c := range contenders() {
		t.Run(name, func(t *testing.T) {
			eachWorld(t, func(t *testing.T, w *world) { f(t, w, c.guard(w.d), c) })
		})
	}
}

// inBackground handles e in a transaction of its own.
func (w *world) inBackground(g sqldb.Guard, e sqldb.Entry) <-chan []event.Outcome {
	result := make(chan []event.Outcome, 1)
	go func() {
		outcomes, err := w.try(g, e)
		if err != nil {
			w.t.Errorf("handle in the background: %v", err)
		}
		result <- outcomes
	}()
	return result
}

func TestTwoOwnersOfANewKeyGiveOneEffect(t *testing.T) {
	t.Parallel()
	eachContender(t, func(t *testing.T, w *world, g sqldb.Guard, _ contender) {
		first := w.begin()
		got, err := admit(t.Context(), first, g, rev("a", 1, "x"))
		if err != nil {
			t.Fatal(err)
		}
		wantOutcomes(t, got, event.Applied)
		second := w.inBackground(g, rev("a", 1, "x"))
		w.awaitBlocked()
		if err := first.Commit(); err != nil {
			t.Fatal(err)
		}
		wantOutcomes(t, <-second, event.Duplicate)
		wantEffects(t, w, "a1")
	})
}

func TestZombieHasNoEffectAfterTheNewOwner(t *testing.T) {
	t.Parallel()
	eachContender(t, func(t *testing.T, w *world, g sqldb.Guard, c contender) {
		w.handle(g, rev("a", 1, "x"))
		owner := w.begin()
		if _, err := admit(t.Context(), owner, g, c.newer); err != nil {
			t.Fatal(err)
		}
		zombie := w.inBackground(g, rev("a", 1, "x"))
		if c.newer.Revision > 1 {
			w.awaitBlocked()
		}
		if err := owner.Commit(); err != nil {
			t.Fatal(err)
		}
		wantOutcomes(t, <-zombie, c.late)
		if n := w.int("SELECT count(*) FROM effect WHERE revision = 1"); n != 1 {
			t.Errorf("revision 1 had %d effects, want 1", n)
		}
	})
}

func TestNewOwnerAppliesWhatTheZombieRollsBack(t *testing.T) {
	t.Parallel()
	eachContender(t, func(t *testing.T, w *world, g sqldb.Guard, _ contender) {
		zombie := w.begin()
		if _, err := admit(t.Context(), zombie, g, rev("a", 1, "x")); err != nil {
			t.Fatal(err)
		}
		owner := w.inBackground(g, rev("a", 1, "x"))
		w.awaitBlocked()
		if err := zombie.Rollback(); err != nil {
			t.Fatal(err)
		}
		wantOutcomes(t, <-owner, event.Applied)
		wantEffects(t, w, "a1")
	})
}

// Rounds of batches with the same keys in opposite orders: unsorted, PostgreSQL finds a deadlock within a few dozen.
func TestOppositeKeyOrdersDoNotDeadlock(t *testing.T) {
	t.Parallel()
	eachContender(t, func(t *testing.T, w *world, g sqldb.Guard, _ contender) {
		rounds := int64(1000)
		if !w.isPostgres() || testing.Short() {
			rounds = 100
		}
		var group errgroup.Group
		for owner := range 2 {
			group.Go(func() error {
				for round := range rounds {
					batch := []sqldb.Entry{rev("a", round+1, "x"), rev("b", round+1, "x"), rev("c", round+1, "x"), rev("d", round+1, "x")}
					if owner == 1 {
						slices.Reverse(batch)
					}
					// Not InTx, which would hide the deadlock.
					if err := w.once(g, batch); err != nil {
						return fmt.Errorf("round %d of owner %d: %w", round, owner, err)
					}
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		if n := w.int("SELECT count(*) FROM (SELECT DISTINCT entity, revision FROM effect) e"); n != 4*rounds {
			t.Errorf("%d revisions had an effect, want %d", n, 4*rounds)
		}
		if n := w.int("SELECT count(*) FROM effect"); n != 4*rounds {
			t.Errorf("there are %d effects, want %d", n, 4*rounds)
		}
	})
}

// Ids are new in each round, so only rows of one statement can be in the way of another: that takes large batches that start together.
func TestOppositeCommandOrdersDoNotDeadlock(t *testing.T) {
	t.Parallel()
	w := newWorld(t, realservers.Postgres(t))
	g := discard{sqldb.NewInboxGuard(w.d)}
	for round := range 50 {
		batch := make([]sqldb.Entry, 300)
		for i := range batch {
			batch[i] = order(fmt.Sprint(round, "-", i), time.Hour)
		}
		opposite := slices.Clone(batch)
		slices.Reverse(opposite)
		var owners errgroup.Group
		owners.Go(func() error { return w.once(g, batch) })
		owners.Go(func() error { return w.once(g, opposite) })
		if err := owners.Wait(); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
	}
	if n := w.int("SELECT count(*) FROM evgen_inbox"); n != 50*300 {
		t.Errorf("%d commands are in the inbox, want %d", n, 50*300)
	}
}

// A chain that goes on in a transaction of its own meets another owner, who is handed the record that is due.
func TestNextDoesNotDeadlockWithAnotherOwner(t *testing.T) {
	t.Parallel()
	w := newWorld(t, realservers.Postgres(t))
	g := sqldb.NewSequenceGuard(w.d, sqldb.Gaps{})
	undrained := discard{g}
	for _, revision := range []int64{2, 3, 1} {
		if err := w.once(undrained, []sqldb.Entry{rev("a", revision, "")}); err != nil {
			t.Fatal(err)
		}
	}
	owner := w.begin()
	if _, err := owner.ExecContext(t.Context(), "SELECT 1 FROM evgen_sequence FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	var next *event.Record
	var chain errgroup.Group
	chain.Go(func() error {
		tx, err := w.db.BeginTx(t.Context(), nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		if next, err = g.Next(t.Context(), tx, handler, []byte("a")); err != nil {
			return err
		}
		return tx.Commit()
	})
	w.awaitBlocked()
	outcomes, err := g.Admit(t.Context(), owner, handler, []sqldb.Entry{rev("a", 2, "")})
	if err != nil {
		t.Fatal(err)
	}
	wantOutcomes(t, outcomes, event.Applied)
	if err := errors.Join(owner.Commit(), chain.Wait()); err != nil {
		t.Fatal(err)
	}
	if revision, _, err := next.Revision(); revision != 3 || err != nil {
		t.Errorf("the chain went on with revision %d, %v; want 3", revision, err)
	}
}

func (w *world) once(g sqldb.Guard, batch []sqldb.Entry) error {
	tx, err := w.db.BeginTx(w.t.Context(), nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := admit(w.t.Context(), tx, g, batch...); err != nil {
		return err
	}
	return tx.Commit()
}

var errCrash = errors.New("the process was killed")

// deliver hands all entries to g, several times and in any order, from eight workers of which any transaction may
// crash. An entry is done when a transaction with it committed.
func (w *world) deliver(g sqldb.Guard, entries []sqldb.Entry) {
	w.t.Helper()
	var queue []sqldb.Entry
	for range 3 {
		queue = append(queue, entries...)
	}
	rand.Shuffle(len(queue), func(i, j int) { queue[i], queue[j] = queue[j], queue[i] })
	work := make(chan sqldb.Entry, len(queue))
	for _, e := range queue {
		work <- e
	}
	close(work)
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for e := range work {
				for errors.Is(w.crashing(g, e), errCrash) {
				}
			}
		})
	}
	workers.Wait()
}

func (w *world) crashing(g sqldb.Guard, e sqldb.Entry) error {
	err := sqldb.InTx(w.t.Context(), w.db, func(tx *sql.Tx) error {
		if _, err := admit(w.t.Context(), tx, g, e); err != nil {
			return err
		}
		if rand.N(4) == 0 {
			return errCrash
		}
		return nil
	})
	if err != nil && !errors.Is(err, errCrash) {
		w.t.Errorf("handle %s: %v", e.EventID, err)
	}
	return err
}

func steps(keys, revisions int) []sqldb.Entry {
	var entries []sqldb.Entry
	for k := range keys {
		for r := range revisions {
			entries = append(entries, rev(fmt.Sprint("k", k), int64(r+1), fmt.Sprint(r)))
		}
	}
	return entries
}

func TestShuffledCrashingDeliveryGivesExactSequences(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		const keys, last = 16, 20
		w.deliver(sqldb.NewSequenceGuard(w.d, sqldb.Gaps{}), steps(keys, last))
		want := map[string][]int64{}
		for k := range keys {
			for r := range int64(last) {
				want[fmt.Sprint("k", k)] = append(want[fmt.Sprint("k", k)], r+1)
			}
		}
		if diff := cmp.Diff(want, w.revisions()); diff != "" {
			t.Errorf("effects (-want +got):\n%s", diff)
		}
		if n := w.int("SELECT count(*) FROM evgen_parked"); n != 0 {
			t.Errorf("%d records are left parked", n)
		}
		if n := w.int("SELECT count(*) FROM evgen_sequence WHERE gap_since IS NOT NULL OR broken_at IS NOT NULL OR seq <> $1", last); n != 0 {
			t.Errorf("%d sequences have not ended well", n)
		}
	})
}

func TestShuffledCrashingDeliveryGivesGrowingRevisions(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		const keys, last = 16, 20
		w.deliver(sqldb.NewRevisionGuard(w.d, sqldb.KeepStored), steps(keys, last))
		revisions := w.revisions()
		if len(revisions) != keys {
			t.Errorf("%d keys had effects, want %d", len(revisions), keys)
		}
		for key, rs := range revisions {
			if !slices.IsSorted(rs) || len(slices.Compact(slices.Clone(rs))) != len(rs) || rs[len(rs)-1] != last {
				t.Errorf("effects of %s are %v, want strictly growing ones that end with %d", key, rs, last)
			}
		}
	})
}

func TestShuffledCrashingDeliveryRunsEachCommandOnce(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		w.deliver(sqldb.NewInboxGuard(w.d), steps(8, 20))
		if n := w.int("SELECT count(*) FROM effect"); n != 160 {
			t.Errorf("%d effects, want 160", n)
		}
		if n := w.int("SELECT count(*) FROM (SELECT DISTINCT entity, revision FROM effect) e"); n != 160 {
			t.Errorf("%d commands had an effect, want 160", n)
		}
	})
}
