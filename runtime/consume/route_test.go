package consume

import (
	"context"
	"errors"
	"strings"
	"testing"

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
