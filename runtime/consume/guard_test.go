package consume

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/payload"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

func TestRevisionDecidesWhatIsApplied(t *testing.T) {
	t.Parallel()
	realservers.EachDatabase(t, func(t *testing.T, db *sql.DB) {
		t.Parallel()
		w := newWorldOn(t, db)
		e := event.New(spec())
		w.topic(at(1))
		w.publish(e, newFact("a", 1, "x"), newFact("a", 1, "x"), newFact("a", 3, "z"), newFact("a", 2, "y"), newFact("a", 3, "other"))
		r := w.start("g", NewRoute(w.db, nil, On(e, write)))
		w.want("a1 applied", "a1 duplicate", "a3 applied", "a2 stale", "a3 conflict")
		r.finish()
		w.wantEffects("a1 x", "a3 z")
		w.wantDead("a3 conflict")
		if got := w.b.committed("g", "facts", 0); got != 5 {
			t.Errorf("committed %d, want 5", got)
		}
	})
}

func TestGreaterHashStaysInBothOrders(t *testing.T) {
	t.Parallel()
	last := map[string]bool{}
	for _, order := range [][]string{{"x", "y"}, {"y", "x"}} {
		w := newWorld(t)
		e := event.New(spec())
		w.topic(at(1))
		w.publish(e, newFact("a", 1, order[0]), newFact("a", 1, order[1]))
		r := w.start("g", NewRoute(w.db, []RouteOption{Tiebreak(sqldb.GreaterHash)}, On(e, write)))
		w.await(2)
		r.finish()
		all := w.effects()
		last[all[len(all)-1]] = true
	}
	if len(last) != 1 {
		t.Errorf("the last effects are %v, want one", last)
	}
}

func TestDeletedEntityStaysDeletedUntilANewerRevision(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := spec()
	s.Kind, s.Deleted = event.Document, deletedOf
	e := event.New(s)
	w.topic(at(1))
	w.publish(e, newFact("a", 1, "x"))
	w.remove(e, "a", 3)
	w.publish(e, newFact("a", 2, "late"), newFact("a", 4, "again"))
	gone := newFact("a", 5, "gone")
	gone.Packed = true
	w.publish(e, gone)
	r := w.start("g", NewRoute(w.db, nil, OnDocument(e, write, writeDeletion)))
	w.want("a1 applied", "a3 applied", "a2 stale", "a4 applied", "a5 applied")
	r.finish()
	w.wantEffects("a1 x", "a3 deleted", "a4 again", "a5 deleted")
}

func TestEqualTimesAreDecidedByTheOffset(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := spec()
	s.Revision = event.Timestamp(func(f *fact) *timestamppb.Timestamp { return timestamppb.New(time.UnixMicro(int64(f.GetNumber()))) })
	e := event.New(s)
	w.topic(at(1))
	w.publish(e, newFact("a", 7, "first"), newFact("a", 7, "second"), newFact("a", 6, "older"))
	r := w.start("g", NewRoute(w.db, nil, On(e, write)))
	w.want("a7 applied", "a7 applied", "a6 stale")
	r.finish()
	w.wantEffects("a7 first", "a7 second")
}

func TestBadEnvelopesAreDeadLettered(t *testing.T) {
	t.Parallel()
	e := event.New(spec())
	tests := map[string]struct {
		record func(t *testing.T) *event.Record
		want   string
	}{
		"tombstone without revision": {func(t *testing.T) *event.Record {
			r, err := e.EncodeDeletion("a", 1)
			if err != nil {
				t.Fatal(err)
			}
			r.Headers = event.Headers{{Key: event.HeaderType, Value: []byte("acme.Fact.deleted")}}
			return r
		}, "a0 permanent"},
		"header and message disagree": {func(t *testing.T) *event.Record {
			return encode(t, e, newFact("a", 1, "x"), func(r *event.Record) { r.Headers.Set(event.HeaderRevision, "2") })
		}, "a2 permanent"},
		"header is no number": {func(t *testing.T) *event.Record {
			return encode(t, e, newFact("a", 1, "x"), func(r *event.Record) { r.Headers.Set(event.HeaderRevision, "two") })
		}, "a0 permanent"},
		"header is not UTF-8": {func(t *testing.T) *event.Record {
			return encode(t, e, newFact("a", 1, "x"), func(r *event.Record) { r.Headers.Set(event.HeaderSource, "\xff") })
		}, "a1 permanent"},
		"value is garbage": {func(t *testing.T) *event.Record {
			return encode(t, e, newFact("a", 1, "x"), func(r *event.Record) { r.Value = []byte("\xff\xff") })
		}, "a1 permanent"},
		"value in an unknown frame": {func(t *testing.T) *event.Record {
			return encode(t, e, newFact("a", 1, "x"), func(r *event.Record) { r.Value = []byte("\x0fchunk") })
		}, "a1 permanent"},
		"no key": {func(t *testing.T) *event.Record {
			return encode(t, e, newFact("a", 1, "x"), func(r *event.Record) {
				r.Key = nil
				r.Headers.Set(event.HeaderType, "acme.Other")
			})
		}, "1 permanent"},
		"no type": {func(t *testing.T) *event.Record {
			return encode(t, e, newFact("a", 1, "x"), func(r *event.Record) { r.Headers = r.Headers[1:] })
		}, "a1 permanent"},
		"unknown type without revision": {func(t *testing.T) *event.Record {
			return encode(t, e, newFact("a", 1, "x"), func(r *event.Record) {
				r.Headers = event.Headers{{Key: event.HeaderType, Value: []byte("acme.Other")}}
			})
		}, "a0 permanent"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.topic(at(1))
			w.append(tt.record(t))
			w.publish(e, newFact("b", 1, "good"))
			r := w.start("g", NewRoute(w.db, nil, OnDocument(e, write, writeDeletion)))
			w.await(2)
			r.finish()
			w.wantDead(tt.want)
			w.wantEffects("b1 good")
		})
	}
}

func TestForeignRecordsAreTheOnlyEventOfTheirRoute(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := event.New(spec())
	w.topic(at(1))
	w.append(encode(t, e, newFact("a", 1, "x"), func(r *event.Record) { r.Headers = nil }))
	r := w.start("g", NewRoute(w.db, []RouteOption{Foreign()}, On(e, write)))
	w.want("a0 applied")
	r.finish()
	w.wantEffects("a1 x")
}

func TestValuesInAWireFrameAreTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := event.New(spec())
	w.topic(at(1))
	w.append(encode(t, e, newFact("a", 1, "x"), func(r *event.Record) { r.Value = payload.Frame(7, nil, r.Value) }))
	w.append(encode(t, e, newFact("a", 1, "x"), func(r *event.Record) { r.Value = payload.Frame(8, nil, r.Value) }))
	r := w.start("g", NewRoute(w.db, nil, On(e, write)))
	w.want("a1 applied", "a1 duplicate")
	r.finish()
	w.wantEffects("a1 x")
}

func TestGuardSeesTypesThatNobodyHandles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := spec()
	s.Revision = event.Sequence(revOf)
	placed := event.New(s)
	s.Name = "acme.Other"
	other := event.New(s)
	w.topic(at(1))
	w.publish(placed, newFact("a", 1, "x"))
	w.publish(other, newFact("a", 2, "unknown"))
	w.publish(placed, newFact("a", 3, "z"))
	r := w.start("g", NewRoute(w.db, nil, On(placed, write)))
	w.want("a1 applied", "a2 skipped", "a3 applied")
	r.finish()
	w.wantEffects("a1 x", "a3 z")
}

func TestCommandRunsOnceAndNotAfterItsExpiry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := spec()
	s.Kind, s.Revision, s.ID, s.Key = event.Command, event.Revision[*fact]{}, idOf, event.Key[string, *fact]{}
	e := event.New(s)
	w.topic(at(1))
	command := func(id, text string) *fact { return &fact{TypeUrl: id, DefaultValue: text} }
	w.publish(e, command("1", "x"), command("1", "x"))
	w.append(encode(t, e, command("2", "late"), func(r *event.Record) {
		r.Headers.Set(event.HeaderExpiry, time.Now().Add(-time.Minute).Format(time.RFC3339Nano))
	}))
	w.append(encode(t, e, command("3", "too old"), func(r *event.Record) { r.Time = time.Now().Add(-commandLife - time.Minute) }))
	w.append(encode(t, e, command("4", "in time"), func(r *event.Record) { r.Time = time.Now().Add(-commandLife + time.Minute) }))
	r := w.start("g", NewRoute(w.db, nil, On(e, write)))
	w.wantAnyOrder("0 applied", "0 applied", "0 duplicate", "0 expired", "0 expired")
	r.finish()
	if got := len(w.effects()); got != 2 {
		t.Errorf("%d effects, want 2", got)
	}
	w.wantDead("0 expired", "0 expired")
}

func TestEventIDIsKeptAsLongAsItsRecord(t *testing.T) {
	t.Parallel()
	s := spec()
	s.Revision, s.ID = event.Revision[*fact]{}, idOf
	now := time.Now()
	tests := map[string]struct {
		actual, wanted event.Topic
		want           time.Time
	}{
		"as the broker says":   {event.Topic{Retention: time.Hour}, event.Topic{Retention: time.Minute}, now.Add(2 * time.Hour)},
		"as the contract says": {event.Topic{}, event.Topic{Retention: time.Minute}, now.Add(time.Hour + time.Minute)},
		"forever":              {event.Topic{Retention: -1}, event.Topic{}, time.Time{}},
		"compacted":            {event.Topic{Retention: time.Hour, Compaction: event.Compact}, event.Topic{}, time.Time{}},
		"compacted and old":    {event.Topic{Retention: time.Hour, Compaction: event.CompactAndDelete}, event.Topic{}, now.Add(2 * time.Hour)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := s
			s.Topic = tt.wanted
			r := NewRoute(nil, nil, Func(event.New(s), nil)).bind("g", nil, tt.actual)
			if got := r.expiryOf(&event.Record{Time: now}, &event.Envelope{}); !got.Equal(tt.want) {
				t.Errorf("expires %s, want %s", got, tt.want)
			}
		})
	}
}

func TestHandlerSeesTheEnvelopeInItsContext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := event.New(spec())
	w.topic(at(1))
	w.append(encode(t, e, newFact("a", 1, "x"), func(r *event.Record) {
		r.Headers.Set(event.HeaderID, "id-1")
		r.Headers.Set(event.HeaderCorrelation, "c-1")
	}))
	calls := make(chan string, 2)
	r := w.start("g", NewRoute(w.db, nil, On(e, func(ctx context.Context, _ *sql.Tx, d *delivery) error {
		in := event.FromContext(ctx)
		calls <- fmt.Sprint(in.ID, " ", in.CorrelationID, " ", in.Attempt, " ", d.ID, " ", d.Attempt)
		if d.Attempt == 1 {
			return errors.New("again")
		}
		return nil
	})))
	w.want("a1 applied")
	r.finish()
	for _, want := range []string{"id-1 c-1 1 id-1 1", "id-1 c-1 2 id-1 2"} {
		if got := <-calls; got != want {
			t.Errorf("call with %q, want %q", got, want)
		}
	}
}
