package event

import (
	"context"
	"sync"
)

// Keys runs the sends of each key one after the other, in the order in which they came. It exists because a
// failure may be reported after a later record of the same key was written: a retry would then turn the order around.
// Different keys do not wait for each other. The zero value is ready and waits for nobody; use [NewKeys] for a bound.
type Keys struct {
	limit int64

	mu      sync.Mutex
	queues  map[topicKey]*keyQueue
	waiting int64         // bytes of sends that wait for a predecessor
	room    chan struct{} // closed when waiting falls
}

type topicKey struct{ topic, key string }

type keyQueue struct{ sends []pendingSend }

type pendingSend struct {
	size int64
	send func(release func())
}

// NewKeys returns a sequencer in which at most limit bytes wait; 0 means no bound.
func NewKeys(limit int64) *Keys { return &Keys{limit: limit} }

// Do calls send when no earlier send of the key is under way: at once, or later on a goroutine of its own, since the goroutine that
// releases the predecessor is often the one that makes room in the sink and must not wait for it. send must call release once, when the
// outcome of its record is known. A nil key has no order. Do itself blocks only while too many bytes wait, until
// ctx ends; then send is never called and the error is the context's.
func (k *Keys) Do(ctx context.Context, topic string, key []byte, size int, send func(release func())) error {
	if key == nil {
		send(func() {})
		return nil
	}
	id := topicKey{topic, string(key)}
	for {
		start, room := k.enter(id, pendingSend{int64(size), send})
		if start {
			send(func() { k.release(id) })
		}
		if room == nil {
			return nil
		}
		select {
		case <-room:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// enter queues p. It says whether the caller must start it now, or, if there is no room, what to wait for.
func (k *Keys) enter(id topicKey, p pendingSend) (start bool, room <-chan struct{}) {
	k.mu.Lock()
	defer k.mu.Unlock()
	q := k.queues[id]
	if q == nil {
		if k.queues == nil {
			k.queues = map[topicKey]*keyQueue{}
		}
		k.queues[id] = &keyQueue{}
		return true, nil
	}
	if k.limit > 0 && k.waiting > 0 && k.waiting+p.size > k.limit {
		if k.room == nil {
			k.room = make(chan struct{})
		}
		return false, k.room
	}
	q.sends = append(q.sends, p)
	k.waiting += p.size
	return false, nil
}

// release ends the running send of the key and starts the next one.
func (k *Keys) release(id topicKey) {
	k.mu.Lock()
	q := k.queues[id]
	if len(q.sends) == 0 {
		delete(k.queues, id)
		k.mu.Unlock()
		return
	}
	next := q.sends[0]
	q.sends[0] = pendingSend{}
	q.sends = q.sends[1:]
	k.waiting -= next.size
	if k.room != nil {
		close(k.room)
		k.room = nil
	}
	k.mu.Unlock()
	go next.send(func() { k.release(id) })
}
