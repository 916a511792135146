package kafka

import (
	"context"
	"fmt"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

// Send hands r over to be written and returns; it blocks while too much waits to be acknowledged, and, the first time for a
// topic, until the broker said what the topic takes. done gets the position: topic id, partition, offset.
//
// Before the record leaves it is refused if it alone is over the topic's max.message.bytes ([*event.TooLargeError]), or if it has no key
// and the topic is compacted: Kafka would refuse it together with its neighbours. Afterwards an outage only delays it. A
// record that fails because of a neighbour is sent once more, alone.
func (c *Client) Send(ctx context.Context, r *event.Record, done func(event.Receipt, error)) {
	if err := c.send(ctx, r, done); err != nil {
		go done(event.Receipt{}, err)
	}
}

func (c *Client) send(ctx context.Context, r *event.Record, done func(event.Receipt, error)) error {
	facts, err := c.topics.get(ctx, r.Topic)
	if err != nil {
		return fmt.Errorf("send to %s: learn its settings: %w", r.Topic, err)
	}
	if r.Key == nil && facts.compacted {
		return fmt.Errorf("send to %s: the record has no key, and the topic is compacted: give the event a key", r.Topic)
	}
	size := encodedSize(r)
	if size > facts.limit {
		if facts, err = c.recheck(ctx, r, size); err != nil {
			return err
		}
	}
	if err := c.room.enter(ctx, int64(size)); err != nil {
		return fmt.Errorf("send to %s: wait for room: %w", r.Topic, err)
	}
	s := c.producers.pool.Get().(*sending)
	s.size = int64(size)
	s.fill(ctx, c, facts, r, done)
	c.producers.produce(s)
	return nil
}

// recheck refuses a record that is too large, unless the topic's limit was raised, as the error advises.
func (c *Client) recheck(ctx context.Context, r *event.Record, size int) (*facts, error) {
	facts, err := c.topics.refresh(ctx, r.Topic, time.Now().Add(-c.topics.young))
	if err != nil {
		return nil, fmt.Errorf("send to %s: learn its settings: %w", r.Topic, err)
	}
	if size > facts.limit {
		return nil, tooLarge(r, size, facts.limit)
	}
	return facts, nil
}

func tooLarge(r *event.Record, size, limit int) error {
	return &event.TooLargeError{Event: r.Headers.EventType(), Key: event.TextOf(r.Key), Size: size, Limit: limit}
}
