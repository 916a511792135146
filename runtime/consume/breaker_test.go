package consume

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

func TestUnavailableDatabaseStopsTheGroupAndCostsNothing(t *testing.T) {
	t.Parallel()
	causes := map[string]error{
		"said by the handler": Unavailable(errors.New("no bank today")),
		"seen in the driver":  fmt.Errorf("insert: %w", driver.ErrBadConn),
	}
	for name, cause := range causes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				s := spec()
				s.Retry = deadLetters()
				e := event.New(s)
				w.topic(at(1))
				for i := range 250 {
					w.publish(e, newFact(fmt.Sprint("k", i), 1, ""))
				}
				var down atomic.Bool
				var calls, attempts atomic.Int32
				down.Store(true)
				r := w.start("g", NewRoute(nil, nil, Func(e, func(ctx context.Context, d *delivery) error {
					if down.Load() {
						calls.Add(1)
						time.Sleep(time.Millisecond)
						return cause
					}
					attempts.Add(int32(d.Attempt))
					return nil
				})))
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				// Those that ran when it went down, and a probe every five seconds.
				if got := calls.Load(); got > 64+120 {
					t.Errorf("%d calls in ten minutes without a database, want 184 at most", got)
				}
				if err := r.g.Health(); err == nil || !strings.Contains(err.Error(), "group g: waiting since 2000-01-01T00:00:00Z for what its handlers need") {
					t.Errorf("Health: %v", err)
				}
				down.Store(false)
				w.await(250)
				if err := r.g.Health(); err != nil {
					t.Errorf("Health: %v", err)
				}
				if got := attempts.Load(); got != 250 {
					t.Errorf("attempts add up to %d, want the first for each of 250", got)
				}
				r.finish()
				w.wantDead()
				w.wantCommitted(250)
			})
		})
	}
}

func TestUnavailableGroupIsProbedAlsoWhenItsRecordsAreGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		e := event.New(spec())
		w.topic(at(1))
		w.publish(e, newFact("a", 1, ""))
		var down atomic.Bool
		down.Store(true)
		r := w.start("g", NewRoute(nil, nil, Func(e, func(context.Context, *delivery) error {
			if down.Load() {
				return Unavailable(errors.New("no"))
			}
			return nil
		})))
		synctest.Wait()
		w.nobody()
		down.Store(false)
		w.rebalance()
		w.want("a1 applied")
		r.finish()
	})
}

func TestBrokenGuardBlamesNoRecord(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := spec()
		s.Retry = deadLetters()
		e := event.New(s)
		w.topic(at(1))
		r := w.start("g", NewRoute(w.db, nil, On(e, write)))
		synctest.Wait()
		w.exec("alter table evgen_revision rename to gone")
		w.publish(e, newFact("a", 1, ""))
		time.Sleep(time.Hour)
		w.wantDead()
		w.exec("alter table gone rename to evgen_revision")
		w.want("a1 applied")
		r.finish()
	})
}
