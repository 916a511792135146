package produce_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"go.opentelemetry.io/otel/trace"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/produce"
)

func TestHeadersOfAFreshEvent(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"ce_specversion":    "1.0",
		"ce_source":         "/plans",
		"ce_type":           "acme.plans.v1.Plan",
		"ce_entityrevision": "5",
		"content-type":      "application/protobuf",
		"plan-body":         "body",
	}
	e := planWith(func(s *event.Spec[string, *message]) {
		s.Attributes = []event.Attribute[*message]{{Header: "plan-body", Of: func(m *message) string { return string(m.GetStringValue()) }}}
	})
	got := publish(t.Context(), t, e, msg("pro", 5, "body"), produce.Source("/plans"))
	id, err := uuid.Parse(got["ce_id"])
	if err != nil || id.Version() != 7 {
		t.Errorf("id %q is no UUIDv7: %v", got["ce_id"], err)
	}
	delete(got, "ce_id")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

func TestSourceIsTheMainModuleByDefault(t *testing.T) {
	t.Parallel()
	if got := publish(t.Context(), t, event.New(plan), msg("pro", 5, ""))["ce_source"]; got != "github.com/evgen-dev/evgen" {
		t.Errorf("source %q", got)
	}
}

func TestIDOfTheMessageIsKept(t *testing.T) {
	t.Parallel()
	e := planWith(func(s *event.Spec[string, *message]) {
		s.ID = func(m *message) string { return string(m.GetStringValue()) }
	})
	if got := publish(t.Context(), t, e, msg("pro", 5, "order-17"))["ce_id"]; got != "order-17" {
		t.Errorf("id %q, want the message's", got)
	}
}

func TestRevisionBeyondFloatsSurvives(t *testing.T) {
	t.Parallel()
	const revision = 1<<53 + 1
	sink, plans := &log{}, event.New(plan)
	receipt, err := produce.New(sink, plans).Publish(t.Context(), msg("pro", revision, ""))
	if err != nil || receipt.Revision != revision {
		t.Errorf("receipt %+v, %v", receipt, err)
	}
	got, err := plans.Delivery(sink.only(t))
	if err != nil || got.Revision != revision {
		t.Errorf("delivered revision %d, %v", got.Revision, err)
	}
}

func TestCommandsExpireAfterAWeek(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := planWith(func(s *event.Spec[string, *message]) { s.Kind = event.Command })
		got := publish(t.Context(), t, e, msg("pro", 1, ""))["ce_expirytime"]
		if want := time.Now().UTC().Add(7 * 24 * time.Hour).Format(time.RFC3339); got != want {
			t.Errorf("expires %q, want %q", got, want)
		}
	})
}

func TestCausationChainOfThreeHops(t *testing.T) {
	t.Parallel()
	first := hop(t.Context(), t)
	second := hop(event.NewContext(t.Context(), first), t) // what a handler of the first sees
	third := hop(event.NewContext(t.Context(), second), t)
	type cause struct{ Correlation, Causation string }
	var got []cause
	for _, e := range []*event.Envelope{first, second, third} {
		got = append(got, cause{e.CorrelationID, e.CausationID})
	}
	want := []cause{{}, {first.ID, first.ID}, {first.ID, second.ID}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("causes (-want +got):\n%s", diff)
	}
}

// hop publishes an event and returns its envelope as a handler gets it.
func hop(ctx context.Context, t *testing.T) *event.Envelope {
	t.Helper()
	sink, plans := &log{}, event.New(plan)
	if _, err := produce.New(sink, plans).Publish(ctx, msg("pro", 1, "")); err != nil {
		t.Fatal(err)
	}
	d, err := plans.Delivery(sink.only(t))
	if err != nil {
		t.Fatal(err)
	}
	return &d.Envelope
}

func TestTraceOfTheCallerIsWritten(t *testing.T) {
	t.Parallel()
	span := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}})
	got := publish(trace.ContextWithSpanContext(t.Context(), span), t, event.New(plan), msg("pro", 1, ""))
	if want := "00-01000000000000000000000000000000-0200000000000000-00"; got["traceparent"] != want {
		t.Errorf("traceparent %q, want %q", got["traceparent"], want)
	}
}

// publish returns the headers with which m is sent, after a check that no name is written twice.
func publish(ctx context.Context, t *testing.T, e *event.Event[string, *message], m *message, opts ...produce.Option) map[string]string {
	t.Helper()
	sink := &log{}
	if _, err := produce.New(sink, e, opts...).Publish(ctx, m); err != nil {
		t.Fatal(err)
	}
	return headers(t, sink.only(t))
}

func headers(t *testing.T, r *event.Record) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, h := range r.Headers {
		if _, double := all[h.Key]; double {
			t.Errorf("header %s is written twice", h.Key)
		}
		all[h.Key] = string(h.Value)
	}
	return all
}
