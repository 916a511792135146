package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/evgen-dev/evgen/runtime/event"
)

// CreateTopics creates the topics that are missing and returns when the broker leads all their partitions. Existing ones stay as they
// are. The error names every topic that failed. It needs Create on the topics or on the cluster.
func (c *Client) CreateTopics(ctx context.Context, topics ...event.Topic) error {
	if len(topics) == 0 {
		return nil
	}
	r := kmsg.NewPtrCreateTopicsRequest()
	r.TimeoutMillis = 30_000
	for _, t := range topics {
		r.Topics = append(r.Topics, creation(t))
	}
	answer, err := r.RequestWith(ctx, c.user)
	if err != nil {
		return fmt.Errorf("create topics: %w", err)
	}
	var errs []error
	created := map[string]event.TopicID{}
	for _, t := range answer.Topics {
		switch err := kerr.ErrorForCode(t.ErrorCode); {
		case err == nil:
			created[t.Topic] = t.TopicID
		case !errors.Is(err, kerr.TopicAlreadyExists):
			errs = append(errs, creationError(t, err))
		}
	}
	return errors.Join(append(errs, c.awaitLeaders(ctx, created))...)
}

func creation(t event.Topic) kmsg.CreateTopicsRequestTopic {
	r := kmsg.NewCreateTopicsRequestTopic()
	r.Topic, r.NumPartitions, r.ReplicationFactor = t.Name, -1, -1
	if t.Partitions > 0 {
		r.NumPartitions = t.Partitions
	}
	if t.Replication > 0 {
		r.ReplicationFactor = t.Replication
	}
	settings := settingsOf(t)
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		s := kmsg.NewCreateTopicsRequestTopicConfig()
		s.Name, s.Value = name, kmsg.StringPtr(settings[name])
		r.Configs = append(r.Configs, s)
	}
	return r
}

// settingsOf returns what a topic asks of the broker; a field goes before its setting in Config.
func settingsOf(t event.Topic) map[string]string {
	s := maps.Clone(t.Config)
	if s == nil {
		s = map[string]string{}
	}
	if t.Compaction != event.NoCompaction {
		s[cleanupPolicy] = t.Compaction.String()
	}
	if t.MinInSync > 0 {
		s[minInSync] = strconv.Itoa(int(t.MinInSync))
	}
	if t.Retention < 0 {
		s[retention] = "-1"
	}
	for name, d := range map[string]time.Duration{
		retention: t.Retention, tombstoneRetention: t.TombstoneRetention, maxCompactionLag: t.MaxCompactionLag,
	} {
		if d > 0 {
			s[name] = strconv.FormatInt(max(1, d.Milliseconds()), 10)
		}
	}
	return s
}

func creationError(t kmsg.CreateTopicsResponseTopic, err error) error {
	if t.ErrorMessage != nil && *t.ErrorMessage != "" {
		return fmt.Errorf("create topic %s: %w: %s", t.Topic, err, *t.ErrorMessage)
	}
	return fmt.Errorf("create topic %s: %w", t.Topic, err)
}

// awaitLeaders waits until the topics can be used. The controller answers before the brokers know, and a broker may still
// show a topic of that name which was deleted just before.
func (c *Client) awaitLeaders(ctx context.Context, created map[string]event.TopicID) error {
	if len(created) == 0 {
		return nil
	}
	names := slices.Sorted(maps.Keys(created))
	retry := time.NewTicker(20 * time.Millisecond)
	defer retry.Stop()
	for {
		all, err := c.metadataOf(ctx, names...)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(t kmsg.MetadataResponseTopic) bool { return !isUsable(t, created) }) {
			return nil
		}
		select {
		case <-retry.C:
		case <-ctx.Done():
			return fmt.Errorf("await leaders of new topics: %w", context.Cause(ctx))
		}
	}
}

func isUsable(t kmsg.MetadataResponseTopic, created map[string]event.TopicID) bool {
	if t.ErrorCode != 0 || t.Topic == nil {
		return false
	}
	if id := created[*t.Topic]; id != t.TopicID && id != (event.TopicID{}) { // Kafka before 2.8 has no ids
		return false
	}
	return !slices.ContainsFunc(t.Partitions, func(p kmsg.MetadataResponseTopicPartition) bool { return p.ErrorCode != 0 })
}
