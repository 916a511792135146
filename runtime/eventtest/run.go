package eventtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/evgen-dev/evgen/runtime/consume"
	"github.com/evgen-dev/evgen/runtime/event"
)

// Run runs one group with these routes and returns when there is nothing left to do: all that is on their topics is handled,
// also what handlers published meanwhile. It fails the test when that does not happen, e.g., because a handler never succeeds.
// The faults that were ordered before happen in it.
func (h *Harness) Run(opts ...consume.Option) {
	h.t.Helper()
	ctx, cancel := h.context()
	defer cancel()
	f := h.faults
	h.faults.kill, h.faults.rebalance = 0, 0
	for h.runMember(ctx, opts, f) {
		f = faults{} // they hit once
	}
}

// runMember runs one member until it is idle, or until a fault kills it. It says whether another one must go on.
func (h *Harness) runMember(ctx context.Context, opts []consume.Option, f faults) (again bool) {
	h.t.Helper()
	m := &testMember{tap: newTap(h.Broker), harness: h, faults: f}
	group := consume.NewGroup(group, m, append(slices.Clone(opts), consume.Observe(m.observe))...)
	running, stop := context.WithCancel(ctx)
	defer stop()
	m.stop = stop
	ended := make(chan error, 1)
	go func() { ended <- group.Run(running) }()
	idle := make(chan error, 1)
	go func() { idle <- m.waitIdle(running) }()
	select {
	case err := <-ended:
		stop()
		h.end(errors.Join(err, <-idle), m)
	case err := <-idle:
		health := group.Health()
		stop()
		if runErr := <-ended; err == nil {
			err = runErr
		}
		if err != nil && !m.killed.Load() {
			h.t.Fatalf("run: %v; group: %v", err, health)
		}
	}
	return m.killed.Load()
}

// end takes the end of a group that nobody asked for.
func (h *Harness) end(err error, m *testMember) {
	h.t.Helper()
	if m.killed.Load() {
		return
	}
	h.t.Fatalf("run: the group ended by itself: %v", err)
}

// testMember is the tap of one member, with the topics that it reads and the faults that hit it.
type testMember struct {
	*tap
	harness *Harness
	faults  faults
	topics  []string // under the tap's lock; nil before the group joined
	count   atomic.Int64
	killed  atomic.Bool
	stop    context.CancelFunc
}

// Join creates what nobody has published to yet, so that a test need not.
func (m *testMember) Join(ctx context.Context, ms event.Membership) (event.Member, error) {
	for _, name := range ms.Topics {
		if err := m.CreateTopics(ctx, event.Topic{Name: name, Partitions: 6}); err != nil {
			return nil, err
		}
	}
	member, err := m.tap.Join(ctx, ms)
	m.update(func() { m.topics = ms.Topics })
	return member, err
}

// observe counts records for the faults that wait for them.
func (m *testMember) observe(o consume.Observation) {
	n := int(m.count.Add(1))
	if n == m.faults.kill {
		m.killed.Store(true)
		m.kill()
		m.stop()
	}
	if n == m.faults.rebalance {
		if err := m.harness.broker.Rebalance(context.Background(), group); err != nil {
			m.harness.t.Errorf("rebalance: %v", err)
		}
	}
	m.tap.observe(o)
}

// waitIdle returns when the group has finished all that its topics hold.
func (m *testMember) waitIdle(ctx context.Context) error {
	topics, err := m.joined(ctx)
	if err != nil {
		return err
	}
	for {
		before := m.finishedCount()
		ends, err := m.ends(ctx, topics)
		if err != nil {
			return err
		}
		if err := m.waitFor(ctx, ends); err != nil {
			return err
		}
		if m.finishedCount() == before {
			return nil // nothing was handled since the ends were asked for, so nobody published more
		}
	}
}

// joined waits until the group has said which topics it reads.
func (m *testMember) joined(ctx context.Context) (topics []string, err error) {
	for {
		changed := m.state(func() { topics = m.topics })
		if topics != nil {
			return topics, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, fmt.Errorf("the group did not join: %w", ctx.Err())
		}
	}
}

func (m *testMember) finishedCount() (n int) {
	m.state(func() { n = m.finished })
	return n
}

// ends returns the end of each partition that holds something.
func (m *testMember) ends(ctx context.Context, topics []string) (map[place]int64, error) {
	ends := map[place]int64{}
	for _, topic := range topics {
		follower, err := m.harness.Follow(ctx, topic)
		if err != nil {
			return nil, err
		}
		for _, p := range follower.Partitions() {
			if p.End > 0 {
				ends[placeOf(p.Position)] = p.End
			}
		}
		if err := follower.Close(); err != nil {
			return nil, err
		}
	}
	return ends, nil
}

func (m *testMember) waitFor(ctx context.Context, ends map[place]int64) error {
	for {
		var missing []string
		changed := m.state(func() { missing = m.missing(ends) })
		if len(missing) == 0 {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("still to do: %s: %w", strings.Join(missing, ", "), ctx.Err())
		}
	}
}

// missing lists what the group has yet to do, e.g., "orders/3: unfinished 17".
func (t *tap) missing(ends map[place]int64) []string {
	var missing []string
	for p, end := range ends {
		next, assigned := t.next[p]
		switch {
		case !assigned:
			missing = append(missing, fmt.Sprintf("%s/%d: not assigned", p.topic, p.partition))
		case next < end:
			missing = append(missing, fmt.Sprintf("%s/%d: at %d of %d", p.topic, p.partition, next, end))
		}
		for offset := range t.open[p] {
			missing = append(missing, fmt.Sprintf("%s/%d: unfinished %d", p.topic, p.partition, offset))
		}
	}
	slices.Sort(missing)
	return missing
}
