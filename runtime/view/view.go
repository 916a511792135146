package view

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"

	"google.golang.org/protobuf/proto"

	"github.com/evgen-dev/evgen/runtime/event"
)

// ErrClosed says that a view was closed.
var ErrClosed = errors.New("the view is closed")

// View is the latest state of every key of a topic. All methods are safe for concurrent use.
type View[K any, M proto.Message] struct {
	event   *event.Event[K, M]
	replica *replica
}

// Open returns a view of e's topic once it shows all that was committed when Open was called; ctx bounds only that. The
// view follows the topic in the background until [View.Close].
func Open[K any, M proto.Message](ctx context.Context, s event.Source, e *event.Event[K, M], opts ...Option) (*View[K, M], error) {
	c := e.Contract()
	if !c.Keyed {
		return nil, fmt.Errorf("open view of %s: the event has no key", c.Name)
	}
	r, err := openReplica(ctx, s, c, revisionIn(e), opts)
	if err != nil {
		return nil, fmt.Errorf("open view of %s: %w", c.Name, err)
	}
	return &View[K, M]{e, r}, nil
}

// revisionIn returns how to find the revision in the message of a record, whose producer did not write the header.
func revisionIn[K any, M proto.Message](e *event.Event[K, M]) func(*event.Record) (int64, error) {
	return func(r *event.Record) (int64, error) {
		d, err := e.Delivery(r)
		if err != nil {
			return 0, err
		}
		return d.Revision, nil
	}
}

// Get returns the state of key, and whether there is one. The message is the caller's own.
func (v *View[K, M]) Get(key K) (M, bool) {
	b := v.event.EncodeKey(key)
	return v.decode(b, v.replica.table.Load().get(b))
}

// All returns every key with its state, in no order. Each key shows a state that it had during the iteration;
// states of different keys may be from different moments.
func (v *View[K, M]) All() iter.Seq2[K, M] {
	return func(yield func(K, M) bool) {
		t := v.replica.table.Load()
		for i := range t.shards {
			for _, x := range t.values(i) {
				b := []byte(x.key)
				key, ok := v.decodeKey(b, x.entry)
				if !ok {
					continue
				}
				if m, ok := v.decode(b, x.entry); ok && !yield(key, m) {
					return
				}
			}
		}
	}
}

// Len returns how many keys have a state. A message that marks itself as deleted counts until its tombstone comes.
func (v *View[K, M]) Len() int { return int(v.replica.table.Load().live.Load()) }

// WaitFor waits until the view shows what was published with receipt, or something newer of its key. It goes by the
// position, or, where the sink did not tell one, by the revision.
func (v *View[K, M]) WaitFor(ctx context.Context, receipt event.Receipt) error {
	if err := v.replica.waitFor(ctx, receipt); err != nil {
		return fmt.Errorf("wait for %s in the view of %s: %w", receipt.Position, v.event.Contract().Name, err)
	}
	return nil
}

// Err returns why the view stopped following its topic, nil while it does. A stopped view still answers, with states that grow old.
func (v *View[K, M]) Err() error { return v.replica.err() }

// Close stops following the topic and the change feeds. The view still answers.
func (v *View[K, M]) Close() { v.replica.close() }

// decode returns the message of an entry. One that does not decode is reported once, and its key has no state from then on.
func (v *View[K, M]) decode(key []byte, e entry) (M, bool) {
	var none M
	if e.value == nil {
		return none, false
	}
	m, err := v.event.Decode(v.replica.record(key, e))
	if err != nil {
		v.replica.discard(key, e, err)
		return none, false
	}
	if v.event.IsDeleted(m) {
		return none, false
	}
	return m, true
}

func (v *View[K, M]) decodeKey(key []byte, e entry) (K, bool) {
	k, err := v.event.DecodeKey(v.replica.record(key, e))
	if err != nil {
		v.replica.discard(key, e, err)
		return k, false
	}
	return k, true
}

// record returns what is left of the record that made e: enough to decode it, and to find it in the topic.
func (r *replica) record(key []byte, e entry) *event.Record {
	rec := &event.Record{
		Position: event.Position{Topic: r.topic(), Partition: e.partition, Offset: e.offset},
		Key:      key, Value: e.value,
	}
	if e.revision > 0 {
		rec.Headers = event.Headers{{Key: event.HeaderRevision, Value: strconv.AppendInt(nil, e.revision, 10)}}
	}
	return rec
}
