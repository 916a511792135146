package produce

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/evgen-dev/evgen/runtime/event"
)

// Producer publishes events of one type. It is safe for concurrent use; events of one key are written in the order of the calls, also
// over several producers of a sink.
type Producer[K any, M proto.Message] struct {
	sink     event.Sink
	event    *event.Event[K, M]
	envelope *envelope
	stamp    stamp
	broken   error // why nothing can be published
}

// New returns a producer of e that sends through sink.
func New[K any, M proto.Message](sink event.Sink, e *event.Event[K, M], opts ...Option) *Producer[K, M] {
	s, c := newSettings(opts), e.Contract()
	p := &Producer[K, M]{sink: sink, event: e}
	p.stamp, p.broken = newStamp(s, c.Name)
	p.envelope = newEnvelope(s.source, c.Kind, p.stamp.headers)
	return p
}

// In returns a producer like p that sends through sink, e.g., an outbox in the caller's transaction.
func (p *Producer[K, M]) In(sink event.Sink) *Producer[K, M] {
	other := *p
	other.sink = sink
	return &other
}

// Publish sends m and waits until the sink has it, or has refused it. When ctx ends before, the error wraps [event.ErrUnknown] and the error
// of ctx: the event is still sent, since recalling it would fail others with it. The receipt that comes with this
// error lacks the offset only. An event that breaks its contract is not sent: see [event.ErrKey], [event.ErrRevision], [event.TooLargeError].
func (p *Producer[K, M]) Publish(ctx context.Context, m M) (event.Receipt, error) {
	r, err := p.encode(m)
	if err != nil {
		return event.Receipt{}, err
	}
	return p.send(ctx, r)
}

// PublishAsync is [Producer.Publish] for callers who do not wait. It blocks only while the sink is full, at most until ctx ends; after it
// returned, ctx does not matter any more, and m may be changed. A nil done gives up on hearing of failures.
//
// done runs exactly once on another goroutine, in order per key. It must not block, since later events of the key wait for it, and with
// Kafka all others as well. So it must not publish, except on a goroutine of its own: when the sink is full, what waits for room would
// keep done from returning, and that is what makes room.
func (p *Producer[K, M]) PublishAsync(ctx context.Context, m M, done func(event.Receipt, error)) {
	r, err := p.encode(m)
	p.sendAsync(ctx, r, err, done)
}

// encode returns the record of m, without the headers that depend on the context.
func (p *Producer[K, M]) encode(m M) (*event.Record, error) {
	if p.broken != nil {
		return nil, p.broken
	}
	c := p.event.Contract()
	if any(m) == nil || !m.ProtoReflect().IsValid() {
		return nil, fmt.Errorf("publish %s: the message is nil", c.Name)
	}
	r, err := p.event.Encode(m)
	if err != nil {
		return nil, err
	}
	r.Value = p.stamp.put(r.Value)
	if c.MaxRecord > 0 && len(r.Value) > c.MaxRecord {
		return nil, &event.TooLargeError{Event: c.Name, Key: event.TextOf(r.Key), Size: len(r.Value), Limit: c.MaxRecord}
	}
	return r, nil
}

func (p *Producer[K, M]) send(ctx context.Context, r *event.Record) (event.Receipt, error) {
	results := make(chan result, 1)
	s, err := p.start(ctx, r, func(receipt event.Receipt, err error) { results <- result{receipt, err} })
	if err != nil {
		return event.Receipt{}, err
	}
	select {
	case res := <-results:
		return res.receipt, res.err
	case <-ctx.Done():
	}
	select {
	case res := <-results: // both happened: what is known wins
		return res.receipt, res.err
	default:
		return s.receipt, s.wrap(fmt.Errorf("%w: %w", event.ErrUnknown, ctx.Err()))
	}
}

type result struct {
	receipt event.Receipt
	err     error
}

func (p *Producer[K, M]) sendAsync(ctx context.Context, r *event.Record, err error, done func(event.Receipt, error)) {
	heard := orNobody(done)
	if err == nil {
		_, err = p.start(ctx, r, heard)
	}
	if err != nil {
		go heard(event.Receipt{}, err)
	}
}

func orNobody(done func(event.Receipt, error)) func(event.Receipt, error) {
	if done == nil {
		return func(event.Receipt, error) {}
	}
	return done
}

// start seals r and hands it over. An error means that it was not sent and that done will not run.
func (p *Producer[K, M]) start(ctx context.Context, r *event.Record, done func(event.Receipt, error)) (*sending, error) {
	s := &sending{ctx: ctx, sink: p.sink, name: p.event.Contract().Name, record: r, done: done}
	if err := ctx.Err(); err != nil {
		return nil, s.wrap(err)
	}
	id, err := p.envelope.seal(ctx, r)
	if err != nil {
		return nil, s.wrap(err)
	}
	revision, _, err := r.Revision()
	if err != nil {
		return nil, s.wrap(err)
	}
	s.receipt = event.Receipt{Position: r.Position, EventID: id, Key: r.Key, Revision: revision}
	if err := s.start(); err != nil {
		return nil, s.wrap(fmt.Errorf("wait for room in the sink: %w", err))
	}
	return s, nil
}
