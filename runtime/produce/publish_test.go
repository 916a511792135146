package produce_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/payload"
	"github.com/evgen-dev/evgen/runtime/produce"
)

func TestReceiptSaysWhatWentWhere(t *testing.T) {
	t.Parallel()
	sink := &log{}
	got, err := produce.New(sink, event.New(plan)).Publish(t.Context(), msg("pro", 5, "body"))
	if err != nil {
		t.Fatal(err)
	}
	id, _ := sink.only(t).Headers.Get(event.HeaderID)
	want := event.Receipt{
		Position: event.Position{Topic: "plans", TopicID: event.TopicID{7}, Partition: 3, Offset: 0},
		EventID:  id, Key: []byte("pro"), Revision: 5,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("receipt (-want +got):\n%s", diff)
	}
}

func TestRecordDecodesToTheMessage(t *testing.T) {
	t.Parallel()
	sink, plans := &log{}, event.New(plan)
	sent := msg("pro", 5, "body")
	if _, err := produce.New(sink, plans).Publish(t.Context(), sent); err != nil {
		t.Fatal(err)
	}
	got, err := plans.Delivery(sink.only(t))
	if err != nil {
		t.Fatal(err)
	}
	if got.Key != "pro" || got.Revision != 5 || !proto.Equal(got.Message, sent) {
		t.Errorf("delivered %+v, want %v", got, sent)
	}
}

func TestMessageMayBeChangedAfterPublishAsync(t *testing.T) {
	t.Parallel()
	sink, plans := newGate(), event.New(plan)
	m := msg("pro", 5, "before")
	produce.New(sink, plans).PublishAsync(t.Context(), m, nil)
	m.StringValue = []byte("after")
	s := <-sink.sends
	s.succeed(0)
	got, err := plans.Decode(s.record)
	if err != nil || string(got.StringValue) != "before" {
		t.Errorf("sent %q, %v", got.GetStringValue(), err)
	}
}

func TestBrokenContractIsNotSent(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	limited := planWith(func(s *event.Spec[string, *message]) { s.MaxRecord = 100 })
	identified := planWith(func(s *event.Spec[string, *message]) {
		s.ID = func(m *message) string { return m.GetAggregateValue() }
	})
	tests := map[string]struct {
		ctx     context.Context
		event   *event.Event[string, *message]
		message *message
		is      error
		want    string
	}{
		"nil message":     {t.Context(), event.New(plan), nil, nil, "publish acme.plans.v1.Plan: the message is nil"},
		"no key":          {t.Context(), event.New(plan), msg("", 1, ""), event.ErrKey, "encode acme.plans.v1.Plan: the key is empty"},
		"no revision":     {t.Context(), event.New(plan), msg("pro", 0, ""), event.ErrRevision, `key "pro"`},
		"bad revision":    {t.Context(), event.New(plan), msg("pro", -1, ""), event.ErrRevision, "revision -1"},
		"no id":           {t.Context(), identified, msg("pro", 1, ""), nil, "the field of its event id is empty"},
		"too large":       {t.Context(), limited, msg("pro", 1, strings.Repeat("x", 100)), nil, `publish acme.plans.v1.Plan with key "pro": 109 bytes are over the limit of 100`},
		"context at end":  {ended, event.New(plan), msg("pro", 1, ""), context.Canceled, `publish acme.plans.v1.Plan with key "pro": context canceled`},
		"none, but ended": {ended, event.New(plan), nil, nil, "the message is nil"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink := &log{}
			p := produce.New(sink, tt.event)
			_, err := p.Publish(tt.ctx, tt.message)
			async := make(chan error, 1)
			p.PublishAsync(tt.ctx, tt.message, func(_ event.Receipt, err error) { async <- err })
			for _, err := range []error{err, <-async} {
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("error %v, want one that says %q", err, tt.want)
				}
				if tt.is != nil && !errors.Is(err, tt.is) {
					t.Errorf("error %v does not wrap %v", err, tt.is)
				}
				if errors.Is(err, event.ErrUnknown) {
					t.Errorf("error %v leaves open what is known: nothing was sent", err)
				}
			}
			if n := len(sink.sent()); n != 0 {
				t.Errorf("%d records were sent, want none", n)
			}
		})
	}
}

func TestTooLargeCountsTheValueWithItsSchemaHeader(t *testing.T) {
	t.Parallel()
	m := msg("pro", 1, "body")
	fits := planWith(func(s *event.Spec[string, *message]) { s.MaxRecord = proto.Size(m) })
	if _, err := produce.New(&log{}, fits).Publish(t.Context(), m); err != nil {
		t.Errorf("exactly the limit is refused: %v", err)
	}
	_, err := produce.New(&log{}, fits, produce.SchemaIDs(schemas{"acme.plans.v1.Plan": {ID: 1}})).Publish(t.Context(), m)
	got, ok := errors.AsType[*event.TooLargeError](err)
	if !ok {
		t.Fatalf("error %v, want a TooLargeError", err)
	}
	limit, header := proto.Size(m), payload.Frame(1, nil, nil)
	want := &event.TooLargeError{Event: "acme.plans.v1.Plan", Key: `"pro"`, Size: limit + len(header), Limit: limit}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}

func TestErrorOfTheSinkNamesEventAndKey(t *testing.T) {
	t.Parallel()
	sink := newGate()
	failed := make(chan error, 1)
	produce.New(sink, event.New(plan)).PublishAsync(t.Context(), msg("pro", 1, ""), func(_ event.Receipt, err error) { failed <- err })
	(<-sink.sends).done(event.Receipt{}, errBroker)
	err := <-failed
	if want := `publish acme.plans.v1.Plan with key "pro": broker says no`; err == nil || err.Error() != want || !errors.Is(err, errBroker) {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestTooLargeErrorOfTheSinkIsNotWrappedTwice(t *testing.T) {
	t.Parallel()
	sink := newGate()
	failed := make(chan error, 1)
	produce.New(sink, event.New(plan)).PublishAsync(t.Context(), msg("pro", 1, ""), func(_ event.Receipt, err error) { failed <- err })
	refused := &event.TooLargeError{Event: "acme.plans.v1.Plan", Key: `"pro"`, Size: 2, Limit: 1}
	(<-sink.sends).done(event.Receipt{}, refused)
	if err := <-failed; err.Error() != refused.Error() {
		t.Errorf("error %v, want %v", err, refused)
	}
}

func TestInSendsElsewhere(t *testing.T) {
	t.Parallel()
	first, second := &log{}, &log{}
	p := produce.New(first, event.New(plan), produce.Source("/plans"))
	if _, err := p.In(second).Publish(t.Context(), msg("pro", 1, "")); err != nil {
		t.Fatal(err)
	}
	if len(first.sent()) != 0 {
		t.Error("the sink of the original producer was used")
	}
	if got, _ := second.only(t).Headers.Get(event.HeaderSource); got != "/plans" {
		t.Errorf("source %q was not kept", got)
	}
}

func TestEventsWithoutKeyAreNotOrdered(t *testing.T) {
	t.Parallel()
	sink := newGate()
	p := produce.New(sink, event.New(event.Spec[event.NoKey, *message]{Name: "acme.Beat", Topic: event.Topic{Name: "beats"}}))
	p.PublishAsync(t.Context(), msg("", 0, "1"), nil)
	p.PublishAsync(t.Context(), msg("", 0, "2"), nil)
	first, second := <-sink.sends, <-sink.sends // both, though neither has an outcome
	if first.record.Key != nil || second.record.Key != nil {
		t.Error("records have keys")
	}
	first.succeed(0)
	second.succeed(1)
}
