package consume

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/evgen-dev/evgen/runtime/event"
)

// fakeBroker is a log in memory with consumer groups that tests can disturb. It watches what every correct member holds to: a commit
// covers finished records only (J1, J3), and none comes for a partition that the member does not hold (J4).
type fakeBroker struct {
	t    testing.TB
	keys *event.Keys

	moving chan struct{} // one rebalance at a time; no mutex, since who waits for one stops the time of synctest

	mu        sync.Mutex
	topics    map[string]*fakeTopic
	groups    map[string]*fakeGroup
	finished  map[string]map[event.Position]bool // by group
	watchers  []chan struct{}
	refuse    func(topic string) error // sends
	create    error
	commitErr func(event.Commit) error
	commits   int
}

type fakeTopic struct {
	event.Topic
	id    event.TopicID
	logs  [][]*event.Record // nil records are holes
	start []int64
}

type fakeGroup struct {
	commits map[place]event.Commit
	members []*fakeMember
	owners  map[place]*fakeMember
}

func newFakeBroker(t testing.TB) *fakeBroker {
	return &fakeBroker{
		t: t, keys: event.NewKeys(0), topics: map[string]*fakeTopic{}, groups: map[string]*fakeGroup{},
		finished: map[string]map[event.Position]bool{}, moving: make(chan struct{}, 1),
	}
}

func (b *fakeBroker) CreateTopics(_ context.Context, topics ...event.Topic) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, t := range topics {
		if b.create != nil {
			return b.create
		}
		if b.topics[t.Name] == nil {
			b.makeTopic(t)
		}
	}
	return nil
}

func (b *fakeBroker) makeTopic(t event.Topic) {
	t.Partitions = max(t.Partitions, 1)
	f := &fakeTopic{Topic: t, id: event.TopicID{byte(len(b.topics) + 1)}, logs: make([][]*event.Record, t.Partitions), start: make([]int64, t.Partitions)}
	b.topics[t.Name] = f
}

func (b *fakeBroker) Topic(_ context.Context, name string) (event.Topic, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.topics[name]
	if t == nil {
		return event.Topic{}, fmt.Errorf("topic %s: %w", name, event.ErrNoTopic)
	}
	return t.Topic, nil
}

func (b *fakeBroker) Keys() *event.Keys { return b.keys }

func (b *fakeBroker) Follow(context.Context, string) (event.Follower, error) {
	return nil, fmt.Errorf("a group follows nothing")
}

// Send appends to the partition in r, or to the one that the key hashes to.
func (b *fakeBroker) Send(_ context.Context, r *event.Record, done func(event.Receipt, error)) {
	b.mu.Lock()
	var err error
	if b.refuse != nil {
		err = b.refuse(r.Topic)
	}
	if err == nil {
		b.append(r)
	}
	b.mu.Unlock()
	go done(event.Receipt{Position: r.Position, Key: r.Key}, err)
}

func (b *fakeBroker) append(r *event.Record) {
	t := b.topics[r.Topic]
	if r.Partition < 0 {
		var hash uint32
		for _, c := range r.Key {
			hash = hash*31 + uint32(c)
		}
		r.Partition = int32(hash % uint32(len(t.logs)))
	}
	r.TopicID, r.Offset = t.id, int64(len(t.logs[r.Partition]))
	t.logs[r.Partition] = append(t.logs[r.Partition], r)
	b.signal()
}

// hole makes an offset without a record, as transaction markers and compaction do.
func (b *fakeBroker) hole(topic string, partition int32) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.topics[topic]
	t.logs[partition] = append(t.logs[partition], nil)
}

// trim removes the records below offset.
func (b *fakeBroker) trim(topic string, partition int32, offset int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.topics[topic].start[partition] = offset
	b.signal()
}

func (b *fakeBroker) records(topic string) []*event.Record {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []*event.Record
	for _, log := range b.topics[topic].logs {
		all = append(all, log...)
	}
	return all
}

func (b *fakeBroker) signal() {
	for _, w := range b.watchers {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

func (b *fakeBroker) group(name string) *fakeGroup {
	g := b.groups[name]
	if g == nil {
		g = &fakeGroup{commits: map[place]event.Commit{}, owners: map[place]*fakeMember{}}
		b.groups[name] = g
	}
	return g
}

// observer tells the broker what a group has finished; give it to the group.
func (b *fakeBroker) observer() Option {
	return Observe(func(o Observation) { b.finish(o.Group, o.Record.Position) })
}

func (b *fakeBroker) finish(group string, at event.Position) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.finished[group] == nil {
		b.finished[group] = map[event.Position]bool{}
	}
	b.finished[group][at] = true
}

func (b *fakeBroker) Join(ctx context.Context, m event.Membership) (event.Member, error) {
	f := &fakeMember{
		b: b, group: m.Group, topics: m.Topics, owner: m.Owner, turn: make(chan struct{}, 1), wake: make(chan struct{}, 1),
		at: map[place]int64{}, paused: map[place]bool{},
	}
	b.mu.Lock()
	g := b.group(m.Group)
	g.members = append(g.members, f)
	b.watchers = append(b.watchers, f.wake)
	b.mu.Unlock()
	return f, b.rebalance(ctx, m.Group)
}

// rebalance gives every member its share of the partitions.
func (b *fakeBroker) rebalance(ctx context.Context, group string) error {
	return b.redistribute(ctx, group, func(i int, members []*fakeMember) *fakeMember { return members[i%len(members)] })
}

// redistribute gives each partition to the member that owner names, nil for none.
func (b *fakeBroker) redistribute(ctx context.Context, group string, owner func(int, []*fakeMember) *fakeMember) error {
	b.moving <- struct{}{}
	defer func() { <-b.moving }()
	wanted := b.plan(group, owner)
	for _, m := range b.members(group) {
		var gone []event.Position
		for at := range b.ownedBy(m) {
			if wanted[at] != m {
				gone = append(gone, b.position(m, at))
			}
		}
		if err := m.revoke(ctx, gone); err != nil {
			return err
		}
	}
	for _, m := range b.members(group) {
		var added []place
		owned := b.ownedBy(m)
		for at, to := range wanted {
			if to == m && !owned[at] {
				added = append(added, at)
			}
		}
		if err := m.assign(ctx, added); err != nil {
			return err
		}
	}
	return nil
}

func (b *fakeBroker) plan(group string, owner func(int, []*fakeMember) *fakeMember) map[place]*fakeMember {
	b.mu.Lock()
	defer b.mu.Unlock()
	members, i := b.groups[group].members, 0
	wanted := map[place]*fakeMember{}
	if len(members) == 0 {
		return wanted
	}
	for _, name := range slices.Sorted(slices.Values(members[0].topics)) {
		for p := range b.topics[name].logs {
			wanted[place{name, int32(p)}] = owner(i, members)
			i++
		}
	}
	return wanted
}

func (b *fakeBroker) members(group string) []*fakeMember {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.group(group).members)
}

func (b *fakeBroker) ownedBy(m *fakeMember) map[place]bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	owned := map[place]bool{}
	for at, owner := range b.groups[m.group].owners {
		if owner == m {
			owned[at] = true
		}
	}
	return owned
}

func (b *fakeBroker) position(m *fakeMember, at place) event.Position {
	b.mu.Lock()
	defer b.mu.Unlock()
	return event.Position{Topic: at.topic, TopicID: b.topics[at.topic].id, Partition: at.partition, Offset: m.at[at]}
}

func (b *fakeBroker) commitCount() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.commits
}

// committed returns what a group has stored for a partition, -1 if nothing.
func (b *fakeBroker) committed(group, topic string, partition int32) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c, ok := b.group(group).commits[place{topic, partition}]; ok {
		return c.Offset
	}
	return -1
}

// checkCommit fails the test when c stands for work that was not done.
func (b *fakeBroker) checkCommit(m *fakeMember, c event.Commit) {
	at := placeOf(c.Position)
	if b.groups[m.group].owners[at] != m {
		b.t.Errorf("J4: commit %s by a member that does not hold the partition", c.Position)
	}
	t := b.topics[c.Topic]
	done := append(spans{{t.start[c.Partition], c.Offset}}, decodeMetadata(c.Metadata, c.Offset, c.TopicID)...)
	for _, s := range done {
		for offset := s.from; offset < s.to; offset++ {
			if offset >= int64(len(t.logs[c.Partition])) {
				b.t.Errorf("J1: commit %s with %v is past the end of the log", c.Position, done)
				break
			}
			r := t.logs[c.Partition][offset]
			if r != nil && !b.finished[m.group][r.Position] {
				b.t.Errorf("J1: commit %s with %v covers the unfinished record %s", c.Position, done, r.Position)
			}
		}
	}
}
