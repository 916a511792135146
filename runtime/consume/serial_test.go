package consume

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
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

func TestNewDatabaseGetsTheWholeLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := event.New(positional())
	w.topic(at(1))
	w.publish(e, numbered(5)...)
	w.b.trim("facts", 0, 1)
	w.b.mu.Lock()
	w.b.group("g").commits[place{"facts", 0}] = event.Commit{Position: event.Position{Topic: "facts", Offset: 3}}
	w.b.mu.Unlock()
	r := w.start("g", NewRoute(w.db, nil, On(e, write)))
	w.await(4)
	r.finish()
	w.wantEffects("a0 1", "a0 2", "a0 3", "a0 4")
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
		w.publish(e, newFact("a", 0, "0"))
		r := w.start("g", NewRoute(w.db, nil, On(e, write)))
		w.await(1)
		r.finish()
		w.publish(e, numbered(5)...)
		w.b.trim("facts", 0, 3)
		var trimmed *event.TrimmedError
		if err := w.start("g", NewRoute(w.db, nil, On(e, write))).wait(); !errors.As(err, &trimmed) {
			t.Errorf("Run: %v", err)
		}
		w.wantEffects("a0 0")
	})
	t.Run("recreated", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) { // finds goroutines that are left
			w := newWorld(t)
			s := positional()
			s.Topic.Name = "earlier"
			other := event.New(s)
			w.topic(at(1))
			w.topic(event.Topic{Name: "earlier"})
			w.publish(e, numbered(5)...)
			options := []Option{NewRoute(w.db, nil, On(other, write)), NewRoute(w.db, nil, On(e, write))}
			r := w.start("g", options...)
			w.await(5)
			r.finish()
			w.b.mu.Lock()
			w.b.topics["facts"].id = event.TopicID{99}
			w.b.mu.Unlock()
			var recreated *sqldb.TopicRecreatedError
			if err := w.start("g", options...).wait(); !errors.As(err, &recreated) || strings.Count(err.Error(), "made anew") != 1 {
				t.Errorf("Run: %v", err)
			}
		})
	})
}
