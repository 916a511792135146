package sqldb_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

func TestRevisionDecidesOneByOne(t *testing.T) {
	t.Parallel()
	type step struct {
		entry sqldb.Entry
		want  event.Outcome
	}
	at := func(offset int64, e sqldb.Entry) sqldb.Entry {
		e.Offset = offset
		return e
	}
	cases := map[string]struct {
		steps []step
		left  int64 // the revision that stays
	}{
		"same record twice":                   {[]step{{rev("a", 1, "x"), event.Applied}, {rev("a", 1, "x"), event.Duplicate}}, 1},
		"older after newer":                   {[]step{{rev("a", 2, "y"), event.Applied}, {rev("a", 1, "x"), event.Stale}}, 2},
		"revisions in between may be missing": {[]step{{rev("a", 1, "x"), event.Applied}, {rev("a", 3, "z"), event.Applied}}, 3},
		"other content of the same revision":  {[]step{{rev("a", 1, "x"), event.Applied}, {rev("a", 1, "y"), event.Conflict}}, 1},
		"older after a tombstone":             {[]step{{tombstone("a", 2), event.Applied}, {rev("a", 1, "x"), event.Stale}}, 2},
		"tombstone twice":                     {[]step{{tombstone("a", 2), event.Applied}, {tombstone("a", 2), event.Duplicate}}, 2},
		"empty value is no tombstone":         {[]step{{tombstone("a", 2), event.Applied}, {rev("a", 2, ""), event.Conflict}}, 2},
		"recreated with the next revision":    {[]step{{tombstone("a", 2), event.Applied}, {rev("a", 3, "z"), event.Applied}}, 3},
		"recreated with revision one":         {[]step{{tombstone("a", 2), event.Applied}, {rev("a", 1, "z"), event.Stale}}, 2},
		"greatest revision":                   {[]step{{rev("a", 1<<62, "x"), event.Applied}, {rev("a", 1<<63-1, "y"), event.Applied}}, 1<<63 - 1},
		"equal times, in order of offsets": {[]step{
			{at(7, rev("a", 9, "x")), event.Applied},
			{at(8, rev("a", 9, "y")), event.Applied},
			{at(7, rev("a", 9, "x")), event.Stale},
			{at(8, rev("a", 9, "y")), event.Duplicate},
		}, 9},
		"equal times and contents count once": {[]step{
			{at(7, rev("a", 9, "x")), event.Applied},
			{at(9, rev("a", 9, "x")), event.Duplicate},
			{at(8, rev("a", 9, "y")), event.Stale},
		}, 9},
		"greater time at a smaller offset": {[]step{{at(7, rev("a", 9, "x")), event.Applied}, {at(5, rev("a", 10, "y")), event.Applied}}, 10},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachWorld(t, func(t *testing.T, w *world) {
				g := sqldb.NewRevisionGuard(w.d, sqldb.KeepStored)
				for i, s := range c.steps {
					if got := w.handle(g, s.entry); got[0] != s.want {
						t.Errorf("step %d: %s, want %s", i, got[0], s.want)
					}
				}
				if got := w.int("SELECT revision FROM evgen_revision WHERE handler = $1", handler); got != c.left {
					t.Errorf("revision %d stays, want %d", got, c.left)
				}
			})
		})
	}
}

func TestGreaterHashConvergesWhateverTheOrder(t *testing.T) {
	t.Parallel()
	x, y := sha256.Sum256([]byte("x")), sha256.Sum256([]byte("y"))
	lesser, greater := rev("a", 1, "x"), rev("a", 1, "y")
	if bytes.Compare(x[:], y[:]) > 0 {
		lesser, greater = greater, lesser
	}
	cases := map[string]struct {
		calls [][]sqldb.Entry
		want  []event.Outcome
	}{
		"lesser first":    {[][]sqldb.Entry{{lesser}, {greater}}, []event.Outcome{event.Applied, event.Applied}},
		"greater first":   {[][]sqldb.Entry{{greater}, {lesser}}, []event.Outcome{event.Applied, event.Conflict}},
		"in one call":     {[][]sqldb.Entry{{greater, lesser}}, []event.Outcome{event.Applied, event.Conflict}},
		"tombstone first": {[][]sqldb.Entry{{tombstone("a", 1)}, {greater}}, []event.Outcome{event.Applied, event.Applied}},
		"tombstone last":  {[][]sqldb.Entry{{greater}, {tombstone("a", 1)}}, []event.Outcome{event.Applied, event.Conflict}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachWorld(t, func(t *testing.T, w *world) {
				g := sqldb.NewRevisionGuard(w.d, sqldb.GreaterHash)
				var got []event.Outcome
				for _, call := range c.calls {
					got = append(got, w.handle(g, call...)...)
				}
				wantOutcomes(t, got, c.want...)
				wantOutcomes(t, w.handle(g, greater), event.Duplicate)
			})
		})
	}
}

func TestHighestRevisionOfABatchIsApplied(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		g := sqldb.NewRevisionGuard(w.d, sqldb.KeepStored)
		w.handle(g, rev("c", 5, "c5"))
		got := w.handle(g,
			rev("b", 2, "b2"), rev("a", 1, "a1"), rev("b", 3, "b3"), rev("b", 1, "b1"),
			rev("b", 3, "b3"), rev("b", 3, "other"), rev("c", 5, "c5"), rev("c", 4, "c4"), rev("", 1, "no key"))
		wantOutcomes(t, got, event.Stale, event.Applied, event.Applied, event.Stale,
			event.Duplicate, event.Conflict, event.Duplicate, event.Stale, event.Applied)
		wantEffects(t, w, "c5", "a1", "b3", "1")
	})
}

func TestHandlersDoNotShareRevisions(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		g := sqldb.NewRevisionGuard(w.d, sqldb.KeepStored)
		w.handle(g, rev("a", 1, "x"))
		got, err := g.Admit(t.Context(), w.begin(), "shipping/orders", []sqldb.Entry{rev("a", 1, "x")})
		if err != nil {
			t.Fatal(err)
		}
		wantOutcomes(t, got, event.Applied)
	})
}

func TestRevisionRowTellsWhatWasApplied(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		type row struct {
			Revision, Offset int64
			Deleted, NoHash  bool
			EventID          string
			IsRecent         bool
		}
		read := func() (r row) {
			t.Helper()
			recent := "updated_at > now() - interval '1 hour' AND updated_at <= now()"
			if !w.isPostgres() {
				recent = "updated_at BETWEEN (strftime('%s','now') - 3600) * 1000000 AND (strftime('%s','now') + 1) * 1000000"
			}
			err := w.db.QueryRowContext(t.Context(), "SELECT revision, record_offset, deleted, content_hash IS NULL, event_id, "+recent+" FROM evgen_revision").
				Scan(&r.Revision, &r.Offset, &r.Deleted, &r.NoHash, &r.EventID, &r.IsRecent)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		g := sqldb.NewRevisionGuard(w.d, sqldb.KeepStored)
		e := rev("a", 1, "x")
		e.Offset = 12
		w.handle(g, e)
		w.exec("UPDATE evgen_revision SET updated_at = updated_at - " + map[bool]string{true: "interval '2 hours'", false: "7200000000"}[w.isPostgres()])
		if diff := cmp.Diff(row{1, 12, false, false, "a-1", false}, read()); diff != "" {
			t.Errorf("after a document (-want +got):\n%s", diff)
		}
		w.handle(g, tombstone("a", 2))
		if diff := cmp.Diff(row{2, 0, true, true, "a-2", true}, read()); diff != "" {
			t.Errorf("after a tombstone (-want +got):\n%s", diff)
		}
	})
}

func TestRevisionsAreUpdatedInPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, realservers.Postgres(t))
	g := sqldb.NewRevisionGuard(w.d, sqldb.KeepStored)
	for r := range int64(5) {
		w.handle(g, rev("a", r+1, "x"), rev("b", r+1, "x"))
	}
	// In the transaction of the updates, since the totals come late.
	tx := w.begin()
	if _, err := g.Admit(t.Context(), tx, handler, []sqldb.Entry{rev("a", 9, "x"), rev("b", 9, "x")}); err != nil {
		t.Fatal(err)
	}
	var updates, inPlace int64
	query := "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_xact_user_tables WHERE relname = 'evgen_revision'"
	if err := tx.QueryRowContext(t.Context(), query).Scan(&updates, &inPlace); err != nil {
		t.Fatal(err)
	}
	if updates != inPlace || updates < 2 {
		t.Errorf("%d of %d updates were in place, want all", inPlace, updates)
	}
}

func TestEntryWithoutRevisionIsPermanentlyRefused(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		for name, g := range map[string]sqldb.Guard{
			"revision": sqldb.NewRevisionGuard(w.d, sqldb.KeepStored),
			"sequence": sqldb.NewSequenceGuard(w.d, sqldb.Gaps{}),
		} {
			_, err := w.try(g, rev("a", 0, "x"))
			if sqldb.Classify(err) != sqldb.Permanent {
				t.Errorf("%s guard: %v is %s, want permanent", name, err, sqldb.Classify(err))
			}
			want := `admit a record with key "a" to billing/orders: the record has no revision (header ce_entityrevision)`
			if diff := cmp.Diff(want, fmt.Sprint(err)); diff != "" {
				t.Errorf("%s guard (-want +got):\n%s", name, diff)
			}
		}
		wantEffects(t, w)
	})
}

func TestNULByteIsPermanent(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		if !w.isPostgres() {
			t.Skip("SQLite stores NUL bytes in text")
		}
		_, err := w.db.ExecContext(t.Context(), "INSERT INTO effect (entity, revision) VALUES ($1, 1)", "a\x00b")
		if got := sqldb.Classify(err); got != sqldb.Permanent {
			t.Errorf("the server's error %v is %s, want permanent", err, got)
		}
		e := rev("a", 1, "x")
		e.EventID = "a\x00b"
		for name, g := range map[string]sqldb.Guard{
			"revision": sqldb.NewRevisionGuard(w.d, sqldb.KeepStored),
			"inbox":    sqldb.NewInboxGuard(w.d),
		} {
			if _, err := w.try(g, e); sqldb.Classify(err) != sqldb.Permanent {
				t.Errorf("%s guard: %v is %s, want permanent", name, err, sqldb.Classify(err))
			}
		}
	})
}
