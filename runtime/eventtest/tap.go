package eventtest

import (
	"context"
	"sync"

	"github.com/evgen-dev/evgen/runtime/consume"
	"github.com/evgen-dev/evgen/runtime/event"
)

// tap stands between a group and its broker, and knows what the group has got and not finished. It can also cut the group off.
type tap struct {
	event.Broker

	mu       sync.Mutex
	next     map[place]int64              // to be polled
	open     map[place]map[int64]struct{} // polled and not finished
	finished int
	changed  chan struct{} // closed when something of the above changes
	dead     bool
}

type place struct {
	topic     string
	partition int32
}

func placeOf(p event.Position) place { return place{p.Topic, p.Partition} }

func newTap(b event.Broker) *tap {
	return &tap{Broker: b, next: map[place]int64{}, open: map[place]map[int64]struct{}{}, changed: make(chan struct{})}
}

// update changes the state and wakes who waits for it.
func (t *tap) update(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f()
	close(t.changed)
	t.changed = make(chan struct{})
}

// state calls f and returns what will be closed with the next change.
func (t *tap) state(f func()) <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	f()
	return t.changed
}

// observe hears of finished records. A parked record is finished for the group: it waits in the database.
func (t *tap) observe(o consume.Observation) {
	t.update(func() {
		t.finished++
		delete(t.open[placeOf(o.Record.Position)], o.Record.Offset)
	})
}

func (t *tap) Join(ctx context.Context, m event.Membership) (event.Member, error) {
	m.Owner = &tapOwner{m.Owner, t}
	member, err := t.Broker.Join(ctx, m)
	return &tapMember{member, t}, err
}

// kill cuts the group off: from now on nothing it says reaches the broker.
func (t *tap) kill() { t.update(func() { t.dead = true }) }

func (t *tap) isDead() (dead bool) {
	t.state(func() { dead = t.dead })
	return dead
}

type tapOwner struct {
	event.Owner
	tap *tap
}

func (o *tapOwner) Assigned(ctx context.Context, as []event.Assignment) error {
	err := o.Owner.Assigned(ctx, as) // may move the offsets
	o.tap.update(func() {
		for _, a := range as {
			o.tap.next[placeOf(a.Position)] = a.Offset
			o.tap.open[placeOf(a.Position)] = map[int64]struct{}{}
		}
	})
	return err
}

func (o *tapOwner) Revoked(ctx context.Context, ps []event.Position) error {
	err := o.Owner.Revoked(ctx, ps)
	o.tap.forget(ps)
	return err
}

func (o *tapOwner) Lost(ps []event.Position) {
	o.Owner.Lost(ps)
	o.tap.forget(ps)
}

func (t *tap) forget(ps []event.Position) {
	t.update(func() {
		for _, p := range ps {
			delete(t.next, placeOf(p))
			delete(t.open, placeOf(p))
		}
	})
}

type tapMember struct {
	event.Member
	tap *tap
}

func (m *tapMember) Poll(ctx context.Context, n int) ([]*event.Record, error) {
	records, err := m.Member.Poll(ctx, n)
	m.tap.update(func() {
		for _, r := range records {
			p := placeOf(r.Position)
			if m.tap.open[p] != nil {
				m.tap.next[p] = r.Offset + 1
				m.tap.open[p][r.Offset] = struct{}{}
			}
		}
	})
	return records, err
}

// Seek moves what will be polled, as after records that are gone.
func (m *tapMember) Seek(ps ...event.Position) {
	m.Member.Seek(ps...)
	m.tap.update(func() {
		for _, p := range ps {
			m.tap.next[placeOf(p)] = p.Offset
		}
	})
}

// Commit also finishes the records below the commit: those that an earlier member had finished are not observed again.
func (m *tapMember) Commit(ctx context.Context, cs []event.Commit) error {
	if m.tap.isDead() {
		return event.ErrFenced
	}
	err := m.Member.Commit(ctx, cs)
	m.tap.update(func() {
		for _, c := range cs {
			for offset := range m.tap.open[placeOf(c.Position)] {
				if offset < c.Offset {
					delete(m.tap.open[placeOf(c.Position)], offset)
				}
			}
		}
	})
	return err
}
