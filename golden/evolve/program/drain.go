package program

import (
	"context"
	"fmt"
	"sync"

	"github.com/evgen-dev/evgen/runtime/consume"
	"github.com/evgen-dev/evgen/runtime/event"
)

// drained is a broker that ends the membership of a group once the group has finished what was on its topic when it began.
type drained struct {
	event.Broker
	partitions map[int32]event.Partition
	stop       context.CancelFunc

	mu       sync.Mutex
	waiting  int   // partitions that were not assigned yet
	left     int64 // records of the others
	finished map[event.Position]bool
	observed []consume.Observation
}

// drain runs one member of a group until nothing is left, and returns what became of the records.
func drain(ctx context.Context, b event.Broker, topic, group string, r consume.Route) ([]consume.Observation, error) {
	follower, err := b.Follow(ctx, topic)
	if err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	d := &drained{Broker: b, stop: stop, partitions: map[int32]event.Partition{}, finished: map[event.Position]bool{}}
	for _, p := range follower.Partitions() {
		d.partitions[p.Partition] = p
	}
	d.waiting = len(d.partitions)
	if err := follower.Close(); err != nil {
		return nil, err
	}
	if err := consume.NewGroup(group, d, r, consume.Observe(d.observe)).Run(running); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("group %s has not finished %d records, and waits for %d partitions: %w", group, d.left, d.waiting, ctx.Err())
	}
	return d.observed, nil
}

// Join implements event.Source.
func (d *drained) Join(ctx context.Context, m event.Membership) (event.Member, error) {
	m.Owner = owner{m.Owner, d}
	return d.Broker.Join(ctx, m)
}

// owner hears where each partition begins.
type owner struct {
	event.Owner
	drained *drained
}

func (o owner) Assigned(ctx context.Context, as []event.Assignment) error {
	err := o.Owner.Assigned(ctx, as) // may move them
	o.drained.assigned(as)
	return err
}

func (d *drained) assigned(as []event.Assignment) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range as {
		p := d.partitions[a.Partition]
		d.waiting--
		d.left += max(0, p.End-max(p.Offset, a.Offset))
	}
	d.endIfDone()
}

// observe counts a record once, though one that was parked is observed again when it is applied.
func (d *drained) observe(o consume.Observation) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.observed = append(d.observed, o)
	if !d.finished[o.Record.Position] {
		d.finished[o.Record.Position] = true
		d.left--
	}
	d.endIfDone()
}

func (d *drained) endIfDone() {
	if d.waiting == 0 && d.left == 0 {
		d.stop()
	}
}
