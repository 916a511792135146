package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/evgen-dev/evgen/runtime/event"
)

// member is one membership, with a client of its own: a client is in one group.
type member struct {
	client *Client
	kgo    *kgo.Client
	group  string
	server bool // the broker assigns (KIP-848)
	owner  event.Owner

	// turn is the owner's: it is held while the owner is called, and from Poll to Release. Kgo has a gate of its own for the second,
	// which does not cover the moment when offsets are known and the owner learns of its assignment.
	turn     sync.Mutex
	polled   bool    // turn is held for who polls; that goroutine's own
	troubles []error // came together with records, for the next Poll; that goroutine's own

	commits sync.RWMutex // held for reading by every Commit

	mu        sync.Mutex
	held      map[partition]*holding
	interrupt context.CancelFunc        // of the poll under way
	offsets   *kmsg.OffsetFetchResponse // between two callbacks of kgo

	closing sync.Once
	closed  error
}

// holding is a partition that kgo counts as ours.
type holding struct {
	topicID  event.TopicID
	memberID string // under which it was assigned
	next     int64  // offset of the next record
	told     bool   // the owner knows
	dead     bool   // the membership behind it ended: nothing is delivered or committed
	regained bool   // it is dead, and ours again: the owner must be told anew
	gone     bool   // its topic was deleted
}

// Join enters a group. It returns at once; the owner hears of partitions later. The group is a classic one that rebalances cooperatively, unless the
// client given to [New] has ServerSideBalancer. Session, heartbeat and rebalance timeouts are that client's. A topic that does
// not exist is an error: nothing would ever come of it.
func (c *Client) Join(ctx context.Context, m event.Membership) (event.Member, error) {
	for _, topic := range m.Topics {
		if _, err := c.metadata(ctx, topic); err != nil {
			return nil, fmt.Errorf("join group %s: %w", m.Group, err)
		}
	}
	joined := &member{
		client: c, group: m.Group, owner: m.Owner, server: serverSide(c.user),
		held: map[partition]*holding{}, interrupt: func() {},
	}
	if err := joined.start(m.Topics); err != nil {
		return nil, fmt.Errorf("join group %s: %w", m.Group, err)
	}
	return joined, nil
}

// start keeps the owner's turn, so that no call is made before the member is whole.
func (m *member) start(topics []string) error {
	m.turn.Lock()
	defer m.turn.Unlock()
	cl, err := m.client.derive(m.options(topics)...)
	if err != nil {
		return err
	}
	m.kgo = cl
	if err := m.client.adopt(m); err != nil {
		cl.Close()
		return err
	}
	return nil
}

func (m *member) options(topics []string) []kgo.Opt {
	balancer := kgo.CooperativeStickyBalancer()
	if m.server {
		balancer = kgo.StickyBalancer() // picks the broker's assignor; kgo goes classic without one of two balancers
	}
	return []kgo.Opt{
		kgo.ConsumerGroup(m.group),
		kgo.ConsumeTopics(topics...),
		kgo.Balancers(balancer),
		kgo.DisableAutoCommit(),
		kgo.BlockRebalanceOnPoll(),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()),
		// A member that was trimmed below its position would otherwise jump without a word.
		kgo.ConsumeResetOffset(kgo.NoResetOffset()),
		kgo.OnPartitionsAssigned(m.onAssigned),
		kgo.OnPartitionsRevoked(m.onRevoked),
		kgo.OnPartitionsLost(m.onLost),
		kgo.OnOffsetsFetched(m.onFetched),
		kgo.AdjustFetchOffsetsFn(m.onOffsets),
	}
}

// Poll waits for at most n records; no partition moves until Release. It tells of a [*event.TrimmedError] until Seek, of [event.ErrReplaced]
// once, and goes over to the new topic by itself.
func (m *member) Poll(ctx context.Context, n int) ([]*event.Record, error) {
	m.Release()
	for {
		if err := m.trouble(); err != nil {
			return nil, err
		}
		if err := m.retell(ctx); err != nil {
			return nil, err
		}
		records := m.poll(ctx, n)
		if len(records) > 0 {
			return records, nil
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
}

// poll returns without records when there are errors, when ctx ends, or when partitions must be told of anew.
func (m *member) poll(ctx context.Context, n int) []*event.Record {
	ctx, cancel := m.interruptible(ctx)
	defer cancel()
	fetches := m.kgo.PollRecords(ctx, n)
	records := m.take(fetches)
	if len(records) == 0 {
		m.kgo.AllowRebalance()
	}
	m.note(ctx, fetches)
	return records
}

// interruptible returns a context that also ends when a partition is regained: retell must not wait for the next record.
func (m *member) interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.interrupt = cancel
	for _, h := range m.held {
		if h.regained {
			cancel()
		}
	}
	return ctx, cancel
}

// take starts the turn of who polls, if there are records for it.
func (m *member) take(fetches kgo.Fetches) []*event.Record {
	if fetches.NumRecords() == 0 {
		return nil
	}
	m.turn.Lock()
	m.polled = true
	records := m.keep(recordsOf(fetches))
	if len(records) == 0 {
		m.endTurn()
	}
	return records
}

// keep drops the records of partitions that are not held, or not any more.
func (m *member) keep(records []*event.Record) []*event.Record {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.DeleteFunc(records, func(r *event.Record) bool {
		h := m.held[partition{r.Topic, r.Partition}]
		if h == nil || !h.told || h.dead || h.gone {
			return true
		}
		if r.TopicID == (event.TopicID{}) { // Kafka before 3.1 does not say
			r.TopicID = h.topicID
		}
		h.next = r.Offset + 1
		return false
	})
}

// Release lets partitions move again. Without a Poll before it does nothing.
func (m *member) Release() {
	if m.polled {
		m.endTurn()
		m.kgo.AllowRebalance()
	}
}

func (m *member) endTurn() {
	m.polled = false
	m.turn.Unlock()
}

func (m *member) trouble() error {
	err := errors.Join(m.troubles...)
	m.troubles = nil
	return err
}

// Pause stops fetching.
func (m *member) Pause(at ...event.Position) { m.kgo.PauseFetchPartitions(byTopic(at)) }

// Resume fetches again, from the last record that was polled on.
func (m *member) Resume(at ...event.Position) { m.kgo.ResumeFetchPartitions(byTopic(at)) }

// Seek moves the next poll. Partitions that the member does not hold are left out.
func (m *member) Seek(to ...event.Position) {
	offsets := map[string]map[int32]kgo.EpochOffset{}
	m.mu.Lock()
	for _, p := range to {
		if h := m.held[partition{p.Topic, p.Partition}]; h != nil {
			h.next = p.Offset
			setIn(offsets, partition{p.Topic, p.Partition}, kgo.EpochOffset{Epoch: -1, Offset: p.Offset})
		}
	}
	m.mu.Unlock()
	m.kgo.SetOffsets(offsets)
}

// Close leaves the group, after Revoked, unless the member is static. It waits for Release, at most until ctx ends.
func (m *member) Close(ctx context.Context) error {
	m.closing.Do(func() {
		m.client.forget(m)
		if err := m.kgo.LeaveGroupContext(ctx); err != nil {
			m.closed = fmt.Errorf("leave group %s: %w", m.group, err)
		}
		m.kgo.Close()
	})
	return m.closed
}

func byTopic(at []event.Position) map[string][]int32 {
	topics := map[string][]int32{}
	for _, p := range at {
		topics[p.Topic] = append(topics[p.Topic], p.Partition)
	}
	return topics
}

// setIn sets the value of a partition in a map as kgo has them.
func setIn[V any](topics map[string]map[int32]V, p partition, v V) {
	if topics[p.topic] == nil {
		topics[p.topic] = map[int32]V{}
	}
	topics[p.topic][p.number] = v
}
