package consume

import (
	"cmp"
	"sync"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

// Limits bound what a group holds and how long it waits; zero fields have the defaults.
type Limits struct {
	Records int           // read but not finished; default 1000. A partition that has a quarter of them is paused
	Bytes   int64         // of these records, exceeded by one poll at most; default 64 MiB
	Workers int           // handlers that run at the same time; default 64. Routes on one SQLite database run one
	Handler time.Duration // a handler that runs longer is cancelled, and [Group.Health] fails until it returns; default 1 min
	Drain   time.Duration // wait for running handlers when partitions are taken away and at the end; default 10 s, keep it below the group's rebalance timeout
}

func (l Limits) apply(g *Group) { g.limits = l.withDefaults() }

func (l Limits) withDefaults() Limits {
	return Limits{
		Records: cmp.Or(l.Records, 1000),
		Bytes:   cmp.Or(l.Bytes, 64<<20),
		Workers: cmp.Or(l.Workers, 64),
		Handler: cmp.Or(l.Handler, time.Minute),
		Drain:   cmp.Or(l.Drain, 10*time.Second),
	}
}

// maxPoll bounds the records of one poll, and so how long a rebalance waits for their distribution.
const maxPoll = 500

// load is how much of the limits is in use.
type load struct {
	limits Limits

	mu      sync.Mutex
	records int
	bytes   int64
	size    int64         // of a record in the last poll, on average
	freed   chan struct{} // closed at the next release; nil: nobody waits
}

func newLoad(l Limits) *load { return &load{limits: l} }

// take counts what a poll brought.
func (l *load) take(rs []*event.Record) {
	if len(rs) == 0 {
		return
	}
	var bytes int64
	for _, r := range rs {
		bytes += int64(r.Size())
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records += len(rs)
	l.bytes += bytes
	l.size = bytes / int64(len(rs))
}

func (l *load) release(records int, bytes int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records -= records
	l.bytes -= bytes
	if l.freed != nil {
		close(l.freed)
		l.freed = nil
	}
}

// room returns how many records may be polled; if none, what to wait for.
func (l *load) room() (n int, freed <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n = min(maxPoll, l.limits.Records-l.records)
	if l.size > 0 {
		n = min(n, int((l.limits.Bytes-l.bytes+l.size-1)/l.size))
	}
	if n > 0 && l.bytes < l.limits.Bytes {
		return n, nil
	}
	return 0, l.wake()
}

// empty says whether nothing is held; if something is, what to wait for.
func (l *load) empty() (bool, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.records == 0, l.wake()
}

func (l *load) wake() <-chan struct{} {
	if l.freed == nil {
		l.freed = make(chan struct{})
	}
	return l.freed
}

// slots are a bounded number of places; nil ones have no bound.
type slots chan struct{}

// acquire waits for a place. It returns false when stop is closed first.
func (s slots) acquire(stop <-chan struct{}) bool {
	if s == nil {
		return true
	}
	select {
	case s <- struct{}{}:
		return true
	case <-stop:
		return false
	}
}

func (s slots) release() {
	if s != nil {
		<-s
	}
}
