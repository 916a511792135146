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

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

func TestMistakesInRoutesAreErrorsAtTheStart(t *testing.T) {
	t.Parallel()
	db := realservers.SQLite(t)
	e := event.New(spec())
	nothing := func(context.Context, *delivery) error { return nil }
	named := func(change func(*event.Spec[string, *fact])) *event.Event[string, *fact] {
		s := spec()
		s.Name = "acme.Other"
		change(&s)
		return event.New(s)
	}
	elsewhereTopic := named(func(s *event.Spec[string, *fact]) { s.Topic.Name = "others" })
	unrevised := named(func(s *event.Spec[string, *fact]) { s.Revision = event.Revision[*fact]{} })
	same := named(func(*event.Spec[string, *fact]) {})
	tests := map[string]struct {
		routes []Option
		want   string
	}{
		"no route":        {nil, "it has no route"},
		"no case":         {[]Option{NewRoute(db, nil)}, "a route has no case"},
		"two topics":      {[]Option{NewRoute(db, nil, On(e, write), On(elsewhereTopic, write))}, "route of topic facts: event acme.Other lives on topic others"},
		"two guards":      {[]Option{NewRoute(db, nil, On(e, write), On(unrevised, write))}, "by revision and by position: events of one topic must agree"},
		"one event twice": {[]Option{NewRoute(db, nil, On(e, write), On(e, write))}, "event acme.Fact has two cases"},
		"two routes":      {[]Option{NewRoute(db, nil, On(e, write)), NewRoute(db, nil, On(same, write))}, "topic facts has two routes"},
		"no database":     {[]Option{NewRoute(nil, nil, On(e, write))}, "the handler of acme.Fact needs a database"},
		"a database":      {[]Option{NewRoute(db, nil, Func(e, nothing))}, "the Func handler of acme.Fact has no use for a database"},
		"foreign":         {[]Option{NewRoute(db, []RouteOption{Foreign()}, On(e, write), On(same, write))}, "with Foreign it can have one case only"},
		"gaps":            {[]Option{NewRoute(db, []RouteOption{Gaps(sqldb.Gaps{})}, On(e, write))}, "Gaps is for sequences, its events go by revision"},
		"tiebreak":        {[]Option{NewRoute(db, []RouteOption{Tiebreak(sqldb.GreaterHash)}, On(unrevised, write))}, "Tiebreak is for revisions, its events go by position"},
		"half a batch":    {[]Option{NewBatchRoute(db, e.Contract(), Batch{Handler: "p"})}, "it needs a database, Handler and Apply"},
		"missing topic":   {[]Option{NewRoute(db, nil, On(elsewhereTopic, write))}, "look up topic others: topic others: the topic does not exist"},
		"missing tables":  {[]Option{NewRoute(db, nil, On(e, write))}, "database of topic facts: read table evgen_migration"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newFakeBroker(t)
			if err := b.CreateTopics(t.Context(), at(1)); err != nil {
				t.Fatal(err)
			}
			g := NewGroup("billing", b, tt.routes...)
			err := g.Run(t.Context())
			if err == nil || !strings.HasPrefix(err.Error(), "group billing: ") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Run: %v, want %q", err, tt.want)
			}
			if err := g.Health(); err == nil || !strings.HasPrefix(err.Error(), "group billing: stopped at ") {
				t.Errorf("Health: %v", err)
			}
		})
	}
}

func TestDeadLetterTopicThatCannotBeMadeIsAnErrorAtTheStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.topic(at(1))
	w.b.create = errors.New("not allowed")
	route := NewRoute(w.db, nil, On(event.New(spec()), write))
	err := w.start("g", route).wait()
	if err == nil || !strings.Contains(err.Error(), "create the dead-letter topic facts.g.dlq: not allowed") {
		t.Errorf("Run: %v", err)
	}
	w.b.create = nil
	w.topic(event.Topic{Name: "facts.g.dlq"})
	w.b.create = errors.New("not allowed")
	w.start("g", route).finish()
}

func TestDeadLetterTopicLeavesRoomForHeaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.topic(event.Topic{Name: "facts", Partitions: 2, Replication: 3, MinInSync: 2, Config: map[string]string{"max.message.bytes": "2000000"}})
	w.start("g", NewRoute(w.db, nil, On(event.New(spec()), write))).finish()
	got, err := w.b.Topic(t.Context(), "facts.g.dlq")
	if err != nil {
		t.Skip("ended before it began") // the context may end first
	}
	want := event.Topic{
		Name: "facts.g.dlq", Partitions: 2, Replication: 3, MinInSync: 2, Retention: 30 * 24 * time.Hour,
		Config: map[string]string{"max.message.bytes": "2065536"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("topic (-want +got):\n%s", diff)
	}
}

func TestHealthFollowsRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.topic(at(1))
		e := event.New(spec())
		g := NewGroup("g", w.b, NewRoute(w.db, nil, On(e, write)))
		want := func(text string) {
			t.Helper()
			if got := fmt.Sprint(g.Health()); got != text {
				t.Errorf("Health: %s, want %s", got, text)
			}
		}
		want("group g: not running: call Run")
		ctx, stop := context.WithCancel(t.Context())
		end := make(chan error, 1)
		go func() { end <- g.Run(ctx) }()
		synctest.Wait()
		want("<nil>")
		if err := g.Run(t.Context()); !errors.Is(err, errRunning) {
			t.Errorf("second Run: %v", err)
		}
		stop()
		if err := <-end; err != nil {
			t.Errorf("Run: %v", err)
		}
		want("group g: ended at 2000-01-01T00:00:00Z")
	})
}

func TestFuncSeesDeletionsAndKeepsTheIDOverRetries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := spec()
	s.Kind = event.Document
	e := event.New(s)
	w.topic(at(1))
	w.publish(e, newFact("a", 1, "x"))
	w.remove(e, "a", 2)
	var calls []string
	failOnce := func(text string, attempt int) error {
		calls = append(calls, text)
		if attempt == 1 {
			return errors.New("again")
		}
		return nil
	}
	r := w.start("g", NewRoute(nil, nil, FuncDocument(e,
		func(_ context.Context, d *delivery) error { return failOnce("changed "+d.ID, d.Attempt) },
		func(_ context.Context, d *deletion) error { return failOnce("deleted "+d.ID, d.Attempt) })))
	w.want("a1 applied", "a2 applied")
	r.finish()
	id := strings.Repeat("01", 1) + strings.Repeat("00", 15)
	want := []string{"changed " + id + "/0/0", "changed " + id + "/0/0", "deleted " + id + "/0/1", "deleted " + id + "/0/1"}
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestTombstonesAreNothingToAHandlerOfEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := event.New(spec())
	w.topic(at(1))
	w.remove(e, "a", 2)
	w.publish(e, newFact("a", 1, ""), newFact("a", 3, ""))
	r := w.start("g", NewRoute(w.db, nil, On(e, write)))
	w.want("a2 skipped", "a1 stale", "a3 applied")
	r.finish()
}

func TestExpiredCommandIsNotExecutedWithoutADatabaseEither(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := spec()
	s.Kind, s.Revision = event.Command, event.Revision[*fact]{}
	e := event.New(s)
	w.topic(at(1))
	w.append(encode(t, e, newFact("a", 0, ""), func(r *event.Record) { r.Headers.Set(event.HeaderExpiry, "2020-01-01T00:00:00Z") }))
	r := w.start("g", NewRoute(nil, nil, Func(e, func(context.Context, *delivery) error {
		t.Error("the handler was called")
		return nil
	})))
	w.want("a0 expired")
	r.finish()
	w.wantDead("a0 expired")
}

func TestFailedCommitIsRepeated(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"REQUEST_TIMED_OUT", "COORDINATOR_LOAD_IN_PROGRESS", "NOT_COORDINATOR", "REBALANCE_IN_PROGRESS"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				e := event.New(spec())
				w.topic(at(1))
				w.publish(e, newFact("a", 1, ""))
				var tries atomic.Int32
				w.b.commitErr = func(event.Commit) error {
					if tries.Add(1) < 4 {
						return errors.New(code)
					}
					return nil
				}
				r := w.start("g", NewRoute(w.db, nil, On(e, write)))
				w.await(1)
				time.Sleep(3500 * time.Millisecond)
				synctest.Wait()
				w.wantCommitted(-1)
				time.Sleep(time.Second)
				synctest.Wait()
				w.wantCommitted(1)
				r.finish()
				w.want("a1 applied")
			})
		})
	}
}

func TestCommitComesAfterASecondOrAThousandRecords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		e := event.New(spec())
		w.topic(at(1))
		w.publish(e, newFact("a", 1, ""))
		r := w.start("g", NewRoute(nil, nil, Func(e, func(context.Context, *delivery) error { return nil })))
		w.await(1)
		synctest.Wait()
		w.wantCommitted(-1)
		time.Sleep(commitInterval)
		synctest.Wait()
		w.wantCommitted(1)
		for i := range int32(1500) {
			w.publish(e, newFact("b", i+1, ""))
		}
		w.await(1501)
		synctest.Wait()
		if got := w.b.committed("g", "facts", 0); got < 1000 {
			t.Errorf("committed %d of 1501 without waiting for the second, want 1000 at least", got)
		}
		time.Sleep(time.Minute)
		commits := w.b.commitCount()
		time.Sleep(time.Minute)
		if w.b.commitCount() != commits {
			t.Error("commits go on although nothing happens")
		}
		r.finish()
	})
}

func TestPollErrorsBackOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		e := event.New(spec())
		w.topic(at(1))
		r := w.start("g", NewRoute(w.db, nil, On(e, write)))
		synctest.Wait()
		m := w.member()
		w.b.mu.Lock()
		m.errs = slices.Repeat([]error{errors.New("UNKNOWN_TOPIC_ID")}, 1000)
		w.b.signal()
		w.b.mu.Unlock()
		time.Sleep(time.Minute)
		w.b.mu.Lock()
		if failed := 1000 - len(m.errs); failed < 5 || failed > 20 {
			t.Errorf("%d polls failed in a minute", failed)
		}
		m.errs = nil
		w.b.mu.Unlock()
		w.publish(e, newFact("a", 1, ""))
		w.want("a1 applied")
		r.finish()
	})
}

func TestKeysShareTheWorkersButWaitWithoutThem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := spec()
		s.Retry = event.Retry{}
		e := event.New(s)
		w.topic(at(1))
		for i := range 20 {
			w.publish(e, newFact(fmt.Sprint("bad", i), 1, ""))
		}
		for i := range 20 {
			w.publish(e, newFact(fmt.Sprint("good", i), 1, ""))
		}
		var running, most atomic.Int32
		r := w.start("g", Limits{Workers: 3}, NewRoute(nil, nil, Func(e, func(_ context.Context, d *delivery) error {
			n := running.Add(1)
			defer running.Add(-1)
			for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			}
			time.Sleep(time.Millisecond)
			if strings.HasPrefix(d.Key, "bad") {
				return errors.New("no")
			}
			return nil
		})))
		w.await(20)
		if most.Load() != 3 {
			t.Errorf("%d handlers ran at once, want 3", most.Load())
		}
		r.finish()
	})
}

func TestSQLiteHandlersTakeTurns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := event.New(spec())
	w.topic(at(1))
	for i := range 50 {
		w.publish(e, newFact(fmt.Sprint("k", i), 1, ""))
	}
	var running atomic.Int32
	r := w.start("g", NewRoute(w.db, nil, On(e, func(ctx context.Context, tx *sql.Tx, d *delivery) error {
		if running.Add(1) > 1 {
			t.Error("two handlers at once")
		}
		defer running.Add(-1)
		return write(ctx, tx, d)
	})))
	w.await(50)
	r.finish()
}
