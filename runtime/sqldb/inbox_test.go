package sqldb_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// order is a command that expires some time from now.
func order(id string, left time.Duration) sqldb.Entry {
	e := rev(id, 1, "")
	e.Revision, e.EventID, e.Expires = 0, id, time.Now().Add(left)
	return e
}

func TestCommandRunsOncePerID(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		g := sqldb.NewInboxGuard(w.d)
		got := w.handle(g, order("b", time.Hour), order("a", time.Hour), order("b", time.Hour))
		wantOutcomes(t, got, event.Applied, event.Applied, event.Duplicate)
		wantOutcomes(t, w.handle(g, order("b", time.Hour), order("c", time.Hour)), event.Duplicate, event.Applied)
		wantEffects(t, w, "b0", "a0", "c0")
	})
}

func TestExpiredCommandIsNeverExecuted(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		g := sqldb.NewInboxGuard(w.d)
		got := w.handle(g, order("old", -time.Second), order("new", time.Hour), order("old", -time.Second))
		wantOutcomes(t, got, event.Expired, event.Applied, event.Expired)
		wantEffects(t, w, "new0")
	})
}

func TestCommandThatWasAppliedInTimeIsADuplicateAfterwards(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		g := sqldb.NewInboxGuard(w.d)
		w.handle(g, order("a", time.Hour))
		wantOutcomes(t, w.handle(g, order("a", -time.Second)), event.Duplicate)
		wantEffects(t, w, "a0")
	})
}

func TestPurgeForgetsOnlyWhatWouldBeRejected(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		g := sqldb.NewInboxGuard(w.d)
		forever := order("forever", 0)
		forever.Expires = time.Time{}
		w.handle(g, order("soon", time.Minute), order("later", time.Hour), forever)
		// Half an hour after the expiry of "soon" another instance's clock may still find it valid.
		wants := []struct {
			after  time.Duration
			purged int64
		}{{31 * time.Minute, 0}, {62 * time.Minute, 1}, {1_000_000 * time.Hour, 1}, {1_000_000 * time.Hour, 0}}
		for _, want := range wants {
			n, err := sqldb.PurgeInbox(t.Context(), w.db, time.Now().Add(want.after))
			if err != nil {
				t.Fatal(err)
			}
			if n != want.purged {
				t.Errorf("%s from now %d were purged, want %d", want.after, n, want.purged)
			}
		}
		wantOutcomes(t, w.handle(g, forever, order("soon", -time.Minute)), event.Duplicate, event.Expired)
	})
}

func TestPurgeOfManyRowsIsComplete(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		var many []sqldb.Entry
		for i := range 11_000 {
			many = append(many, order(fmt.Sprint(i), time.Minute))
		}
		if _, err := w.try(discard{sqldb.NewInboxGuard(w.d)}, many...); err != nil {
			t.Fatal(err)
		}
		if n, err := sqldb.PurgeInbox(t.Context(), w.db, time.Now().Add(2*time.Hour)); n != 11_000 || err != nil {
			t.Errorf("%d were purged, %v, want 11000", n, err)
		}
	})
}

func TestCommandWithoutIDIsPermanentlyRefused(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		_, err := w.try(sqldb.NewInboxGuard(w.d), order("", time.Hour))
		if sqldb.Classify(err) != sqldb.Permanent {
			t.Errorf("%v is %s, want permanent", err, sqldb.Classify(err))
		}
	})
}

func TestPurgeOfDeletedForgetsOldTombstonesOnly(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		g := sqldb.NewRevisionGuard(w.d, sqldb.KeepStored)
		w.handle(g, tombstone("old", 2), rev("old but alive", 2, "x"))
		tenDays := map[bool]string{true: "interval '10 days'", false: "864000000000"}[w.isPostgres()]
		w.exec("UPDATE evgen_revision SET updated_at = updated_at - " + tenDays)
		w.handle(g, tombstone("new", 2))
		if n, err := sqldb.PurgeDeleted(t.Context(), w.db, 11*24*time.Hour); n != 0 || err != nil {
			t.Errorf("%d of age eleven days were purged, %v, want 0", n, err)
		}
		if n, err := sqldb.PurgeDeleted(t.Context(), w.db, 9*24*time.Hour); n != 1 || err != nil {
			t.Errorf("%d of age nine days were purged, %v, want 1", n, err)
		}
		if _, err := sqldb.PurgeDeleted(t.Context(), w.db, time.Hour); err == nil {
			t.Error("an age of one hour was taken")
		}
		wantOutcomes(t, w.handle(g, rev("new", 1, ""), rev("old but alive", 1, "")), event.Stale, event.Stale)
	})
}
