package kafka_test

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/evgen-dev/evgen/internal/devbroker"
	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
)

func (f *fixture) open(topic string) event.Follower {
	f.Helper()
	follower, err := f.Follow(f.ctx, topic)
	f.must(err)
	f.Cleanup(func() { _ = follower.Close() })
	return follower
}

func TestEmptyPartitionsAreAtTheirEnd(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{Partitions: 3})
		at := f.write(record(topic, "k", "v"))[0]
		var want []event.Partition
		for p := range int32(3) {
			want = append(want, event.Partition{Position: event.Position{Topic: topic, TopicID: at.TopicID, Partition: p}})
		}
		want[at.Partition].End = 1
		follower := f.open(topic)
		f.diff("partitions", want, follower.Partitions())
		f.diff("values", []string{"v"}, values(f.follow(follower)))
	})
}

func TestFollowerGoesOnBehindTheEndItSaw(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{})
		f.write(record(topic, "k", "before"))
		follower := f.open(topic)
		f.follow(follower)
		f.write(record(topic, "k", "after"))
		batch, err := follower.Poll(f.ctx)
		f.must(err)
		f.diff("values", []string{"after"}, values(batch.Records))
		f.diff("next", map[int32]int64{0: 2}, batch.Next)
	})
}

func TestMarkerAtTheTailIsPassed(t *testing.T) {
	for name, end := range map[string]kgo.TransactionEndTry{"Commit": kgo.TryCommit, "Abort": kgo.TryAbort} {
		t.Run(name, func(t *testing.T) {
			each(t, func(f *fixture) {
				topic := f.topic(event.Topic{})
				f.write(record(topic, "k", "plain"))
				f.transaction(topic, end, "in transaction")
				want := []string{"plain"}
				if end == kgo.TryCommit {
					want = append(want, "in transaction")
				}
				follower := f.open(topic)
				f.diff("end", int64(3), follower.Partitions()[0].End)
				f.diff("values", want, values(f.follow(follower)))
			})
		})
	}
}

func TestOpenTransactionIsNotWaitedFor(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{})
		f.write(record(topic, "k", "plain"))
		open := f.begin(topic, "open")
		defer open.Close()
		f.write(record(topic, "k", "behind it"))
		follower := f.open(topic)
		f.diff("end", int64(1), follower.Partitions()[0].End)
		f.diff("values", []string{"plain"}, values(f.follow(follower)))
		f.must(open.EndTransaction(f.ctx, kgo.TryCommit))
		var got []string
		for len(got) < 2 {
			batch, err := follower.Poll(f.ctx)
			f.must(err)
			got = append(got, values(batch.Records)...)
		}
		f.diff("values after the commit", []string{"open", "behind it"}, got)
	})
}

func TestCompactedRecordsAreNotWaitedFor(t *testing.T) {
	t.Parallel()
	f := connect(t, realservers.Kafka(t))
	topic := f.topic(event.Topic{
		Compaction: event.Compact, MaxCompactionLag: 100 * time.Millisecond, TombstoneRetention: time.Millisecond,
		Config: map[string]string{"segment.ms": "100", "min.cleanable.dirty.ratio": "0.01"},
	})
	f.write(record(topic, "kept", "v"))
	deleted := &event.Record{Position: event.Position{Topic: topic}, Key: []byte("deleted")}
	for f.ctx.Err() == nil {
		at := f.write(deleted)[0] // closes the segment before it, so that the cleaner may have that
		if visible := f.contents(topic); int64(len(visible)) <= at.Offset {
			f.diff("first and last", []int64{0, at.Offset}, []int64{visible[0].Offset, visible[len(visible)-1].Offset})
			return
		}
	}
	t.Fatal("nothing was ever compacted")
}

// Compaction may leave an empty batch where the last records were, and later nothing at all. Franz-go passes over both without
// a word. No broker makes them on demand, so these answers are made by hand.
func TestTailWithoutRecordsIsPassed(t *testing.T) {
	t.Parallel()
	for name, tail := range map[string][]byte{"empty batch": emptyBatch(0, 3), "nothing": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(cluster.Close)
			f := connect(t, cluster.ListenAddrs())
			topic := f.topic(event.Topic{})
			f.write(numbered(topic, 3)...)
			cluster.ControlKey(kmsg.Fetch.Int16(), func(r kmsg.Request) (kmsg.Response, error, bool) {
				cluster.KeepControl()
				fetch := r.(*kmsg.FetchRequest)
				if len(fetch.Topics) == 0 || fetch.Topics[0].Partitions[0].FetchOffset >= 3 {
					return nil, nil, false
				}
				return answerWith(fetch, tail), nil, true
			})
			follower := f.open(topic)
			f.diff("end", int64(3), follower.Partitions()[0].End)
			if got := f.follow(follower); len(got) > 0 {
				t.Errorf("records: %v, want none", values(got))
			}
		})
	}
}

// emptyBatch is a batch for n offsets that has lost its records.
func emptyBatch(offset int64, n int32) []byte {
	b := kmsg.RecordBatch{FirstOffset: offset, Length: 49, Magic: 2, LastOffsetDelta: n - 1, ProducerID: -1, ProducerEpoch: -1, FirstSequence: -1}
	const checked = 21 // where the checksum begins
	b.CRC = int32(crc32.Checksum(b.AppendTo(nil)[checked:], crc32.MakeTable(crc32.Castagnoli)))
	return b.AppendTo(nil)
}

func answerWith(r *kmsg.FetchRequest, batches []byte) kmsg.Response {
	answer := r.ResponseKind().(*kmsg.FetchResponse)
	p := kmsg.NewFetchResponseTopicPartition()
	p.Partition, p.HighWatermark, p.LastStableOffset, p.LogStartOffset, p.RecordBatches = r.Topics[0].Partitions[0].Partition, 3, 3, 0, batches
	topic := kmsg.NewFetchResponseTopic()
	topic.Topic, topic.TopicID, topic.Partitions = r.Topics[0].Topic, r.Topics[0].TopicID, []kmsg.FetchResponseTopicPartition{p}
	answer.Topics = append(answer.Topics, topic)
	return answer
}

func TestFollowerBelowTheLogStartIsTold(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{})
		f.write(numbered(topic, 3)...)
		follower := f.open(topic)
		f.follow(follower)
		f.line.cut()
		other := connect(f.T, f.user.OptValue(kgo.SeedBrokers).([]string))
		at := other.write(numbered(topic, 7)...)[0]
		other.trim(topic, 8)
		f.line.mend()
		at.Offset = 3
		_, err := follower.Poll(f.ctx)
		var trimmed *event.TrimmedError
		if !errors.As(err, &trimmed) {
			f.Fatalf("poll: %v, want a TrimmedError", err)
		}
		f.diff("error", &event.TrimmedError{Position: at, LogStart: 8}, trimmed)
	})
}

func TestReplacedTopicEndsTheFollower(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{})
		f.write(numbered(topic, 3)...)
		follower := f.open(topic)
		f.follow(follower)
		f.replace(topic, 1)
		if _, err := follower.Poll(f.ctx); !errors.Is(err, event.ErrReplaced) {
			f.Errorf("poll: %v, want ErrReplaced", err)
		}
		f.diff("values of a new follower", []string{"new"}, func() []string {
			f.write(record(topic, "k", "new"))
			return values(f.contents(topic))
		}())
	})
}

func TestAddedPartitionsAreFollowed(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{})
		follower := f.open(topic)
		answers, err := f.admin.CreatePartitions(f.ctx, 1, topic)
		f.must(err)
		f.must(answers.Error())
		for seen := map[int32]bool{}; !seen[1]; {
			// Kgo's producers and consumers learn of the partition at their own pace.
			f.write(record(topic, fmt.Sprint(time.Now()), "v"))
			batch, err := follower.Poll(f.ctx)
			f.must(err)
			for p := range batch.Next {
				seen[p] = true
			}
		}
	}, kgo.MetadataMaxAge(200*time.Millisecond))
}

func TestMissingTopicIsNotFollowed(t *testing.T) {
	each(t, func(f *fixture) {
		if _, err := f.Follow(f.ctx, realservers.TopicName(f, "missing")); !errors.Is(err, event.ErrNoTopic) {
			f.Errorf("follow: %v, want ErrNoTopic", err)
		}
	})
}

func TestFollowerPollEndsWithItsContext(t *testing.T) {
	each(t, func(f *fixture) {
		follower := f.open(f.topic(event.Topic{}))
		ctx, cancel := context.WithCancel(f.ctx)
		cancel()
		if _, err := follower.Poll(ctx); !errors.Is(err, context.Canceled) {
			f.Errorf("poll: %v, want the context's error", err)
		}
	})
}

func TestClosedClientEndsItsFollowers(t *testing.T) {
	each(t, func(f *fixture) {
		follower := f.open(f.topic(event.Topic{}))
		f.must(f.Close(f.ctx))
		if _, err := follower.Poll(f.ctx); err == nil || f.ctx.Err() != nil {
			f.Errorf("poll of a closed client: %v, want an error at once", err)
		}
	})
}

func TestEverythingSurvivesAKillOfTheEmbeddedBroker(t *testing.T) {
	t.Parallel()
	b, err := devbroker.Start(devbroker.Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	f := connect(t, b.Addrs())
	topic, group := f.topic(event.Topic{}), realservers.TopicName(t, "group")
	f.write(numbered(topic, 5)...)
	m := f.join(group, newOwner(), topic)
	at := f.poll(m, 5)[0].Position
	f.must(m.Commit(f.ctx, []event.Commit{commitOf(at, 3, "mine")}))
	f.must(m.Close(f.ctx))
	follower := f.open(topic)
	f.follow(follower)
	f.must(b.Kill())
	f.write(record(topic, "k", "after"))
	f.diff("committed", int64(3), f.committed(group, topic, 0).At)
	var got []string
	for len(got) == 0 {
		batch, err := follower.Poll(f.ctx)
		f.must(err)
		got = values(batch.Records)
	}
	f.diff("values that the follower sees", []string{"after"}, got)
	f.diff("values", []string{"0", "1", "2", "3", "4", "after"}, values(f.contents(topic)))
}
