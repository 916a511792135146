package consume

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

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

func TestDeadLetterIsTheRecordWithItsProvenance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := event.New(spec())
	w.topic(at(3))
	sent := time.UnixMilli(1_700_000_000_123)
	w.append(encode(t, e, newFact("a", 1, "x"), func(r *event.Record) {
		r.Partition, r.Time = 2, sent
		r.Headers.Set("traceparent", "00-x")
	}))
	r := w.start("g", NewRoute(w.db, nil, On(e, func(context.Context, *sql.Tx, *delivery) error {
		return Permanent(errors.New(strings.Repeat("é", 1000)))
	})))
	w.await(1)
	r.finish()
	letter := w.b.records("facts.g.dlq")[0]
	if string(letter.Key) != "a" || !slices.Equal(letter.Value, marshal(t, newFact("a", 1, "x"))) {
		t.Errorf("dead letter %q %q", letter.Key, letter.Value)
	}
	got := map[string]string{}
	for _, h := range letter.Headers {
		if _, ok := got[h.Key]; ok {
			t.Errorf("header %s is there twice", h.Key)
		}
		got[h.Key] = string(h.Value)
	}
	if len(got[event.HeaderError]) != 1024 {
		t.Errorf("error text has %d bytes", len(got[event.HeaderError]))
	}
	if at, err := time.Parse(time.RFC3339Nano, got[event.HeaderFirstFailure]); err != nil || time.Since(at) > time.Minute {
		t.Errorf("first failure at %q", got[event.HeaderFirstFailure])
	}
	delete(got, event.HeaderError)
	delete(got, event.HeaderFirstFailure)
	delete(got, event.HeaderVersion)
	want := map[string]string{
		"ce_type": "acme.Fact", "ce_entityrevision": "1", "traceparent": "00-x",
		"evgen-orig":    "facts;2;0;1700000000123;01000000000000000000000000000000",
		"evgen-attempt": "1", "evgen-error-kind": "permanent", "evgen-handler": "g/facts",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	if topic, _ := w.b.Topic(t.Context(), "facts.g.dlq"); topic.Partitions != 3 || topic.Retention != 30*24*time.Hour {
		t.Errorf("dead-letter topic %+v", topic)
	}
}

func TestOriginOfADeadLetterIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := event.New(spec())
	w.topic(at(1))
	w.append(encode(t, e, newFact("a", 1, "x"), func(r *event.Record) { r.Headers.Set(event.HeaderOrigin, "first;1;2;3;4") }))
	r := w.start("g", NewRoute(w.db, nil, On(e, func(context.Context, *sql.Tx, *delivery) error { return Permanent(errors.New("no")) })))
	w.await(1)
	r.finish()
	if origin, _ := w.b.records("facts.g.dlq")[0].Headers.Get(event.HeaderOrigin); origin != "first;1;2;3;4" {
		t.Errorf("origin %q, want the first one", origin)
	}
}

func TestRecordIsNotFinishedBeforeItsDeadLetterIsWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := spec()
		s.Retry = event.Retry{MaxBackoff: 10 * time.Second}
		e := event.New(s)
		w.topic(at(1))
		w.publish(e, newFact("a", 1, ""), newFact("a", 2, ""), newFact("b", 1, "other keys go on"))
		var down atomic.Bool
		down.Store(true)
		w.b.refuse = func(topic string) error {
			if topic == "facts.g.dlq" && down.Load() {
				return errors.New("broker is down")
			}
			return nil
		}
		var calls atomic.Int32
		r := w.start("g", NewRoute(w.db, nil, On(e, func(ctx context.Context, tx *sql.Tx, d *delivery) error {
			if d.Key == "a" && d.Revision == 1 {
				calls.Add(1)
				return Permanent(errors.New("no"))
			}
			return write(ctx, tx, d)
		})))
		w.want("b1 applied")
		time.Sleep(time.Minute)
		synctest.Wait()
		w.wantCommitted(0)
		w.wantEffects("b1 other keys go on")
		down.Store(false)
		w.await(3)
		r.finish()
		w.wantDead("a1 permanent")
		w.wantCommitted(3)
		if calls.Load() != 1 {
			t.Errorf("the handler was called %d times, want once", calls.Load())
		}
	})
}

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
				for i := range 200 {
					w.publish(e, newFact(fmt.Sprint("k", i), 1, ""))
				}
				var down atomic.Bool
				var calls, attempts atomic.Int32
				down.Store(true)
				r := w.start("g", NewRoute(nil, nil, Func(e, func(ctx context.Context, d *delivery) error {
					if down.Load() {
						calls.Add(1)
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
				w.await(200)
				if err := r.g.Health(); err != nil {
					t.Errorf("Health: %v", err)
				}
				if got := attempts.Load(); got != 200 {
					t.Errorf("attempts add up to %d, want the first for each of 200", got)
				}
				r.finish()
				w.wantDead()
				w.wantCommitted(200)
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

func TestFloodOfPermanentFailuresStopsTheGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := event.New(spec())
	w.topic(at(1))
	for i := range 300 {
		w.publish(e, newFact(fmt.Sprint("k", i), 1, ""))
	}
	r := w.start("g", NewRoute(nil, nil, Func(e, func(context.Context, *delivery) error { return Permanent(errors.New("wrong schema")) })))
	err := r.wait()
	if !errors.Is(err, ErrPoison) || !strings.Contains(err.Error(), "wrong schema") {
		t.Errorf("Run: %v", err)
	}
	if got := len(w.dead()); got > floodRecords {
		t.Errorf("%d dead letters, want %d at most", got, floodRecords)
	}
	if got := w.b.committed("g", "facts", 0); got > 200 {
		t.Errorf("committed %d although only 100 are finished", got)
	}
	if err := r.g.Health(); !errors.Is(err, ErrPoison) {
		t.Errorf("Health: %v", err)
	}
}

func TestFloodCountsAMinuteOrHalfOfTheLastRecords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bad := errors.New("bad")
		var slow flood
		for i := range 5000 { // 60 a minute, a quarter of all
			time.Sleep(time.Second)
			if err := slow.add(bad); err != nil {
				t.Fatalf("failure %d in %d minutes: %v", i, i/60, err)
			}
			for range 3 {
				_ = slow.add(nil)
			}
		}
		var fast flood
		var err error
		n := 0
		for ; err == nil; n++ {
			err = fast.add(bad)
		}
		if n != 101 {
			t.Errorf("stopped at failure %d of a minute, want 101", n)
		}
		var most flood
		for n, err = 0, nil; err == nil; n++ {
			time.Sleep(time.Second)
			if n%3 == 0 {
				_ = most.add(nil)
			} else {
				err = most.add(bad)
			}
		}
		if n < 200 || n > 202 {
			t.Errorf("stopped at record %d when two of three fail, want 200", n)
		}
	})
}

func TestHungHandlerFailsHealthAndShutdownStaysBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		e := event.New(spec())
		w.topic(at(1))
		w.publish(e, newFact("a", 1, ""), newFact("b", 1, ""))
		leave, cancelled := make(chan struct{}), make(chan struct{})
		r := w.start("g", NewRoute(nil, nil, Func(e, func(ctx context.Context, d *delivery) error {
			if d.Key == "a" {
				<-ctx.Done()
				close(cancelled)
				<-leave // ignores that it was cancelled
			}
			return nil
		})))
		w.want("b1 applied")
		if err := r.g.Health(); err != nil {
			t.Errorf("Health: %v", err)
		}
		<-cancelled
		time.Sleep(time.Second)
		if err := r.g.Health(); err == nil || !strings.Contains(err.Error(), "g/facts with record facts/0@0, since 2000-01-01T00:00:00Z") {
			t.Errorf("Health: %v", err)
		}
		begin := time.Now()
		r.stop()
		if err := r.wait(); err == nil || !strings.Contains(err.Error(), "do not return") {
			t.Errorf("Run: %v", err)
		}
		if took := time.Since(begin); took > 15*time.Second {
			t.Errorf("shutdown took %s", took)
		}
		close(leave)
	})
}

func TestHandlerThatStopsWhenCancelledIsTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		e := event.New(spec())
		w.topic(at(1))
		w.publish(e, newFact("a", 1, "x"))
		r := w.start("g", Limits{Handler: time.Second}, NewRoute(w.db, nil, On(e, func(ctx context.Context, tx *sql.Tx, d *delivery) error {
			if d.Attempt == 1 {
				<-ctx.Done()
				return ctx.Err()
			}
			return write(ctx, tx, d)
		})))
		w.want("a1 applied")
		if err := r.g.Health(); err != nil {
			t.Errorf("Health: %v", err)
		}
		r.finish()
		w.wantEffects("a1 x")
	})
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
