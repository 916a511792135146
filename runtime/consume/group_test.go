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

	"github.com/evgen-dev/evgen/runtime/event"
)

func TestDeadLetterTopicThatCannotBeMadeIsAnErrorAtTheStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.topic(at(1))
	w.b.create = errors.New("not allowed")
	e := event.New(spec())
	w.publish(e, newFact("a", 1, ""))
	route := NewRoute(w.db, nil, On(e, write))
	err := w.start("g", route).wait()
	if err == nil || !strings.Contains(err.Error(), "create the dead-letter topic facts.g.dlq: not allowed") {
		t.Errorf("Run: %v", err)
	}
	w.b.create = nil
	w.topic(event.Topic{Name: "facts.g.dlq"})
	w.b.create = errors.New("not allowed")
	r := w.start("g", route)
	w.await(1)
	r.finish()
}

func TestDeadLetterTopicLeavesRoomForHeaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.topic(event.Topic{Name: "facts", Partitions: 2, Replication: 3, MinInSync: 2, Config: map[string]string{"max.message.bytes": "2000000"}})
	e := event.New(spec())
	w.publish(e, newFact("a", 1, ""))
	r := w.start("g", NewRoute(w.db, nil, On(e, write)))
	w.await(1)
	r.finish()
	got, err := w.b.Topic(t.Context(), "facts.g.dlq")
	if err != nil {
		t.Fatal(err)
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
