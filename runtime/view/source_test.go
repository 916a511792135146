package view_test

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

// topic is a log in memory in which a test decides what is there, and when.
type topic struct {
	event.Source // no groups

	mu         sync.Mutex
	settings   event.Topic
	id         event.TopicID
	partitions []*partition
	changed    chan struct{} // closed at every change
	paused     bool          // polls wait
	failures   []error       // of the next polls
	beforePoll func()        // what happens meanwhile
	follows    int
	open       int // followers that were not closed
}

type partition struct {
	start   int64
	slots   []*event.Record // nil: a transaction marker, or compacted away
	pending int64           // records at the end that belong to an open transaction
}

const retention = 24 * time.Hour

func newTopic(partitions int) *topic {
	t := &topic{
		settings: event.Topic{Name: topicName, Compaction: event.Compact, TombstoneRetention: retention},
		id:       event.TopicID{1}, changed: make(chan struct{}),
	}
	for range partitions {
		t.partitions = append(t.partitions, &partition{})
	}
	return t
}

// do changes the topic and wakes its followers.
func (t *topic) do(change func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change()
	close(t.changed)
	t.changed = make(chan struct{})
}

// add appends records to a partition; nil is a marker. It returns where the last one stands.
func (t *topic) add(p int, records ...*event.Record) event.Receipt {
	var receipt event.Receipt
	t.do(func() { receipt = t.addLocked(p, records...) })
	return receipt
}

func (t *topic) addLocked(p int, records ...*event.Record) event.Receipt {
	var receipt event.Receipt
	for _, r := range records {
		at := event.Position{Topic: topicName, TopicID: t.id, Partition: int32(p), Offset: t.partitions[p].end()}
		receipt = event.Receipt{Position: at}
		if r != nil {
			r.Position = at
			receipt.Key = r.Key
			receipt.Revision, _, _ = r.Revision()
		}
		t.partitions[p].slots = append(t.partitions[p].slots, r)
	}
	return receipt
}

func (p *partition) end() int64 { return p.start + int64(len(p.slots)) }

// compact removes records, and leaves their offsets empty.
func (t *topic) compact(p int, offsets ...int64) {
	t.do(func() {
		for _, o := range offsets {
			t.partitions[p].slots[o-t.partitions[p].start] = nil
		}
	})
}

// trim removes everything before start.
func (t *topic) trim(p int, start int64) {
	t.do(func() {
		x := t.partitions[p]
		x.slots, x.start = x.slots[start-x.start:], start
	})
}

// recreate deletes the topic and makes it anew, without records.
func (t *topic) recreate() {
	t.id[0]++
	for _, p := range t.partitions {
		*p = partition{}
	}
}

func (t *topic) Topic(_ context.Context, name string) (event.Topic, error) {
	if name != t.settings.Name {
		return event.Topic{}, event.ErrNoTopic
	}
	return t.settings, nil
}

func (t *topic) Follow(_ context.Context, name string) (event.Follower, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.follows++
	t.open++
	f := &follower{topic: t, next: map[int32]int64{}}
	for i, p := range t.partitions {
		at := event.Position{Topic: name, TopicID: t.id, Partition: int32(i), Offset: p.start}
		f.next[at.Partition] = at.Offset
		f.opened = append(f.opened, event.Partition{Position: at, End: p.end() - p.pending})
	}
	return f, nil
}

// followed returns how many followers there were, unclosed how many there still are.
func (t *topic) followed() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.follows
}

func (t *topic) unclosed() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.open
}

type follower struct {
	topic  *topic
	opened []event.Partition
	next   map[int32]int64
	last   []*event.Record
	closed bool
}

func (f *follower) Partitions() []event.Partition { return f.opened }

func (f *follower) Close() error {
	f.topic.mu.Lock()
	defer f.topic.mu.Unlock()
	if f.closed {
		return errors.New("the follower was closed twice")
	}
	f.closed = true
	f.topic.open--
	return nil
}

func (f *follower) Poll(ctx context.Context) (event.Batch, error) {
	f.scribble()
	for {
		f.topic.mu.Lock()
		changed := f.topic.changed
		b, err := f.poll()
		f.topic.mu.Unlock()
		if err != nil || len(b.Next) > 0 {
			f.last = b.Records
			return b, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return event.Batch{}, ctx.Err()
		}
	}
}

// scribble writes over the memory of the last batch, as a client that reuses it does.
func (f *follower) scribble() {
	for _, r := range f.last {
		for i := range r.Value {
			r.Value[i] = 0xff
		}
		for i := range r.Key {
			r.Key[i] = 0xff
		}
	}
}

func (f *follower) poll() (event.Batch, error) {
	t := f.topic
	if t.paused {
		return event.Batch{}, nil
	}
	if t.beforePoll != nil {
		t.beforePoll()
	}
	if len(t.failures) > 0 {
		err := t.failures[0]
		t.failures = t.failures[1:]
		return event.Batch{}, err
	}
	b := event.Batch{Next: map[int32]int64{}}
	for i, p := range t.partitions {
		if err := f.take(int32(i), p, &b); err != nil {
			return event.Batch{}, err
		}
	}
	maps.Copy(f.next, b.Next)
	return b, nil
}

// take adds at most three slots of a partition to b, so that most tests see several batches.
func (f *follower) take(number int32, p *partition, b *event.Batch) error {
	next := f.next[number]
	if next < p.start {
		at := event.Position{Topic: topicName, TopicID: f.topic.id, Partition: number, Offset: next}
		return &event.TrimmedError{Position: at, LogStart: p.start}
	}
	for end := min(next+3, p.end()-p.pending); next < end; next++ {
		if r := p.slots[next-p.start]; r != nil {
			own := *r
			own.Key, own.Value = cloneBytes(r.Key), cloneBytes(r.Value)
			b.Records = append(b.Records, &own)
		}
		b.Next[number] = next + 1
	}
	return nil
}

func cloneBytes(b []byte) []byte {
	if b == nil {
		return nil
	}
	return append([]byte{}, b...)
}
