package telemetry_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/trace"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/telemetry"
)

const (
	parent      = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	otherParent = "00-11111111111111111111111111111111-2222222222222222-01"
)

func TestTraceContextSurvivesTheRecord(t *testing.T) {
	t.Parallel()
	sent := spanContext(t)
	h := event.Headers{{Key: "ce_id", Value: []byte("1")}}
	telemetry.Inject(trace.ContextWithSpanContext(t.Context(), sent), &h)

	want := event.Headers{
		{Key: "ce_id", Value: []byte("1")},
		{Key: "traceparent", Value: []byte(parent)},
		{Key: "tracestate", Value: []byte("vendor=x")},
	}
	slices.SortFunc(h, func(a, b event.Header) int { return strings.Compare(a.Key, b.Key) })
	if diff := cmp.Diff(want, h); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	got := trace.SpanContextFromContext(telemetry.Extract(t.Context(), h))
	if !got.Equal(sent.WithRemote(true)) {
		t.Errorf("extracted %+v, want %+v", got, sent)
	}
}

func TestInjectReplacesAnOlderTrace(t *testing.T) {
	t.Parallel()
	h := event.Headers{{Key: "traceparent", Value: []byte(otherParent)}}
	telemetry.Inject(trace.ContextWithSpanContext(t.Context(), spanContext(t)), &h)
	if got, _ := h.Get("traceparent"); got != parent || len(h) != 2 {
		t.Errorf("headers %v, want one traceparent %s and one tracestate", h, parent)
	}
}

func TestWithoutSpanNothingIsInjected(t *testing.T) {
	t.Parallel()
	var h event.Headers
	telemetry.Inject(t.Context(), &h)
	if len(h) != 0 {
		t.Errorf("headers %v, want none", h)
	}
}

func TestBaggageIsNotForwarded(t *testing.T) {
	t.Parallel()
	member, err := baggage.NewMember("user", "ada")
	if err != nil {
		t.Fatal(err)
	}
	bag, err := baggage.New(member)
	if err != nil {
		t.Fatal(err)
	}
	var h event.Headers
	telemetry.Inject(baggage.ContextWithBaggage(t.Context(), bag), &h)
	if len(h) != 0 {
		t.Errorf("headers %v, want none", h)
	}
	read := telemetry.Extract(t.Context(), event.Headers{{Key: "baggage", Value: []byte("user=ada")}})
	if got := baggage.FromContext(read).Len(); got != 0 {
		t.Errorf("extracted %d baggage members, want none", got)
	}
}

func TestExtractReadsWhatIsThere(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		headers event.Headers
		want    string // trace id, empty: none
	}{
		"nothing":                         {nil, ""},
		"the plain name":                  {event.Headers{{Key: "traceparent", Value: []byte(parent)}}, "0af7651916cd43dd8448eb211c80319c"},
		"the last of two":                 {event.Headers{{Key: "traceparent", Value: []byte(otherParent)}, {Key: "traceparent", Value: []byte(parent)}}, "0af7651916cd43dd8448eb211c80319c"},
		"CloudEvents alone":               {event.Headers{{Key: "ce_traceparent", Value: []byte(parent)}}, "0af7651916cd43dd8448eb211c80319c"},
		"the plain name over CloudEvents": {event.Headers{{Key: "traceparent", Value: []byte(parent)}, {Key: "ce_traceparent", Value: []byte(otherParent)}}, "0af7651916cd43dd8448eb211c80319c"},
		"garbage":                         {event.Headers{{Key: "traceparent", Value: []byte("\xff\xfe")}}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := trace.SpanContextFromContext(telemetry.Extract(t.Context(), tt.headers))
			if tt.want == "" {
				if got.IsValid() {
					t.Errorf("extracted %v, want nothing", got)
				}
				return
			}
			if got.TraceID().String() != tt.want || !got.IsRemote() {
				t.Errorf("extracted trace %s (remote %t), want remote %s", got.TraceID(), got.IsRemote(), tt.want)
			}
		})
	}
}

func TestStateOfAnotherTraceIsNotMixedIn(t *testing.T) {
	t.Parallel()
	h := event.Headers{{Key: "traceparent", Value: []byte(parent)}, {Key: "ce_tracestate", Value: []byte("vendor=x")}}
	if got := trace.SpanContextFromContext(telemetry.Extract(t.Context(), h)).TraceState().Len(); got != 0 {
		t.Errorf("%d members of trace state, want none", got)
	}
}

func FuzzExtract(f *testing.F) {
	f.Add([]byte(parent), []byte("vendor=x"))
	f.Add([]byte("\xff"), []byte("\x00="))
	f.Fuzz(func(t *testing.T, traceparent, tracestate []byte) {
		h := event.Headers{{Key: "traceparent", Value: traceparent}, {Key: "tracestate", Value: tracestate}}
		telemetry.Extract(context.Background(), h)
	})
}

func spanContext(t *testing.T) trace.SpanContext {
	t.Helper()
	state, err := trace.ParseTraceState("vendor=x")
	if err != nil {
		t.Fatal(err)
	}
	traceID, err := trace.TraceIDFromHex("0af7651916cd43dd8448eb211c80319c")
	if err != nil {
		t.Fatal(err)
	}
	spanID, err := trace.SpanIDFromHex("b7ad6b7169203331")
	if err != nil {
		t.Fatal(err)
	}
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: traceID, SpanID: spanID, TraceFlags: trace.FlagsSampled, TraceState: state})
}
