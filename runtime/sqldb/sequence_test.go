package sqldb_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// age makes every open gap older.
func (w *world) age(by time.Duration) {
	w.t.Helper()
	if w.isPostgres() {
		w.exec("UPDATE evgen_sequence SET gap_since = gap_since - $1::bigint * interval '1 microsecond'", by.Microseconds())
		return
	}
	w.exec("UPDATE evgen_sequence SET gap_since = gap_since - $1", by.Microseconds())
}

func TestGapIsFilledAndDrainedInOrder(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		g := sqldb.NewSequenceGuard(w.d, sqldb.Gaps{})
		wantOutcomes(t, w.handle(g, rev("a", 1, "")), event.Applied)
		wantOutcomes(t, w.handle(g, rev("a", 1, "")), event.Duplicate)
		wantOutcomes(t, w.handle(g, rev("a", 4, "")), event.Parked)
		wantOutcomes(t, w.handle(g, rev("a", 3, "")), event.Parked)
		wantOutcomes(t, w.handle(g, rev("a", 3, "")), event.Parked)
		wantOutcomes(t, w.handle(g, rev("a", 6, "")), event.Parked)
		wantEffects(t, w, "a1")
		wantOutcomes(t, w.handle(g, rev("a", 2, "")), event.Applied)
		wantEffects(t, w, "a1", "a2", "a3", "a4")
		if n := w.int("SELECT count(*) FROM evgen_sequence WHERE gap_since IS NOT NULL"); n != 1 {
			t.Error("the gap before revision 6 is not open")
		}
		wantOutcomes(t, w.handle(g, rev("a", 5, "")), event.Applied)
		wantOutcomes(t, w.handle(g, rev("a", 3, "")), event.Duplicate)
		wantEffects(t, w, "a1", "a2", "a3", "a4", "a5", "a6")
		if n := w.int("SELECT count(*) FROM evgen_sequence WHERE gap_since IS NOT NULL"); n != 0 {
			t.Error("the gap is still open")
		}
	})
}

func TestSequencesOfABatchAreSeparate(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		g := sqldb.NewSequenceGuard(w.d, sqldb.Gaps{})
		got := w.handle(g, rev("b", 1, ""), rev("a", 3, ""), rev("b", 2, ""), rev("a", 1, ""), rev("c", 2, ""), rev("a", 1, ""), rev("b", 3, ""))
		wantOutcomes(t, got, event.Applied, event.Parked, event.Applied, event.Applied, event.Parked, event.Duplicate, event.Applied)
		wantOutcomes(t, w.handle(g, rev("a", 2, ""), rev("b", 4, "")), event.Applied, event.Applied)
		if diff := cmp.Diff(map[string][]int64{"a": {1, 2, 3}, "b": {1, 2, 3, 4}}, w.revisions()); diff != "" {
			t.Errorf("effects (-want +got):\n%s", diff)
		}
	})
}

func TestParkedRecordComesBackWhole(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		g := sqldb.NewSequenceGuard(w.d, sqldb.Gaps{})
		e := rev("a", 2, "value")
		e.Record.Position = event.Position{Topic: "orders", TopicID: event.TopicID{1, 2}, Partition: 3, Offset: 17}
		e.Record.Time = time.UnixMilli(1_700_000_000_123).UTC()
		w.handle(g, e)
		tx := w.begin()
		if _, err := g.Admit(t.Context(), tx, handler, []sqldb.Entry{rev("a", 1, "")}); err != nil {
			t.Fatal(err)
		}
		r, err := g.Next(t.Context(), tx, handler, []byte("a"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(e.Record, r); diff != "" {
			t.Errorf("record (-want +got):\n%s", diff)
		}
		if r, err := g.Next(t.Context(), tx, handler, []byte("a")); r != nil || err != nil {
			t.Errorf("then comes %v, %v, want nothing", r, err)
		}
	})
}

func TestParkedRecordThatComesAgainIsAppliedOnce(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		g := sqldb.NewSequenceGuard(w.d, sqldb.Gaps{})
		w.handle(g, rev("a", 1, ""), rev("a", 3, ""), rev("a", 5, ""))
		wantOutcomes(t, w.handle(g, rev("a", 2, ""), rev("a", 3, "")), event.Applied, event.Applied)
		wantEffects(t, w, "a1", "a2", "a3")
		if n := w.int("SELECT count(*) FROM evgen_parked"); n != 1 {
			t.Errorf("%d records wait, want 1", n)
		}
	})
}

func TestGapThatIsNeverFilledBreaksItsKeyOnly(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		gaps   sqldb.Gaps
		age    time.Duration
		reason string
	}{
		"too many": {sqldb.Gaps{MaxRecords: 2}, 0, "more than 2 records wait for revision 2"},
		"too old":  {sqldb.Gaps{MaxAge: time.Minute}, 2 * time.Minute, "revision 2 is missing for longer than 1m0s"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachWorld(t, func(t *testing.T, w *world) {
				g := sqldb.NewSequenceGuard(w.d, c.gaps)
				w.handle(g, rev("a", 1, ""))
				wantOutcomes(t, w.handle(g, rev("a", 3, ""), rev("a", 4, "")), event.Parked, event.Parked)
				w.age(c.age)
				wantOutcomes(t, w.handle(g, rev("a", 5, "")), event.Dead)
				wantOutcomes(t, w.handle(g, rev("a", 2, "")), event.Dead)
				wantOutcomes(t, w.handle(g, rev("a", 2, ""), rev("a", 6, ""), rev("a", 1, "")), event.Dead, event.Dead, event.Duplicate)
				wantOutcomes(t, w.handle(g, rev("b", 1, "")), event.Applied)
				wantEffects(t, w, "a1", "b1")
				var reason string
				if err := w.db.QueryRowContext(t.Context(), "SELECT broken_reason FROM evgen_sequence WHERE broken_at IS NOT NULL").Scan(&reason); err != nil {
					t.Fatal(err)
				}
				if reason != c.reason {
					t.Errorf("broken because %q, want %q", reason, c.reason)
				}
				w.exec("UPDATE evgen_sequence SET broken_at = NULL")
				wantOutcomes(t, w.handle(g, rev("a", 2, "")), event.Applied)
				wantEffects(t, w, "a1", "b1", "a2", "a3", "a4")
			})
		})
	}
}

func TestOldGapMayStillBeFilled(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		g := sqldb.NewSequenceGuard(w.d, sqldb.Gaps{})
		w.handle(g, rev("a", 2, ""))
		w.handle(g, rev("a", 4, ""))
		w.age(2 * time.Hour)
		wantOutcomes(t, w.handle(g, rev("a", 1, "")), event.Applied)
		// The next gap has an age of its own.
		wantOutcomes(t, w.handle(g, rev("a", 5, "")), event.Parked)
		wantEffects(t, w, "a1", "a2")
	})
}

func TestRebaseClosesAGap(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		source := int64(2)
		g := sqldb.NewSequenceGuard(w.d, sqldb.Gaps{
			Policy:     sqldb.Resync,
			MaxRecords: 1,
			Rebase: func(ctx context.Context, tx *sql.Tx, key []byte) (int64, error) {
				if source == 0 {
					return 0, errors.New("the source is down")
				}
				return source, effect(ctx, tx, append([]byte("rebased "), key...), source)
			},
		})
		w.handle(g, rev("a", 1, ""), rev("a", 2, ""))
		wantOutcomes(t, w.handle(g, rev("a", 6, "")), event.Parked) // the source is behind
		wantOutcomes(t, w.handle(g, rev("a", 8, "")), event.Dead)
		source = 5
		wantOutcomes(t, w.handle(g, rev("a", 9, "")), event.Parked) // but 6 is due now
		source = 9
		wantOutcomes(t, w.handle(g, rev("a", 8, "")), event.Duplicate)
		wantOutcomes(t, w.handle(g, rev("a", 10, "")), event.Applied)
		source = 0
		if _, err := w.try(g, rev("a", 12, "")); err == nil {
			t.Error("no error although the source is down")
		}
		want := map[string][]int64{"a": {1, 2, 6, 10}, "rebased a": {2, 2, 5, 9}}
		if diff := cmp.Diff(want, w.revisions()); diff != "" {
			t.Errorf("effects (-want +got):\n%s", diff)
		}
	})
}

func TestFirstRevisionOfAKeyMustBeOneUnlessItMayStartAnywhere(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		strict := sqldb.NewSequenceGuard(w.d, sqldb.Gaps{})
		anywhere := sqldb.NewSequenceGuard(w.d, sqldb.Gaps{StartAnywhere: true})
		wantOutcomes(t, w.handle(strict, rev("a", 57, "")), event.Parked)
		wantOutcomes(t, w.handle(anywhere, rev("b", 57, "")), event.Applied)
		wantOutcomes(t, w.handle(anywhere, rev("b", 59, "")), event.Parked)
		wantOutcomes(t, w.handle(anywhere, rev("b", 56, "")), event.Duplicate)
		// A key that was held starts with what it has.
		wantOutcomes(t, w.handle(anywhere, rev("a", 58, "")), event.Parked)
		if diff := cmp.Diff(map[string][]int64{"a": {57, 58}, "b": {57}}, w.revisions()); diff != "" {
			t.Errorf("effects (-want +got):\n%s", diff)
		}
	})
}

func TestSkipGivesMissingRevisionsUp(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		hold := sqldb.NewSequenceGuard(w.d, sqldb.Gaps{})
		skip := sqldb.NewSequenceGuard(w.d, sqldb.Gaps{Policy: sqldb.Skip})
		wantOutcomes(t, w.handle(skip, rev("a", 3, "")), event.Applied)
		wantOutcomes(t, w.handle(skip, rev("a", 2, ""), rev("a", 3, "")), event.Stale, event.Duplicate)
		w.handle(hold, rev("a", 6, ""), rev("a", 8, ""))
		wantOutcomes(t, w.handle(skip, rev("a", 10, "")), event.Parked)
		wantEffects(t, w, "a3", "a6", "a8", "a10")
		wantOutcomes(t, w.handle(skip, rev("a", 11, "")), event.Applied)
	})
}

func TestFailStopsAtAGap(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		g := sqldb.NewSequenceGuard(w.d, sqldb.Gaps{Policy: sqldb.Fail})
		w.handle(g, rev("a", 1, ""))
		_, err := w.try(g, rev("a", 2, ""), rev("a", 4, ""))
		var gap *sqldb.GapError
		if !errors.As(err, &gap) {
			t.Fatalf("got %v, want a gap error", err)
		}
		if diff := cmp.Diff(&sqldb.GapError{Handler: handler, Key: []byte("a"), Have: 4, Want: 3}, gap); diff != "" {
			t.Errorf("error (-want +got):\n%s", diff)
		}
		want := `admit revision 4 of key "a" to billing/orders: revision 3 is missing; publish it, or choose a gap policy other than Fail`
		if diff := cmp.Diff(want, fmt.Sprint(err)); diff != "" {
			t.Errorf("text (-want +got):\n%s", diff)
		}
		wantEffects(t, w, "a1")
		wantOutcomes(t, w.handle(g, rev("a", 2, "")), event.Applied)
	})
}
