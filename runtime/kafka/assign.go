package kafka

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/evgen-dev/evgen/runtime/event"
)

// commit is what a group has stored for a partition.
type commit struct {
	offset   int64
	metadata string
}

// onFetched keeps the answer for onOffsets, which comes next and on the same goroutine, and is not given the metadata.
func (m *member) onFetched(_ context.Context, _ *kgo.Client, answer *kmsg.OffsetFetchResponse) error {
	m.offsets = answer
	return nil
}

// onOffsets tells the owner what it got, and kgo where to start. An error ends the session, and the group tries again.
func (m *member) onOffsets(ctx context.Context, offsets map[string]map[int32]kgo.Offset) (map[string]map[int32]kgo.Offset, error) {
	m.turn.Lock()
	defer m.turn.Unlock()
	answer := m.offsets
	m.offsets = nil
	var wanted []partition
	for topic, numbers := range offsets {
		for n := range numbers {
			wanted = append(wanted, partition{topic, n})
		}
	}
	given, moved, err := m.tellAssigned(ctx, wanted, func(ids map[string]event.TopicID) (map[partition]commit, error) {
		return commitsIn(answer, ids), nil
	})
	if err != nil {
		return nil, err
	}
	for i, a := range moved {
		// A commit that stays keeps its epoch, by which kgo finds out whether the log was truncated below it.
		if a != given[i] || !a.Committed {
			setIn(offsets, partition{a.Topic, a.Partition}, kgo.NewOffset().At(a.Offset))
		}
	}
	return offsets, nil
}

// commitsIn reads an answer in which topics have a name, or an id since Kafka 4.1.
func commitsIn(answer *kmsg.OffsetFetchResponse, ids map[string]event.TopicID) map[partition]commit {
	names := map[event.TopicID]string{}
	for name, id := range ids {
		names[id] = name
	}
	commits := map[partition]commit{}
	for _, g := range answer.Groups {
		for _, t := range g.Topics {
			name := cmp.Or(t.Topic, names[t.TopicID])
			for _, p := range t.Partitions {
				if p.ErrorCode == 0 && p.Offset >= 0 {
					commits[partition{name, p.Partition}] = commit{p.Offset, textOf(p.Metadata)}
				}
			}
		}
	}
	return commits
}

func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// retell assigns what the member kept over a new membership.
func (m *member) retell(ctx context.Context) error {
	if !m.hasRegained() {
		return nil
	}
	m.turn.Lock()
	defer m.turn.Unlock()
	regained := m.regainedOnes()
	m.tellLost(regained)
	_, moved, err := m.tellAssigned(ctx, regained, func(ids map[string]event.TopicID) (map[partition]commit, error) {
		return m.storedCommits(ctx, ids)
	})
	if err != nil {
		return fmt.Errorf("group %s: take partitions up again after a lost membership: %w", m.group, err)
	}
	offsets := map[string]map[int32]kgo.EpochOffset{}
	for _, a := range moved {
		setIn(offsets, partition{a.Topic, a.Partition}, kgo.EpochOffset{Epoch: -1, Offset: a.Offset})
	}
	m.kgo.SetOffsets(offsets)
	return nil
}

func (m *member) hasRegained() bool { return len(m.regainedOnes()) > 0 }

func (m *member) regainedOnes() []partition {
	m.mu.Lock()
	defer m.mu.Unlock()
	var regained []partition
	for p, h := range m.held {
		if h.regained {
			regained = append(regained, p)
		}
	}
	return regained
}

func (m *member) storedCommits(ctx context.Context, ids map[string]event.TopicID) (map[partition]commit, error) {
	topics := make([]string, 0, len(ids))
	for name := range ids {
		topics = append(topics, name)
	}
	answers, err := m.client.admin.FetchOffsetsForTopics(ctx, m.group, topics...)
	if err == nil {
		err = answers.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("fetch committed offsets: %w", err)
	}
	commits := map[partition]commit{}
	answers.Each(func(r kadm.OffsetResponse) {
		if r.At >= 0 {
			commits[partition{r.Topic, r.Partition}] = commit{r.At, r.Metadata}
		}
	})
	return commits, nil
}

// tellAssigned tells the owner of partitions. It returns the assignments as they were given, and as the owner wants them.
func (m *member) tellAssigned(
	ctx context.Context, wanted []partition, commits func(map[string]event.TopicID) (map[partition]commit, error),
) (given, moved []event.Assignment, err error) {
	ids, err := m.topicIDs(ctx, wanted)
	if err != nil {
		return nil, nil, err
	}
	stored, err := commits(ids)
	if err != nil {
		return nil, nil, err
	}
	if given, err = m.assignments(ctx, wanted, ids, stored); err != nil {
		return nil, nil, err
	}
	moved = slices.Clone(given)
	m.hold(given) // the owner may commit as soon as it knows
	if err := m.owner.Assigned(ctx, moved); err != nil {
		m.letGo(given)
		return nil, nil, err
	}
	m.hold(moved)
	return given, moved, nil
}

func (m *member) topicIDs(ctx context.Context, of []partition) (map[string]event.TopicID, error) {
	ids := map[string]event.TopicID{}
	for _, p := range of {
		if _, ok := ids[p.topic]; ok {
			continue
		}
		meta, err := m.client.metadata(ctx, p.topic)
		if err != nil {
			return nil, err
		}
		ids[p.topic] = meta.TopicID
	}
	return ids, nil
}

func (m *member) assignments(
	ctx context.Context, wanted []partition, ids map[string]event.TopicID, stored map[partition]commit,
) ([]event.Assignment, error) {
	starts, err := m.starts(ctx, wanted)
	if err != nil {
		return nil, err
	}
	given := make([]event.Assignment, 0, len(wanted))
	for _, p := range wanted {
		start, _ := starts.Lookup(p.topic, p.number)
		at, committed := stored[p]
		if !committed {
			at.offset = start.Offset
		}
		given = append(given, event.Assignment{
			Position:  event.Position{Topic: p.topic, TopicID: ids[p.topic], Partition: p.number, Offset: at.offset},
			Start:     start.Offset,
			Committed: committed, Metadata: at.metadata,
		})
	}
	slices.SortFunc(given, func(a, b event.Assignment) int { return comparePositions(a.Position, b.Position) })
	return given, nil
}

func (m *member) starts(ctx context.Context, of []partition) (kadm.ListedOffsets, error) {
	var topics []string
	for _, p := range of {
		if !slices.Contains(topics, p.topic) {
			topics = append(topics, p.topic)
		}
	}
	return m.client.starts(ctx, topics...)
}

// hold notes that the owner knows.
func (m *member) hold(given []event.Assignment) {
	id, _ := m.kgo.GroupMetadata()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range given {
		m.held[partition{a.Topic, a.Partition}] = &holding{topicID: a.TopicID, memberID: id, next: a.Offset, told: true}
	}
}

// letGo is for an owner that failed to take what it was given: it holds none of it, and is asked again.
func (m *member) letGo(given []event.Assignment) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, a := range given {
		m.held[partition{a.Topic, a.Partition}].told = false
	}
}

func comparePositions(a, b event.Position) int {
	return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition))
}
