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

// dead returns the dead letters of group "g" as what became of them, e.g., "a1 conflict".
func (w *world) dead() []string {
	w.t.Helper()
	var all []string
	for _, r := range w.b.records("facts.g.dlq") {
		rev, _, _ := r.Revision()
		kind, _ := r.Headers.Get(event.HeaderErrorKind)
		all = append(all, fmt.Sprintf("%s%d %s", r.Key, rev, kind))
	}
	return all
}

func (w *world) wantDead(want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.dead()); diff != "" {
		w.t.Errorf("dead letters (-want +got):\n%s", diff)
	}
}
