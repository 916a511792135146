package kafka

import (
	"context"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/runtime/event"
)

// sending is a record under way. It is pooled, because it is all that a record costs: it is kgo's record, its headers, and its
// context, which has the values of the caller's and never ends.
type sending struct {
	client  *Client
	source  *event.Record
	topic   *facts
	values  context.Context // the caller's
	done    func(event.Receipt, error)
	size    int64
	placed  bool // a partition was chosen
	again   bool // it failed, perhaps for a neighbour, and is sent once more
	failed  time.Time
	renewed int64 // of producers, when it was sent

	record  kgo.Record
	promise func(*kgo.Record, error) // finish, bound once
}

func newSendings() *sync.Pool {
	return &sync.Pool{New: func() any {
		s := &sending{}
		s.promise = s.finish
		return s
	}}
}

func (s *sending) fill(ctx context.Context, c *Client, topic *facts, r *event.Record, done func(event.Receipt, error)) {
	s.client, s.topic, s.source, s.values, s.done = c, topic, r, ctx, done
	s.placed, s.again = false, false
	s.reset()
}

// reset readies the record for kgo, which keeps notes in it.
func (s *sending) reset() {
	r := s.source
	s.record = kgo.Record{Topic: r.Topic, Key: r.Key, Value: r.Value, Headers: shareHeaders(r.Headers), Timestamp: r.Time, Context: s}
}

// finish is called by kgo, serially with the other records of its client.
func (s *sending) finish(r *kgo.Record, err error) {
	if err != nil {
		s.client.producers.failed(s, err)
		return
	}
	s.report(event.Receipt{Position: event.Position{
		Topic: r.Topic, TopicID: s.topic.id, Partition: r.Partition, Offset: r.Offset,
	}, Key: s.source.Key}, nil)
}

// report ends the sending. Room comes first: done may well send the next record.
func (s *sending) report(at event.Receipt, err error) {
	c, done := s.client, s.done
	c.room.leave(s.size)
	s.client, s.source, s.values, s.done, s.topic = nil, nil, nil, nil, nil
	s.record.Key, s.record.Value, s.record.Headers = nil, nil, nil
	c.producers.pool.Put(s)
	done(at, err)
}

// Deadline, Done and Err say that this context never ends: kgo looks at the context of the first record of a batch only, and
// a caller who gives up would take the records of others along.
func (s *sending) Deadline() (time.Time, bool) { return time.Time{}, false }

// Done is nil.
func (s *sending) Done() <-chan struct{} { return nil }

// Err is nil.
func (s *sending) Err() error { return nil }

type sendingKey struct{}

// Value returns what the caller's context has, e.g., the span for kgo's hooks.
func (s *sending) Value(key any) any {
	if key == (sendingKey{}) {
		return s
	}
	if s.values == nil { // reported: a hook that kept the context
		return nil
	}
	return s.values.Value(key)
}
