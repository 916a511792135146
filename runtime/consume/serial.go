package consume

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// serialPartition handles a partition in order, many records per transaction, and keeps its position in that transaction. The
// position in Kafka follows, for tools that show the lag.
type serialPartition struct {
	*lease
	session *session
	route   *route
	limit   int   // records of the next transaction; used by work only
	first   int64 // offset that the log begins with

	mu      sync.Mutex
	queue   []*event.Record
	bytes   int64
	next    point // as the database has it
	want    int64 // offset that may come next; -1: none, the position has to be found first
	wake    chan struct{}
	dirty   bool
	dropped bool
}

func newSerialPartition(s *session, r *route, a *event.Assignment) *serialPartition {
	return &serialPartition{
		lease: newLease(s.handlers, a.Position), session: s, route: r, limit: r.maxBatch(), first: a.Start,
		want: -1, wake: make(chan struct{}, 1), dirty: !a.Committed,
	}
}

func (p *serialPartition) hold() *lease { return p.lease }

// load asks the database where to go on. A database that does not know the partition gets all of it, wherever the group is: it may be a new one.
func (p *serialPartition) load(ctx context.Context) (int64, error) {
	next, found, err := sqldb.LoadOffset(ctx, p.route.db, p.route.handlerName(), p.at)
	if !found {
		next = p.first
	}
	return next, err
}

// place takes next as the position. Records from there on may come.
func (p *serialPartition) place(next int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if next != p.at.Offset {
		p.dirty = true
	}
	p.next, p.want = point{next, -1}, next
}

func (p *serialPartition) offer(r *event.Record) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dropped || p.over() || p.want < 0 || r.Offset < p.want {
		return false
	}
	p.want = r.Offset + 1
	p.queue = append(p.queue, r)
	p.bytes += int64(r.Size())
	p.notify()
	return true
}

func (p *serialPartition) notify() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// losePause keeps two owners, one of which does not know yet that it is none, from taking turns at full speed.
const losePause = time.Second

// work handles what comes until the lease ends.
func (p *serialPartition) work() {
	ok := !p.lost() || p.find()
	for ok {
		ok = p.await() && p.session.settle(p.lease, p.job())
		if ok && p.lost() {
			ok = p.sleep(losePause) && p.find()
		}
	}
}

// await waits for a record.
func (p *serialPartition) await() bool {
	for len(p.head(1)) == 0 {
		select {
		case <-p.wake:
		case <-p.stop:
			return false
		}
	}
	return true
}

// head returns the first records of the queue, at most n.
func (p *serialPartition) head(n int) []*event.Record {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.queue[:min(n, len(p.queue))])
}

func (p *serialPartition) lost() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.want < 0
}

// find looks for the position again, and has the partition read from there.
func (p *serialPartition) find() bool {
	var next int64
	j := &job{route: p.route, record: &event.Record{Position: p.at}, finish: func() { p.session.requestSeek(p, next) }}
	j.run = func(ctx context.Context, _ int) (outcome event.Outcome, err error) {
		next, err = p.load(ctx)
		var recreated *sqldb.TopicRecreatedError
		if errors.As(err, &recreated) {
			p.session.fail(err)
		}
		if err != nil {
			err = &ownError{err}
		}
		return event.Applied, err
	}
	return p.session.settle(p.lease, j)
}

// lose gives up the position: somebody else has moved it in the database. That may be an owner of before, whose last transaction ended
// late, so the partition is not given up.
func (p *serialPartition) lose() {
	p.mu.Lock()
	records, bytes := len(p.queue), p.bytes
	p.queue, p.bytes, p.want = nil, 0, -1
	dropped := p.dropped
	p.mu.Unlock()
	if !dropped {
		p.session.load.release(records, bytes)
	}
}

func (p *serialPartition) job() *job {
	s := &stretch{partition: p, job: &job{route: p.route, record: p.head(1)[0]}}
	s.job.run, s.job.skip, s.job.finish = s.batch, s.skip, s.finish
	return s.job
}

// advance takes the first n records of the queue as done: the database has moved on to next.
func (p *serialPartition) advance(n int, next point) {
	p.mu.Lock()
	p.next, p.dirty = next, true
	if p.dropped {
		p.mu.Unlock()
		return
	}
	var bytes int64
	for _, r := range p.queue[:n] {
		bytes += int64(r.Size())
	}
	p.queue = slices.Delete(p.queue, 0, n)
	p.bytes -= bytes
	p.mu.Unlock()
	p.session.load.release(n, bytes)
	p.session.relieved(p, n)
}

func (p *serialPartition) position() event.Position {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := p.at
	at.Offset = p.next.offset
	return at
}

func (p *serialPartition) pending() (int, int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.queue), p.bytes
}

func (p *serialPartition) commit() (event.Commit, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.dirty || p.dropped || p.want < 0 {
		return event.Commit{}, false
	}
	p.dirty = false
	at := p.at
	at.Offset = p.next.offset
	return event.Commit{Position: at, LeaderEpoch: p.next.epoch}, true
}

func (p *serialPartition) recommit() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dirty = true
}

func (p *serialPartition) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dropped {
		return
	}
	p.dropped = true
	p.session.load.release(len(p.queue), p.bytes)
}
