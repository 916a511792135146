package kafka

import (
	"context"
	"sync"
)

// room bounds the records that wait to be acknowledged. Kgo has such a bound itself, but its wait for room and its sending
// share one context, and the caller's must end only the first.
type room struct {
	maxRecords, maxBytes int64

	mu             sync.Mutex
	closed         bool
	records, bytes int64
	waiting        int
	freed          chan struct{} // closed when waiters should look again
	empty          chan struct{} // closed when nothing is left, nil unless somebody waits for it
}

func newRoom(maxRecords, maxBytes int64) *room {
	return &room{maxRecords: maxRecords, maxBytes: maxBytes, freed: make(chan struct{})}
}

// enter waits until a record of size bytes has room. One that is larger than the whole room enters when it is empty.
func (r *room) enter(ctx context.Context, size int64) error {
	for {
		freed, err := r.tryEnter(size)
		if err != nil || freed == nil {
			return err
		}
		select {
		case <-freed:
			r.stopWaiting()
		case <-ctx.Done():
			r.stopWaiting()
			return context.Cause(ctx)
		}
	}
}

// tryEnter returns what to wait for if there is no room.
func (r *room) tryEnter(size int64) (<-chan struct{}, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, errClosed
	}
	if r.records > 0 && (r.records >= r.maxRecords || r.bytes+size > r.maxBytes) {
		r.waiting++
		return r.freed, nil
	}
	r.records++
	r.bytes += size
	return nil, nil
}

func (r *room) stopWaiting() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting--
}

// leave wakes waiters only when an eighth is free: woken for every record, they would send batches of one.
func (r *room) leave(size int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.records--
	r.bytes -= size
	if r.waiting > 0 && (r.records == 0 || r.records <= r.maxRecords/8*7 && r.bytes <= r.maxBytes/8*7) {
		r.wake()
	}
	if r.records == 0 && r.empty != nil {
		close(r.empty)
		r.empty = nil
	}
}

// shut turns away whoever waits or comes later.
func (r *room) shut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	r.wake()
}

func (r *room) wake() {
	close(r.freed)
	r.freed = make(chan struct{})
}

// drained waits until the room is empty.
func (r *room) drained(ctx context.Context) error {
	r.mu.Lock()
	if r.records == 0 {
		r.mu.Unlock()
		return nil
	}
	if r.empty == nil {
		r.empty = make(chan struct{})
	}
	empty := r.empty
	r.mu.Unlock()
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
