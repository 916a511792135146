package kafka_test

import (
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/kafka"
)

func TestTopicIsCreatedAsAsked(t *testing.T) {
	each(t, func(f *fixture) {
		want := event.Topic{
			Name: realservers.TopicName(f, "orders"), Partitions: 3, Replication: 1, MinInSync: 1,
			Compaction: event.CompactAndDelete, Retention: 48 * time.Hour, TombstoneRetention: time.Hour, MaxCompactionLag: 30 * time.Minute,
			Config: map[string]string{"max.message.bytes": "2000000"},
		}
		f.must(f.CreateTopics(f.ctx, want))
		got, err := f.Topic(f.ctx, want.Name)
		f.must(err)
		f.diff("topic", want, got)
	})
}

func TestUnaskedSettingsAreTheBrokers(t *testing.T) {
	each(t, func(f *fixture) {
		name := f.topic(event.Topic{})
		got, err := f.Topic(f.ctx, name)
		f.must(err)
		want := event.Topic{
			Name: name, Partitions: 1, Replication: 1, MinInSync: 1,
			Retention: 7 * 24 * time.Hour, TombstoneRetention: 24 * time.Hour, Config: map[string]string{},
		}
		f.diff("topic", want, got)
	})
}

func TestEndlessRetentionIsNegative(t *testing.T) {
	each(t, func(f *fixture) {
		got, err := f.Topic(f.ctx, f.topic(event.Topic{Retention: -5}))
		f.must(err)
		f.diff("retention", time.Duration(-1), got.Retention)
	})
}

func TestExistingTopicStaysAsItIs(t *testing.T) {
	each(t, func(f *fixture) {
		name := f.topic(event.Topic{Partitions: 2})
		before, err := f.Topic(f.ctx, name)
		f.must(err)
		f.must(f.CreateTopics(f.ctx, event.Topic{Name: name, Partitions: 7, Compaction: event.Compact}))
		after, err := f.Topic(f.ctx, name)
		f.must(err)
		f.diff("topic", before, after)
	})
}

func TestEveryTopicThatFailsIsNamed(t *testing.T) {
	each(t, func(f *fixture) {
		bad, good := realservers.TopicName(f, "bad"), realservers.TopicName(f, "good")
		err := f.CreateTopics(f.ctx,
			event.Topic{Name: bad, Config: map[string]string{"no.such.setting": "1"}},
			event.Topic{Name: "not a name"},
			event.Topic{Name: good, Partitions: 1},
		)
		if err == nil || !strings.Contains(err.Error(), "create topic "+bad) {
			f.Errorf("create: %v, want an error that names %s", err, bad)
		}
	})
}

func TestClientsForOneUseAreRefused(t *testing.T) {
	t.Parallel()
	for want, opts := range map[string][]kgo.Opt{
		`ConsumerGroup "g"`:              {kgo.ConsumerGroup("g")},
		`ShareGroup "g"`:                 {kgo.ShareGroup("g")},
		`TransactionalID "t"`:            {kgo.TransactionalID("t")},
		`topics to consume, [a b]`:       {kgo.ConsumeTopics("b", "a")},
		`topics to consume, [p]`:         {kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{"p": {0: kgo.NewOffset()}})},
		`ConsumeRegex`:                   {kgo.ConsumeRegex()},
		`DisableIdempotentWrite`:         {kgo.DisableIdempotentWrite()},
		`ManualFlushing`:                 {kgo.ManualFlushing()},
		`DefaultProduceTopicAlways`:      {kgo.DefaultProduceTopic("t"), kgo.DefaultProduceTopicAlways()},
		`InstanceID "i" together`:        {kgo.InstanceID("i"), kgo.ServerSideBalancer()},
		`without it`:                     {kgo.ConsumerGroup("g"), kgo.ConsumeTopics("t")},
		`groups are joined with Client.`: {kgo.ConsumerGroup("g")},
	} {
		cl, err := kgo.NewClient(append(opts, kgo.SeedBrokers("127.0.0.1:1"))...)
		if err != nil {
			t.Errorf("%s: make client: %v", want, err)
			continue
		}
		_, err = kafka.New(cl)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("new: %v, want an error with %q", err, want)
		}
		cl.Close()
	}
}

func TestPlainClientIsTaken(t *testing.T) {
	t.Parallel()
	cl, err := kgo.NewClient(kgo.InstanceID("orders-0"), kgo.ClientID("orders"), kgo.RequiredAcks(kgo.AllISRAcks()))
	if err != nil {
		t.Fatal(err)
	}
	defer cl.Close()
	if _, err := kafka.New(cl); err != nil {
		t.Errorf("new: %v", err)
	}
}
