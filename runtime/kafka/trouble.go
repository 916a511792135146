package kafka

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/runtime/event"
)

// note keeps the errors of a poll for the caller.
func (m *member) note(ctx context.Context, fetches kgo.Fetches) {
	var replaced []string
	fetches.EachError(func(topic string, number int32, err error) {
		switch {
		case errors.Is(err, ctx.Err()):
		case errors.Is(err, kerr.UnknownTopicID):
			if !slices.Contains(replaced, topic) {
				replaced = append(replaced, topic)
			}
		default:
			m.troubles = append(m.troubles, m.explain(ctx, partition{topic, number}, err))
		}
	})
	for _, topic := range replaced {
		m.troubles = append(m.troubles, fmt.Errorf("group %s: read topic %s: %w", m.group, topic, event.ErrReplaced))
		m.goOver(topic)
	}
}

// goOver leaves the deleted topic for the one that has its name now. Nothing is committed for the old one: where topics
// have no id in the protocol its offsets would be taken for the new one's.
func (m *member) goOver(topic string) {
	m.mu.Lock()
	for p, h := range m.held {
		if p.topic == topic {
			h.gone = true
		}
	}
	m.mu.Unlock()
	m.kgo.PurgeTopicsFromConsuming(topic)
	m.kgo.AddConsumeTopics(topic)
}

func (m *member) explain(ctx context.Context, p partition, err error) error {
	if errors.Is(err, kgo.ErrClientClosed) {
		return fmt.Errorf("poll group %s: %w", m.group, errClosed)
	}
	if p.topic == "" {
		return fmt.Errorf("poll group %s: %w", m.group, err)
	}
	m.mu.Lock()
	at := event.Position{Topic: p.topic, Partition: p.number, Offset: -1}
	if h := m.held[p]; h != nil {
		at.TopicID, at.Offset = h.topicID, h.next
	}
	m.mu.Unlock()
	return m.client.explainRead(ctx, at, err)
}

// explainRead says what happened to a reader who is at a position.
func (c *Client) explainRead(ctx context.Context, at event.Position, err error) error {
	if !errors.Is(err, kerr.OffsetOutOfRange) {
		return fmt.Errorf("read %s: %w", at, err)
	}
	starts, listErr := c.starts(ctx, at.Topic)
	if listErr != nil {
		return fmt.Errorf("read %s: %w (%w)", at, err, listErr)
	}
	start, _ := starts.Lookup(at.Topic, at.Partition)
	if start.Offset <= at.Offset {
		return fmt.Errorf("read %s: %w: the log ends before, so the broker lost records, or the position is another topic's", at, err)
	}
	return &event.TrimmedError{Position: at, LogStart: start.Offset}
}
