package kafka_test

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/evgen-dev/evgen/internal/devbroker"
	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
)

func TestMissingTopicIsNamed(t *testing.T) {
	each(t, func(f *fixture) {
		topic := realservers.TopicName(f, "missing")
		err := f.send(record(topic, "k", "v"))[0].err
		if !errors.Is(err, event.ErrNoTopic) {
			f.Errorf("send: %v, want ErrNoTopic", err)
		}
		want := "send to " + topic + ": " + event.ErrNoTopic.Error()
		f.diff("error", want, fmt.Sprint(err))
		if _, err := f.Topic(f.ctx, topic); !errors.Is(err, event.ErrNoTopic) {
			f.Errorf("topic: %v, want ErrNoTopic", err)
		}
	})
}

// A topic that is created right after the first attempt must not stay unknown.
func TestTopicCreatedAfterAFailedSendIsFound(t *testing.T) {
	each(t, func(f *fixture) {
		topic := realservers.TopicName(f, "late")
		if err := f.send(record(topic, "k", "v"))[0].err; !errors.Is(err, event.ErrNoTopic) {
			f.Fatalf("send: %v, want ErrNoTopic", err)
		}
		f.must(f.CreateTopics(f.ctx, event.Topic{Name: topic, Partitions: 1}))
		at := f.write(record(topic, "k", "v"))[0]
		f.diff("offset", int64(0), at.Offset)
	})
}

func TestReplacedTopicTakesRecords(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{})
		before := f.write(record(topic, "k", "old"))[0]
		f.replace(topic, 1)
		after := f.write(record(topic, "k", "new"))[0]
		if after.TopicID == before.TopicID || after.Offset != 0 {
			f.Errorf("the record is at %v with topic id %v, want offset 0 of another topic than %v", after, after.TopicID, before.TopicID)
		}
	})
}

// replace deletes a topic and creates another one with its name.
func (f *fixture) replace(topic string, partitions int32) {
	f.Helper()
	_, err := f.admin.DeleteTopic(f.ctx, topic)
	f.must(err)
	f.must(f.CreateTopics(f.ctx, event.Topic{Name: topic, Partitions: partitions}))
}

// The broker refuses a whole batch here, so records fail with their neighbours, and are reported after later ones of their
// partition were written.
func TestFailedBatchesKeepTheOrderOfEachKey(t *testing.T) {
	t.Parallel()
	b, err := devbroker.Start(devbroker.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	f := connect(t, b.Addrs())
	topic := f.topic(event.Topic{Partitions: 2})
	f.write(record(topic, "k", "first"))
	const keys, revisions, rounds = 20, 10, 5
	for round := range rounds {
		b.FailNext(1, kmsg.Produce, kerr.InvalidRecord)
		f.revise(topic, keys, round*revisions, (round+1)*revisions)
	}
	got := map[string][]string{}
	for _, r := range f.contents(topic) {
		got[string(r.Key)] = append(got[string(r.Key)], string(r.Value))
	}
	var want []string
	for rev := range rounds * revisions {
		want = append(want, strconv.Itoa(rev))
	}
	for key := range keys {
		f.diff(fmt.Sprint("key", key), want, got[fmt.Sprint("key", key)])
	}
}

// revise sends revisions of every key, as producers do: one of each key at a time.
func (f *fixture) revise(topic string, keys, from, to int) {
	f.Helper()
	var wg sync.WaitGroup
	for rev := from; rev < to; rev++ {
		for key := range keys {
			wg.Add(1)
			r := record(topic, fmt.Sprint("key", key), strconv.Itoa(rev))
			f.must(f.Keys().Do(f.ctx, topic, r.Key, r.Size(), func(turn event.Turn) {
				f.Send(f.ctx, r, func(_ event.Receipt, err error) {
					if err != nil {
						f.Errorf("key %s, revision %s: %v", r.Key, r.Value, err)
					}
					turn.Release()
					wg.Done()
				})
			}))
		}
	}
	wg.Wait()
}

// A record that its topic finds too old fails its whole batch, which kgo reports for all that waits.
func TestRefusedRecordFailsWithoutItsNeighbours(t *testing.T) {
	t.Parallel()
	f := connect(t, realservers.Kafka(t))
	topic := f.topic(event.Topic{Config: map[string]string{"message.timestamp.before.max.ms": "600000"}})
	f.write(record(topic, "k", "first"))
	records := numbered(topic, 200)
	for _, i := range []int{50, 150} {
		records[i].Time = time.Now().Add(-time.Hour)
	}
	for i, o := range f.send(records...) {
		if old := i == 50 || i == 150; old != errors.Is(o.err, kerr.InvalidTimestamp) || !old && o.err != nil {
			f.Errorf("record %d: %v", i, o.err)
		}
	}
}
