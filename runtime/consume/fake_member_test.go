package consume

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/evgen-dev/evgen/runtime/event"
)

// fakeMember is a member that can be deprived of its partitions in every way.
type fakeMember struct {
	b      *fakeBroker
	group  string
	topics []string
	owner  event.Owner
	turn   chan struct{} // held during calls of the owner, and from Poll to Release
	polled bool
	wake   chan struct{}

	// under b.mu
	at     map[place]int64
	paused map[place]bool
	fenced bool
	closed bool
	errs   []error // for the next polls
	pauses int
	given  int // records polled ever
}

func (m *fakeMember) lock() { m.turn <- struct{}{} }

func (m *fakeMember) unlock() { <-m.turn }

func (m *fakeMember) revoke(ctx context.Context, gone []event.Position) error {
	m.lock()
	defer m.unlock()
	err := m.owner.Revoked(ctx, gone)
	m.forget(gone)
	return err
}

// lose ends the membership of m without a chance to commit.
func (m *fakeMember) lose(ctx context.Context) {
	var gone []event.Position
	for at := range m.b.ownedBy(m) {
		gone = append(gone, m.b.position(m, at))
	}
	m.lock()
	m.owner.Lost(gone)
	m.forget(gone)
	m.unlock()
	m.b.mu.Lock()
	m.fenced = false
	m.b.mu.Unlock()
}

func (m *fakeMember) forget(gone []event.Position) {
	m.b.mu.Lock()
	defer m.b.mu.Unlock()
	for _, at := range gone {
		delete(m.b.groups[m.group].owners, placeOf(at))
		delete(m.at, placeOf(at))
		if m.paused[placeOf(at)] {
			m.b.t.Errorf("%s/%d was left paused", at.Topic, at.Partition)
		}
	}
}

func (m *fakeMember) assign(ctx context.Context, added []place) error {
	if len(added) == 0 {
		return nil
	}
	m.lock()
	defer m.unlock()
	m.b.mu.Lock()
	as := make([]event.Assignment, 0, len(added))
	for _, at := range added {
		t := m.b.topics[at.topic]
		c, ok := m.b.groups[m.group].commits[at]
		if !ok {
			c.Position = event.Position{Offset: t.start[at.partition]}
		}
		as = append(as, event.Assignment{
			Position: event.Position{Topic: at.topic, TopicID: t.id, Partition: at.partition, Offset: c.Offset},
			Start:    t.start[at.partition], Committed: ok, Metadata: c.Metadata,
		})
		m.b.groups[m.group].owners[at] = m
	}
	m.b.mu.Unlock()
	slices.SortFunc(as, func(x, y event.Assignment) int {
		return cmp.Or(cmp.Compare(x.Topic, y.Topic), cmp.Compare(x.Partition, y.Partition))
	})
	if err := m.owner.Assigned(ctx, as); err != nil {
		return err
	}
	m.b.mu.Lock()
	defer m.b.mu.Unlock()
	for _, a := range as {
		m.at[placeOf(a.Position)] = a.Offset
	}
	m.b.signal()
	return nil
}

func (m *fakeMember) Poll(ctx context.Context, n int) ([]*event.Record, error) {
	for {
		m.lock()
		rs, err := m.fetch(n)
		if len(rs) > 0 || err != nil {
			m.polled = true
			return rs, err
		}
		m.unlock()
		select {
		case <-m.wake:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (m *fakeMember) fetch(n int) ([]*event.Record, error) {
	m.b.mu.Lock()
	defer m.b.mu.Unlock()
	if len(m.errs) > 0 {
		err := m.errs[0]
		m.errs = m.errs[1:]
		return nil, err
	}
	var rs []*event.Record
	for _, at := range slices.SortedFunc(maps.Keys(m.at), func(x, y place) int {
		return cmp.Or(cmp.Compare(x.topic, y.topic), cmp.Compare(x.partition, y.partition))
	}) {
		t := m.b.topics[at.topic]
		if m.at[at] < t.start[at.partition] {
			return nil, &event.TrimmedError{
				Position: event.Position{Topic: at.topic, TopicID: t.id, Partition: at.partition, Offset: m.at[at]}, LogStart: t.start[at.partition],
			}
		}
		for log := t.logs[at.partition]; !m.paused[at] && m.at[at] < int64(len(log)) && len(rs) < n; m.at[at]++ {
			if r := log[m.at[at]]; r != nil {
				copied := *r
				rs = append(rs, &copied)
			}
		}
	}
	m.given += len(rs)
	return rs, nil
}

func (m *fakeMember) Release() {
	if m.polled {
		m.polled = false
		m.unlock()
	}
}

func (m *fakeMember) Pause(ps ...event.Position) {
	m.b.mu.Lock()
	defer m.b.mu.Unlock()
	for _, p := range ps {
		m.paused[placeOf(p)] = true
		m.pauses++
	}
}

func (m *fakeMember) Resume(ps ...event.Position) {
	m.b.mu.Lock()
	defer m.b.mu.Unlock()
	for _, p := range ps {
		delete(m.paused, placeOf(p))
	}
	m.b.signal()
}

func (m *fakeMember) Seek(ps ...event.Position) {
	m.b.mu.Lock()
	defer m.b.mu.Unlock()
	for _, p := range ps {
		if _, ok := m.at[placeOf(p)]; ok {
			m.at[placeOf(p)] = p.Offset
		}
	}
}

func (m *fakeMember) Commit(_ context.Context, cs []event.Commit) error {
	m.b.mu.Lock()
	defer m.b.mu.Unlock()
	if m.fenced {
		return event.ErrFenced
	}
	g := m.b.groups[m.group]
	for _, c := range cs {
		if m.b.commitErr != nil {
			if err := m.b.commitErr(c); err != nil {
				return err
			}
		}
		m.b.checkCommit(m, c)
		g.commits[placeOf(c.Position)] = c
		m.b.commits++
	}
	return nil
}

func (m *fakeMember) Close(ctx context.Context) error {
	var gone []event.Position
	for at := range m.b.ownedBy(m) {
		gone = append(gone, m.b.position(m, at))
	}
	m.b.moving <- struct{}{}
	err := m.revoke(ctx, gone)
	m.b.mu.Lock()
	m.closed = true
	g := m.b.groups[m.group]
	g.members = slices.DeleteFunc(g.members, func(x *fakeMember) bool { return x == m })
	m.b.mu.Unlock()
	<-m.b.moving
	if err != nil {
		return err
	}
	return m.b.rebalance(context.WithoutCancel(ctx), m.group)
}
