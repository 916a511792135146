package produce_test

import (
	"context"
	"testing"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/produce"
)

// discard is a sink that costs nothing, so that the producer's own cost is left.
type discard struct{ keys event.Keys }

func (d *discard) Keys() *event.Keys { return &d.keys }

func (d *discard) Send(_ context.Context, r *event.Record, done func(event.Receipt, error)) {
	done(event.Receipt{Position: r.Position}, nil)
}

func BenchmarkPublishAsync(b *testing.B) {
	p := produce.New(&discard{}, event.New(plan))
	m := msg("pro", 5, "a body of some length, since an empty one would flatter us")
	b.ReportAllocs()
	for b.Loop() {
		p.PublishAsync(b.Context(), m, nil)
	}
}
