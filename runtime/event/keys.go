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
	queues  map[topicKey][]pendingSend // of the keys that have a turn, those that wait for it
	waiting int64                      // bytes of sends that wait for a predecessor
	room    chan struct{}              // closed when waiting falls
}

type topicKey struct{ topic, key string }

type pendingSend struct {
	size int64
	send func(Turn)
}

// Turn is the hold of one send on its key.
type Turn struct {
	keys *Keys // nil: there is no key
	id   topicKey
}

// Release ends the turn and starts the next send of the key. Call it once, when the outcome of the record is known.
func (t Turn) Release() {
	if t.keys != nil {
		t.keys.release(t.id)
	}
}

// NewKeys returns a sequencer in which at most limit bytes wait; 0 means no bound.
func NewKeys(limit int64) *Keys { return &Keys{limit: limit} }

// Do calls send when no earlier send of the key is under way: at once, or later on a goroutine of its own, since the goroutine that
// releases the predecessor is often the one that makes room in the sink and must not wait for it. The turn is over when it is
// released. A nil key has no order. Do itself blocks only while too many bytes wait, until
// ctx ends; then send is never called and the error is the context's.
func (k *Keys) Do(ctx context.Context, topic string, key []byte, size int, send func(Turn)) error {
	if key == nil {
		send(Turn{})
		return nil
	}
	id := topicKey{topic, string(key)}
	for {
		start, room := k.enter(id, pendingSend{int64(size), send})
		if start {
			send(Turn{k, id})
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
	queue, taken := k.queues[id]
	if !taken {
		if k.queues == nil {
			k.queues = map[topicKey][]pendingSend{}
		}
		k.queues[id] = nil
		return true, nil
	}
	if k.limit > 0 && k.waiting > 0 && k.waiting+p.size > k.limit {
		if k.room == nil {
			k.room = make(chan struct{})
		}
		return false, k.room
	}
	k.queues[id] = append(queue, p)
	k.waiting += p.size
	return false, nil
}

// release ends the running send of the key and starts the next one.
func (k *Keys) release(id topicKey) {
	k.mu.Lock()
	queue := k.queues[id]
	if len(queue) == 0 {
		delete(k.queues, id)
		k.mu.Unlock()
		return
	}
	next := queue[0]
	queue[0] = pendingSend{}
	k.queues[id] = queue[1:]
	k.waiting -= next.size
	if k.room != nil {
		close(k.room)
		k.room = nil
	}
	k.mu.Unlock()
	go next.send(Turn{k, id})
}
