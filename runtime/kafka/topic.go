package kafka

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/evgen-dev/evgen/runtime/event"
)

// Names of the topic settings that [event.Topic] has a field for.
const (
	minInSync          = "min.insync.replicas"
	cleanupPolicy      = "cleanup.policy"
	retention          = "retention.ms"
	tombstoneRetention = "delete.retention.ms"
	maxCompactionLag   = "max.compaction.lag.ms"
)

// Topic says how the topic is on the broker, defaults included. Config holds further settings that were set for the topic itself. The
// error is [event.ErrNoTopic] when there is none; it needs Describe and DescribeConfigs on the topic.
func (c *Client) Topic(ctx context.Context, name string) (event.Topic, error) {
	meta, err := c.metadata(ctx, name)
	if err != nil {
		return event.Topic{}, err
	}
	settings, err := c.settings(ctx, name)
	if err != nil {
		return event.Topic{}, fmt.Errorf("describe topic %s: %w", name, explainSettings(err))
	}
	t := event.Topic{Name: name, Partitions: int32(len(meta.Partitions)), Config: map[string]string{}}
	if len(meta.Partitions) > 0 {
		t.Replication = int16(len(meta.Partitions[0].Replicas))
	}
	for _, s := range settings {
		if !takeSetting(&t, s.Key, s.MaybeValue()) && s.Source == kmsg.ConfigSourceDynamicTopicConfig {
			t.Config[s.Key] = s.MaybeValue()
		}
	}
	return t, nil
}

func explainSettings(err error) error {
	if errors.Is(err, kerr.TopicAuthorizationFailed) {
		return fmt.Errorf("%w: the client's principal needs DescribeConfigs on the topic", err)
	}
	return err
}

// takeSetting says whether t has a field for the setting, which it then holds.
func takeSetting(t *event.Topic, name, value string) bool {
	switch name {
	case minInSync:
		n, _ := strconv.ParseInt(value, 10, 16)
		t.MinInSync = int16(n)
	case cleanupPolicy:
		t.Compaction = compactionOf(value)
	case retention:
		t.Retention = durationOf(value)
	case tombstoneRetention:
		t.TombstoneRetention = durationOf(value)
	case maxCompactionLag:
		t.MaxCompactionLag = max(0, durationOf(value)) // endless, Kafka's default, is no bound
	default:
		return false
	}
	return true
}

// durationOf reads milliseconds; what does not fit into a duration is forever, which is negative.
func durationOf(ms string) time.Duration {
	n, err := strconv.ParseInt(ms, 10, 64)
	switch {
	case err != nil:
		return 0
	case n < 0 || n > math.MaxInt64/int64(time.Millisecond):
		return -1
	}
	return time.Duration(n) * time.Millisecond
}

// compactionOf reads a cleanup.policy, in which the order of the words is free.
func compactionOf(policy string) event.Compaction {
	compact, remove := strings.Contains(policy, "compact"), strings.Contains(policy, "delete")
	switch {
	case compact && remove:
		return event.CompactAndDelete
	case compact:
		return event.Compact
	}
	return event.NoCompaction
}

// metadata asks the broker. Kgo caches answers, and a topic may be another one meanwhile; this request passes the cache.
func (c *Client) metadata(ctx context.Context, topic string) (*kmsg.MetadataResponseTopic, error) {
	all, err := c.metadataOf(ctx, topic)
	if err != nil {
		return nil, err
	}
	if len(all) != 1 {
		return nil, fmt.Errorf("ask for topic %s: the broker answers about %d topics", topic, len(all))
	}
	t := &all[0]
	switch err := kerr.ErrorForCode(t.ErrorCode); {
	case errors.Is(err, kerr.UnknownTopicOrPartition):
		return nil, fmt.Errorf("ask for topic %s: %w", topic, event.ErrNoTopic)
	case err != nil:
		return nil, fmt.Errorf("ask for topic %s: %w", topic, err)
	}
	return t, nil
}

func (c *Client) metadataOf(ctx context.Context, topics ...string) ([]kmsg.MetadataResponseTopic, error) {
	r := kmsg.NewPtrMetadataRequest()
	for _, name := range topics {
		t := kmsg.NewMetadataRequestTopic()
		t.Topic = &name
		r.Topics = append(r.Topics, t)
	}
	answer, err := r.RequestWith(ctx, c.user)
	if err != nil {
		return nil, fmt.Errorf("ask for topics %s: %w", strings.Join(topics, ", "), err)
	}
	return answer.Topics, nil
}

// starts returns the first offsets that still exist.
func (c *Client) starts(ctx context.Context, topics ...string) (kadm.ListedOffsets, error) {
	offsets, err := c.admin.ListStartOffsets(ctx, topics...)
	if err == nil {
		err = offsets.Error()
	}
	if err != nil {
		return nil, fmt.Errorf("find where %s start: %w", strings.Join(topics, ", "), err)
	}
	return offsets, nil
}
