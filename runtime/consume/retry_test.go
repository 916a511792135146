package consume

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

func TestFailedHandlerIsCalledAgainWithNothingDone(t *testing.T) {
	t.Parallel()
	tests := map[string]func(d *delivery) error{
		"error": func(*delivery) error { return errors.New("no") },
		"panic": func(*delivery) error { panic("no") },
		"exit":  func(*delivery) error { runtime.Goexit(); return nil },
	}
	for name, fail := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			e := event.New(spec())
			w.topic(at(1))
			w.publish(e, newFact("a", 1, "x"), newFact("a", 2, "y"))
			r := w.start("g", NewRoute(w.db, nil, On(e, func(ctx context.Context, tx *sql.Tx, d *delivery) error {
				if err := write(ctx, tx, d); err != nil || d.Attempt > 1 {
					return err
				}
				return fail(d)
			})))
			w.want("a1 applied", "a2 applied")
			r.finish()
			w.wantEffects("a1 x", "a2 y")
			if got := w.seen[0].Attempt; got != 2 {
				t.Errorf("applied at attempt %d, want 2", got)
			}
		})
	}
}

func TestExhaustedRecordIsDeadLetteredOrBlocksItsKey(t *testing.T) {
	t.Parallel()
	for name, deadLetter := range map[string]bool{"dead letter": true, "block": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				s := spec()
				s.Retry = event.Retry{Attempts: 4, Backoff: time.Second, MaxBackoff: time.Minute, DeadLetter: deadLetter}
				e := event.New(s)
				w.topic(at(1))
				for i := range 100 {
					w.publish(e, newFact(fmt.Sprint("k", i), 1, ""))
				}
				w.publish(e, newFact("bad", 1, ""), newFact("bad", 2, ""))
				var calls atomic.Int32
				var healed atomic.Bool
				r := w.start("g", NewRoute(w.db, nil, On(e, func(ctx context.Context, tx *sql.Tx, d *delivery) error {
					if d.Key == "bad" && d.Revision == 1 && !healed.Load() {
						calls.Add(1)
						return errors.New("no")
					}
					return write(ctx, tx, d)
				})))
				w.await(100)
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				if err := r.g.Health(); err != nil {
					t.Errorf("Health: %v", err)
				}
				if deadLetter {
					w.await(102)
					w.wantDead("bad1 exhausted")
					if got := calls.Load(); got != 4 {
						t.Errorf("%d calls, want 4", got)
					}
				} else {
					w.wantDead()
					if got := calls.Load(); got < 12 || got > 16 { // the first four, then one a minute
						t.Errorf("%d calls in ten minutes, want one a minute", got)
					}
					healed.Store(true)
					w.await(102)
				}
				r.finish()
				w.wantCommitted(102)
			})
		})
	}
}

func TestPanicIsNotRepeatedForLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := spec()
	s.Retry = event.Retry{Attempts: 10, Backoff: time.Millisecond, MaxBackoff: time.Millisecond, DeadLetter: true}
	e := event.New(s)
	w.topic(at(1))
	w.publish(e, newFact("a", 1, ""))
	r := w.start("g", NewRoute(w.db, nil, On(e, func(context.Context, *sql.Tx, *delivery) error { panic("oh") })))
	w.want("a1 dead")
	r.finish()
	if got := w.seen[0].Attempt; got != maxPanics {
		t.Errorf("given up after %d attempts, want %d", got, maxPanics)
	}
	if text, _ := w.b.records("facts.g.dlq")[0].Headers.Get(event.HeaderError); !strings.Contains(text, "panicked: oh") {
		t.Errorf("dead letter says %q", text)
	}
}

func TestPermanentAndSkipAreDecidedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := event.New(spec())
	w.topic(at(1))
	w.publish(e, newFact("a", 1, ""), newFact("a", 2, ""), newFact("a", 3, "z"))
	r := w.start("g", NewRoute(w.db, nil, On(e, func(ctx context.Context, tx *sql.Tx, d *delivery) error {
		switch d.Revision {
		case 1:
			return fmt.Errorf("look: %w", Permanent(errors.New("never")))
		case 2:
			return Skip("not ours")
		}
		return write(ctx, tx, d)
	})))
	w.want("a1 dead", "a2 skipped", "a3 applied")
	r.finish()
	w.wantDead("a1 permanent")
	w.wantEffects("a3 z")
	if err := w.seen[0].Err; err == nil || err.Error() != "look: never" {
		t.Errorf("observed error %v", err)
	}
	if Permanent(nil) != nil || Unavailable(nil) != nil {
		t.Error("no error became one")
	}
}

func TestBackoffDoublesUpToItsLimitWithFullJitter(t *testing.T) {
	t.Parallel()
	r := retryOf(&event.Contract{})
	if want := (event.Retry{Attempts: 10, Backoff: 100 * time.Millisecond, MaxBackoff: 5 * time.Minute}); r != want {
		t.Errorf("defaults %+v, want %+v", r, want)
	}
	for n, limit := range map[int]time.Duration{1: 100 * time.Millisecond, 2: 200 * time.Millisecond, 5: 1600 * time.Millisecond, 13: 5 * time.Minute, 1000: 5 * time.Minute} {
		var most time.Duration
		for range 1000 {
			most = max(most, backoff(r, n))
		}
		if most > limit || most < limit*9/10 {
			t.Errorf("wait after failure %d is up to %s, want %s", n, most, limit)
		}
	}
}
