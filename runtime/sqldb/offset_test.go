package sqldb_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

const group = "installed_app_p"

func at(offset int64) event.Position {
	return event.Position{Topic: "orders", TopicID: event.TopicID{0xab, 15: 7}, Partition: 3, Offset: offset}
}

// appendLog writes one effect per offset, and the next offset, in one transaction.
func appendLog(ctx context.Context, tx *sql.Tx, from, next int64) error {
	for o := from; o < next; o++ {
		if err := effect(ctx, tx, []byte("log"), o); err != nil {
			return err
		}
	}
	return sqldb.AdvanceOffset(ctx, tx, group, at(from), next, 4)
}

func (w *world) append(from, next int64) error {
	return sqldb.InTx(w.t.Context(), w.db, func(tx *sql.Tx) error { return appendLog(w.t.Context(), tx, from, next) })
}

func (w *world) wantOffset(p event.Position, want int64, wantFound bool) {
	w.t.Helper()
	next, found, err := sqldb.LoadOffset(w.t.Context(), w.db, group, p)
	if next != want || found != wantFound || err != nil {
		w.t.Errorf("offset of %s: %d, %t, %v; want %d, %t", p, next, found, err, want, wantFound)
	}
}

func TestOffsetMovesWithItsEffects(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		w.wantOffset(at(0), 0, false)
		if err := w.append(10, 12); err != nil {
			t.Fatal(err)
		}
		w.wantOffset(at(0), 12, true)
		if err := w.append(12, 13); err != nil {
			t.Fatal(err)
		}
		w.wantOffset(at(0), 13, true)
		other := at(0)
		other.Partition = 4
		w.wantOffset(other, 0, false)
		wantEffects(t, w, "log10", "log11", "log12")
		if n := w.int("SELECT leader_epoch FROM evgen_offset"); n != 4 {
			t.Errorf("leader epoch %d, want 4", n)
		}
	})
}

// The process dies between the commits to the database and to Kafka, and starts again where Kafka says.
func TestOffsetRefusesWhatWasAppendedBeforeACrash(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		if err := w.append(0, 3); err != nil {
			t.Fatal(err)
		}
		if err := w.append(0, 3); !errors.Is(err, event.ErrFenced) {
			t.Errorf("a second time: %v, want ErrFenced", err)
		}
		wantEffects(t, w, "log0", "log1", "log2")
		w.wantOffset(at(0), 3, true)
	})
}

func TestZombieIsFencedByTheOffset(t *testing.T) {
	t.Parallel()
	for _, stored := range []bool{false, true} {
		t.Run(fmt.Sprintf("stored %t", stored), func(t *testing.T) {
			t.Parallel()
			eachWorld(t, func(t *testing.T, w *world) {
				if stored {
					if err := w.append(0, 5); err != nil {
						t.Fatal(err)
					}
				}
				owner := w.begin()
				if err := appendLog(t.Context(), owner, 5, 9); err != nil {
					t.Fatal(err)
				}
				zombie := make(chan error, 1)
				go func() { zombie <- w.append(5, 7) }()
				w.awaitBlocked()
				if err := owner.Commit(); err != nil {
					t.Fatal(err)
				}
				if err := <-zombie; !errors.Is(err, event.ErrFenced) {
					t.Errorf("zombie: %v, want ErrFenced", err)
				}
				w.wantOffset(at(0), 9, true)
				if n := w.int("SELECT count(*) FROM effect WHERE revision >= 5"); n != 4 {
					t.Errorf("%d effects, want 4", n)
				}
			})
		})
	}
}

func TestRecreatedTopicStopsUntilSomebodyDecides(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		if err := w.append(0, 5); err != nil {
			t.Fatal(err)
		}
		anew := at(0)
		anew.TopicID = event.TopicID{0xcd}
		anew.Partition = 9 // the old one had fewer
		_, _, err := sqldb.LoadOffset(t.Context(), w.db, group, anew)
		var recreated *sqldb.TopicRecreatedError
		if !errors.As(err, &recreated) {
			t.Fatalf("got %v, want a topic recreated error", err)
		}
		want := &sqldb.TopicRecreatedError{Group: group, Position: anew, Stored: "ab000000-0000-0000-0000-000000000007"}
		if diff := cmp.Diff(want, recreated); diff != "" {
			t.Errorf("error (-want +got):\n%s", diff)
		}
		_, remedy, _ := strings.Cut(err.Error(), "run ")
		remedy, _, _ = strings.Cut(remedy, ";")
		w.exec(remedy)
		w.wantOffset(anew, 0, false)
	})
}
