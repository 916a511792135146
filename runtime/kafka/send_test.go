package kafka_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
)

func TestReceiptSaysWhereTheRecordIs(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{Partitions: 3})
		sent := record(topic, "key", "value")
		sent.Headers = event.Headers{{Key: "ce_id", Value: []byte("1")}, {Key: "empty"}}
		receipt := f.send(sent)[0]
		f.must(receipt.err)
		if receipt.TopicID == (event.TopicID{}) || receipt.Offset != 0 {
			f.Errorf("receipt is %+v, want a topic id and offset 0", receipt)
		}
		got := f.contents(topic)
		want := []*event.Record{{Position: receipt.Position, Key: sent.Key, Value: sent.Value, Headers: sent.Headers}}
		f.diff("read back", want, got, cmpopts.IgnoreFields(event.Record{}, "Time", "LeaderEpoch"), cmpopts.EquateEmpty())
	})
}

func TestTombstoneAndEmptyValueDiffer(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{})
		f.write(&event.Record{Position: event.Position{Topic: topic}, Key: []byte("k")}, record(topic, "k", ""))
		var tombstones []bool
		for _, r := range f.contents(topic) {
			tombstones = append(tombstones, r.IsTombstone())
		}
		f.diff("tombstones", []bool{true, false}, tombstones)
	})
}

func TestEveryCodecIsReadBack(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{})
		var want []string
		for _, codec := range []event.Compression{event.Zstd, event.Uncompressed, event.Gzip, event.Snappy, event.LZ4, 99} {
			r := record(topic, "key", codec.String())
			r.Compression = codec
			f.write(r)
			want = append(want, codec.String())
		}
		f.diff("values", want, values(f.contents(topic)))
	})
}

// The hashes are those of Kafka's Java client, from the test of its murmur2.
func TestKeysArePlacedAsByTheJavaClient(t *testing.T) {
	each(t, func(f *fixture) {
		const partitions = 7
		topic := f.topic(event.Topic{Partitions: partitions})
		for key, hash := range map[string]int32{
			"21": -973932308, "foobar": -790332482, "a-little-bit-long-string": -985981536, "a-little-bit-longer-string": -1486304829,
			"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971, "abc": 479470107,
		} {
			want := (hash & 0x7fffffff) % partitions
			byKey := record(topic, key, "by key")
			byPartitionKey := record(topic, "another key", "by partition key")
			byPartitionKey.PartitionKey = []byte(key)
			for _, r := range []*event.Record{byKey, byPartitionKey} {
				if at := f.write(r)[0]; at.Partition != want {
					f.Errorf("key %s is in partition %d %s, want %d", key, at.Partition, r.Value, want)
				}
			}
		}
	})
}

func TestRecordsWithoutKeyReachAllPartitions(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{Partitions: 3})
		seen := map[int32]bool{}
		for len(seen) < 3 && f.ctx.Err() == nil {
			for _, o := range f.send(record(topic, "", string(make([]byte, 50_000))), record(topic, "", string(make([]byte, 50_000)))) {
				f.must(o.err)
				seen[o.Partition] = true
			}
		}
	})
}

func TestRecordWithoutKeyIsKeptFromACompactedTopic(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{Compaction: event.CompactAndDelete})
		outcomes := f.send(record(topic, "a", "1"), record(topic, "", "2"), record(topic, "b", "3"))
		if outcomes[1].err == nil {
			f.Error("a record without a key was written")
		}
		f.must(errors.Join(outcomes[0].err, outcomes[2].err))
		f.diff("values", []string{"1", "3"}, values(f.contents(topic)))
	})
}

func TestDoneRunsOnceAndNotInSend(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{Compaction: event.Compact})
		for name, r := range map[string]*event.Record{
			"written":  record(topic, "k", "v"),
			"refused":  record(topic, "", "v"),
			"no topic": record(realservers.TopicName(f, "missing"), "k", "v"),
		} {
			reported := make(chan struct{}, 2)
			var mu sync.Mutex
			mu.Lock()
			f.Send(f.ctx, r, func(event.Receipt, error) {
				mu.Lock() // would deadlock in Send
				defer mu.Unlock()
				reported <- struct{}{}
			})
			mu.Unlock()
			<-reported
			select {
			case <-reported:
				f.Errorf("%s: reported twice", name)
			default:
			}
		}
	})
}
