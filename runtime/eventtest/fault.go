package eventtest

import (
	"context"
	"math/rand/v2"

	"github.com/evgen-dev/evgen/runtime/event"
)

// faults are what the next run suffers.
type faults struct {
	shuffle   *rand.Rand
	kill      int // the member dies after so many records; 0: it lives
	rebalance int // the group moves all partitions after so many records; 0: it does not
}

// Kill lets the member of the next [Harness.Run] die after n finished records, as a killed process does: what it did is done,
// what it did not commit comes again. The run goes on with another member.
func (h *Harness) Kill(n int) { h.faults.kill = n }

// Rebalance takes all partitions away from the member of the next [Harness.Run] after n finished records, as if its session had timed out.
func (h *Harness) Rebalance(n int) { h.faults.rebalance = n }

// DropCommit loses the next commit of the group: its member believes that it is stored.
func (h *Harness) DropCommit() { h.broker.DropCommit(group) }

// Redeliver moves the group back to the start of a topic: the next [Harness.Run] gets all of its records again. Serial routes and
// projections keep their positions in the database, and do not follow.
func (h *Harness) Redeliver(topic string) {
	h.t.Helper()
	ctx, cancel := h.context()
	defer cancel()
	follower, err := h.Follow(ctx, topic)
	h.must("redeliver", err)
	var start []event.Commit
	for _, p := range follower.Partitions() {
		start = append(start, event.Commit{Position: p.Position, LeaderEpoch: -1})
	}
	h.must("redeliver", follower.Close())
	owner := &waitingOwner{assigned: make(chan struct{}, 1)}
	member, err := h.Join(ctx, event.Membership{Group: group, Topics: []string{topic}, Owner: owner})
	h.must("redeliver", err)
	owner.wait(ctx, member)
	h.must("redeliver", member.Commit(ctx, start))
	h.must("redeliver", member.Close(ctx))
}

// waitingOwner tells when its member has partitions.
type waitingOwner struct{ assigned chan struct{} }

func (o *waitingOwner) Assigned(context.Context, []event.Assignment) error {
	select {
	case o.assigned <- struct{}{}:
	default:
	}
	return nil
}

func (o *waitingOwner) Revoked(context.Context, []event.Position) error { return nil }

func (o *waitingOwner) Lost([]event.Position) {}

// wait polls, since that is when a member hears of its partitions.
func (o *waitingOwner) wait(ctx context.Context, m event.Member) {
	polling, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for polling.Err() == nil {
			_, _ = m.Poll(polling, 1)
			m.Release()
		}
	}()
	select {
	case <-o.assigned:
	case <-ctx.Done():
	}
	stop()
	<-done
}
