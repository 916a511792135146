package produce

import (
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/evgen-dev/evgen/runtime/event"
)

// DocumentProducer publishes the states of documents, and their deletions.
type DocumentProducer[K any, M proto.Message] struct{ Producer[K, M] }

// NewDocument returns a producer of the document e that sends through sink.
func NewDocument[K any, M proto.Message](sink event.Sink, e *event.Event[K, M], opts ...Option) *DocumentProducer[K, M] {
	return &DocumentProducer[K, M]{*New(sink, e, opts...)}
}

// In returns a producer like p that sends through sink, e.g., an outbox in the caller's transaction.
func (p *DocumentProducer[K, M]) In(sink event.Sink) *DocumentProducer[K, M] {
	return &DocumentProducer[K, M]{*p.Producer.In(sink)}
}

// Delete publishes a tombstone and waits like [Producer.Publish]. A deletion is a change: its revision follows the last one of the
// document, and a document that is created again continues after it. A document without revisions ignores it.
func (p *DocumentProducer[K, M]) Delete(ctx context.Context, key K, revision int64) (event.Receipt, error) {
	r, err := p.event.EncodeDeletion(key, revision)
	if err != nil {
		return event.Receipt{}, err
	}
	return p.send(ctx, r)
}

// DeleteAsync is [DocumentProducer.Delete] for callers who do not wait; see [Producer.PublishAsync].
func (p *DocumentProducer[K, M]) DeleteAsync(ctx context.Context, key K, revision int64, done func(event.Receipt, error)) {
	r, err := p.event.EncodeDeletion(key, revision)
	p.sendAsync(ctx, r, err, done)
}
