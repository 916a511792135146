package view

import (
	"fmt"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

// pass is one reading of the topic from its start, and the table that it fills.
type pass struct {
	follower   event.Follower
	table      *table
	topicID    event.TopicID
	partitions map[int32]*progress
	forgotten  time.Time // when old tombstones were forgotten last
}

// progress is how far a partition was read. The next offset counts, not the last record: a transaction marker or an empty
// batch at the end of a partition never shows up as a record.
type progress struct {
	next, target int64
	at           time.Time // when next was reached
}

func newPass(f event.Follower) *pass {
	now := wallClock()
	p := &pass{follower: f, table: newTable(), partitions: map[int32]*progress{}, forgotten: now}
	for _, x := range f.Partitions() {
		p.topicID = x.TopicID
		p.partitions[x.Partition] = &progress{next: x.Offset, target: x.End, at: now}
	}
	return p
}

// wallClock is the time without the monotonic clock, which stands still while a machine sleeps; tombstones grow old meanwhile.
func wallClock() time.Time { return time.Now().Round(0) }

func (p *pass) ready() bool {
	for _, x := range p.partitions {
		if x.next < x.target {
			return false
		}
	}
	return true
}

// lag describes a partition that is not ready.
func (p *pass) lag() string {
	for partition, x := range p.partitions {
		if x.next < x.target {
			return fmt.Sprintf("partition %d was read up to offset %d of %d", partition, x.next, x.target)
		}
	}
	return "all partitions were read"
}

func (p *pass) advance(next map[int32]int64) {
	now := wallClock()
	for partition, offset := range next {
		x := p.partitions[partition]
		if x == nil { // the topic grew
			x = &progress{}
			p.partitions[partition] = x
		}
		x.next, x.at = offset, now
	}
}

// shows says whether the record at a position was read.
func (p *pass) shows(at event.Position) bool {
	x := p.partitions[at.Partition]
	return x != nil && x.next > at.Offset
}

func (p *pass) close() error { return p.follower.Close() }
