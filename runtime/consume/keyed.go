package consume

import (
	"sync"

	"github.com/evgen-dev/evgen/runtime/event"
)

// keyedPartition handles the keys of a partition side by side, and the records of each key one after the other. Its position is the
// contiguous low mark; what is done above it goes into the metadata of the commit.
type keyedPartition struct {
	*lease
	session *session
	route   *route

	mu      sync.Mutex
	track   tracker
	skip    spans                        // done under an earlier lease
	queues  map[queueKey][]*event.Record // of the keys that have a goroutine
	records int
	bytes   int64
	dirty   bool
	dropped bool
}

// queueKey is a record's key; records without one are all different.
type queueKey struct {
	key   string
	alone int64 // offset of a record without key, plus one
}

func queueKeyOf(r *event.Record) queueKey {
	if r.Key == nil {
		return queueKey{alone: r.Offset + 1}
	}
	return queueKey{key: string(r.Key)}
}

func newKeyedPartition(s *session, r *route, a *event.Assignment) *keyedPartition {
	p := &keyedPartition{
		lease: newLease(s.handlers, a.Position), session: s, route: r,
		track: newTracker(a.Offset), queues: map[queueKey][]*event.Record{},
	}
	if a.Committed {
		p.skip = decodeMetadata(a.Metadata, a.Offset, a.TopicID)
	}
	return p
}

func (p *keyedPartition) hold() *lease { return p.lease }

func (p *keyedPartition) offer(r *event.Record) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := point{r.Offset, r.LeaderEpoch}
	switch {
	case p.dropped || p.over():
		return false
	case p.skip.contains(r.Offset):
		p.dirty = p.track.pass(at) || p.dirty
		return false
	case !p.track.add(at):
		return false
	}
	p.records++
	p.bytes += int64(r.Size())
	k := queueKeyOf(r)
	queue, running := p.queues[k]
	p.queues[k] = append(queue, r)
	if !running {
		p.session.work.Go(func() { p.run(k) })
	}
	return true
}

// run handles the records of a key until there are none. It needs no worker while it waits, so that a key which fails holds no other.
func (p *keyedPartition) run(k queueKey) {
	for {
		r := p.head(k)
		if r == nil || !p.session.settle(p.lease, p.job(k, r)) {
			return
		}
	}
}

// head returns the first record of the queue, and removes the queue if there is none.
func (p *keyedPartition) head(k queueKey) *event.Record {
	p.mu.Lock()
	defer p.mu.Unlock()
	if queue := p.queues[k]; len(queue) > 0 {
		return queue[0]
	}
	delete(p.queues, k)
	return nil
}

func (p *keyedPartition) job(k queueKey, r *event.Record) *job {
	j := &job{route: p.route, record: r, finish: func() { p.finish(k, r) }}
	c := &chain{session: p.session, route: p.route, job: j, head: r, limit: maxChain}
	j.run = c.run
	return j
}

// finish takes the head of its queue as done. After drop it changes nothing that anybody sees.
func (p *keyedPartition) finish(k queueKey, r *event.Record) {
	p.mu.Lock()
	queue := p.queues[k]
	queue[0] = nil
	p.queues[k] = queue[1:]
	if p.dropped {
		p.mu.Unlock()
		return
	}
	p.track.finish(r.Offset)
	p.dirty = true
	p.records--
	p.bytes -= int64(r.Size())
	p.mu.Unlock()
	p.session.load.release(1, int64(r.Size()))
	p.session.relieved(p, 1)
}

func (p *keyedPartition) pending() (int, int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.records, p.bytes
}

func (p *keyedPartition) commit() (event.Commit, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.dirty || p.dropped {
		return event.Commit{}, false
	}
	p.dirty = false
	low := p.low()
	at := p.at
	at.Offset = low.offset
	return event.Commit{Position: at, LeaderEpoch: low.epoch, Metadata: encodeMetadata(low.offset, at.TopicID, p.doneAbove(low.offset))}, true
}

// low also passes what was done under an earlier lease and has not been read again.
func (p *keyedPartition) low() point {
	low := p.track.low()
	for _, s := range p.skip {
		if s.from <= low.offset && low.offset < s.to {
			low.offset = s.to
		}
	}
	return low
}

// doneAbove adds to what was done what was done under an earlier lease and has not been read again.
func (p *keyedPartition) doneAbove(low int64) spans {
	done := p.track.done()
	for _, s := range p.skip {
		from := max(s.from, p.track.seen.offset+1)
		switch last := len(done) - 1; {
		case from >= s.to || from <= low:
		case last >= 0 && done[last].to == from:
			done[last].to = s.to
		default:
			done = append(done, span{from, s.to})
		}
	}
	return done
}

func (p *keyedPartition) recommit() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dirty = true
}

func (p *keyedPartition) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dropped {
		return
	}
	p.dropped = true
	p.session.load.release(p.records, p.bytes)
}
