package kafka

import (
	"context"
	"log/slog"
	"maps"
	"slices"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/runtime/event"
)

// The callbacks of kgo come with an empty map at the end of every session; the owner hears of partitions only.

// onAssigned notes what is ours now. The owner hears of it when the offsets are known.
func (m *member) onAssigned(_ context.Context, cl *kgo.Client, added map[string][]int32) {
	id := m.settledID(cl)
	m.turn.Lock()
	defer m.turn.Unlock()
	m.tellLost(m.regain(id, added))
}

// regain notes the added partitions, and returns those that the member kept over a new membership. Kgo says nothing about them, since it
// held them before and holds them now; in between they may have been another member's.
func (m *member) regain(id string, added map[string][]int32) []partition {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range flat(added) {
		m.held[p] = &holding{memberID: id}
	}
	var kept []partition
	for p, h := range m.held {
		if h.dead || h.memberID != id {
			h.dead, h.regained = true, true
			kept = append(kept, p)
		}
	}
	if len(kept) > 0 {
		m.interrupt()
	}
	return kept
}

// onRevoked gives partitions back. A membership that ended before it could hand them over comes here as well, once kgo has
// joined anew, and with a valid generation: a commit would succeed, and rewind whoever owns the partitions by now.
func (m *member) onRevoked(ctx context.Context, cl *kgo.Client, revoked map[string][]int32) {
	id := m.settledID(cl)
	m.turn.Lock()
	defer m.turn.Unlock()
	leaving := flat(revoked)
	alive := m.alive(id, leaving)
	m.tellLost(append(m.deadOnes(), m.without(leaving, alive)...))
	if positions := m.positions(alive); len(positions) > 0 {
		if err := m.owner.Revoked(ctx, positions); err != nil {
			slog.Warn("kafka: partitions were revoked before their owner was done", "group", m.group, "error", err)
		}
	}
	m.drop(cl, leaving)
}

// onLost is for memberships that ended: all partitions may be others' already.
func (m *member) onLost(_ context.Context, cl *kgo.Client, _ map[string][]int32) {
	m.settledID(cl)
	m.turn.Lock()
	defer m.turn.Unlock()
	m.mu.Lock()
	all := slices.Collect(maps.Keys(m.held))
	m.mu.Unlock()
	m.tellLost(all)
	m.drop(cl, all)
}

// settledID returns the member id after it waited for commits under way: their answers may say that the membership ended.
func (m *member) settledID(cl *kgo.Client) string {
	m.commits.Lock()
	defer m.commits.Unlock()
	id, _ := cl.GroupMetadata()
	return id
}

// tellLost tells the owner of those partitions that it knows to hold.
func (m *member) tellLost(lost []partition) {
	positions := m.positions(lost)
	m.mu.Lock()
	for _, p := range lost {
		if h := m.held[p]; h != nil {
			h.told = false
		}
	}
	m.mu.Unlock()
	if len(positions) > 0 {
		m.owner.Lost(positions)
	}
}

// positions returns where the owner is in the partitions that it knows to hold.
func (m *member) positions(of []partition) []event.Position {
	m.mu.Lock()
	defer m.mu.Unlock()
	var positions []event.Position
	for _, p := range of {
		if h := m.held[p]; h != nil && h.told {
			positions = append(positions, event.Position{Topic: p.topic, TopicID: h.topicID, Partition: p.number, Offset: h.next})
		}
	}
	slices.SortFunc(positions, comparePositions)
	return slices.Compact(positions)
}

func (m *member) alive(id string, of []partition) []partition {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(of), func(p partition) bool {
		h := m.held[p]
		return h == nil || h.dead || h.gone || h.memberID != id
	})
}

func (m *member) deadOnes() []partition {
	m.mu.Lock()
	defer m.mu.Unlock()
	var dead []partition
	for p, h := range m.held {
		if h.dead {
			dead = append(dead, p)
		}
	}
	return dead
}

func (m *member) without(all, some []partition) []partition {
	return slices.DeleteFunc(slices.Clone(all), func(p partition) bool { return slices.Contains(some, p) })
}

// drop forgets partitions. A pause ends with the assignment; kgo would remember it.
func (m *member) drop(cl *kgo.Client, gone []partition) {
	topics := map[string][]int32{}
	m.mu.Lock()
	for _, p := range gone {
		delete(m.held, p)
		topics[p.topic] = append(topics[p.topic], p.number)
	}
	m.mu.Unlock()
	cl.ResumeFetchPartitions(topics)
}

func flat(topics map[string][]int32) []partition {
	var all []partition
	for topic, numbers := range topics {
		for _, n := range numbers {
			all = append(all, partition{topic, n})
		}
	}
	return all
}
