package telemetry

import (
	"context"

	"go.opentelemetry.io/otel/propagation"

	"github.com/evgen-dev/evgen/runtime/event"
)

// Names of headers of a trace context, without the ce_ prefix, since that is what OpenTelemetry's Kafka
// instrumentations write and read. CloudEvents has its own pair, which names where a transmission of several
// hops began and must not be rewritten on the way: it is read when the plain pair is absent, never written.
const (
	HeaderTraceparent = "traceparent"
	HeaderTracestate  = "tracestate"

	cloudEventsPrefix = "ce_"
)

// Inject writes the span of ctx as traceparent and tracestate into h, and nothing when ctx has none. Baggage is not forwarded: a topic is
// read by more services, and for longer, than the author of a baggage entry could know.
func Inject(ctx context.Context, h *event.Headers) {
	propagation.TraceContext{}.Inject(ctx, writer{h})
}

// Extract returns ctx with the span that h names as its remote span context, for a link or a parent. Without a valid
// traceparent it returns ctx as it is.
func Extract(ctx context.Context, h event.Headers) context.Context {
	if _, ok := h.Get(HeaderTraceparent); ok {
		return propagation.TraceContext{}.Extract(ctx, reader{h, ""})
	}
	return propagation.TraceContext{}.Extract(ctx, reader{h, cloudEventsPrefix})
}

// reader reads one pair of headers as a whole: the state of one trace says nothing about another.
type reader struct {
	headers event.Headers
	prefix  string
}

func (r reader) Get(key string) string {
	value, _ := r.headers.Get(r.prefix + key)
	return value
}

func (r reader) Set(string, string) {}

func (r reader) Keys() []string { return keys(r.headers) }

type writer struct{ headers *event.Headers }

func (w writer) Get(key string) string {
	value, _ := w.headers.Get(key)
	return value
}

func (w writer) Set(key, value string) { w.headers.Set(key, value) }

func (w writer) Keys() []string { return keys(*w.headers) }

func keys(h event.Headers) []string {
	names := make([]string, 0, len(h))
	for _, x := range h {
		names = append(names, x.Key)
	}
	return names
}
