package kafka_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/evgen-dev/evgen/internal/devbroker"
	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/kafka"
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

func TestOnlyTheOversizeRecordFails(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{Config: map[string]string{"max.message.bytes": "65536"}})
		var records []*event.Record
		for i := range 20 {
			records = append(records, noise(topic, strconv.Itoa(i), 10_000))
		}
		records[7] = noise(topic, "big", 70_000)
		records[7].Headers = event.Headers{{Key: event.HeaderType, Value: []byte("acme.Order")}}
		for i, o := range f.send(records...) {
			var large *event.TooLargeError
			switch {
			case i == 7 && !errors.As(o.err, &large):
				f.Errorf("oversize record: %v, want a TooLargeError", o.err)
			case i == 7:
				f.diff("error", &event.TooLargeError{Event: "acme.Order", Key: `"big"`, Size: large.Size, Limit: 65536}, large)
			case o.err != nil:
				f.Errorf("record %d: %v", i, o.err)
			}
		}
	})
}

// noise returns a record whose value does not compress.
func noise(topic, key string, size int) *event.Record {
	r := record(topic, key, "")
	r.Value = make([]byte, size)
	_, _ = rand.Read(r.Value)
	return r
}

func TestRecordOfExactlyTheLimitIsWritten(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{Config: map[string]string{"max.message.bytes": "65536"}})
		var large *event.TooLargeError
		probe := f.send(noise(topic, "k", 65536))[0]
		if !errors.As(probe.err, &large) {
			f.Fatalf("65536 bytes: %v, want a TooLargeError", probe.err)
		}
		fits := 65536 - (large.Size - 65536)
		r := noise(topic, "k", fits)
		r.Compression = event.Uncompressed
		f.must(f.send(r)[0].err)
		if o := f.send(noise(topic, "k", fits+1))[0]; !errors.As(o.err, &large) || large.Size != 65537 {
			f.Errorf("one byte more: %v, want a TooLargeError of 65537 bytes", o.err)
		}
	})
}

func TestLoweredLimitFailsOnlyWhatIsOverIt(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{Config: map[string]string{"max.message.bytes": "65536"}})
		f.write(noise(topic, "first", 10))
		f.alter(topic, "max.message.bytes", "16384")
		f.awaitLimit(topic, 20_000)
		for round := range 3 {
			var records []*event.Record
			for i := range 40 {
				records = append(records, noise(topic, fmt.Sprint(round, i), 2000))
			}
			records[20] = noise(topic, "big", 20_000)
			for i, o := range f.send(records...) {
				var large *event.TooLargeError
				if i == 20 && (!errors.As(o.err, &large) || large.Limit != 16384) {
					f.Errorf("round %d: record over the new limit: %v, want a TooLargeError with limit 16384", round, o.err)
				}
				if i != 20 && o.err != nil {
					f.Errorf("round %d, record %d: %v", round, i, o.err)
				}
			}
		}
	})
}

// awaitLimit returns when the broker refuses records of size bytes, which another client finds out: a broker answers before its
// settings are in force.
func (f *fixture) awaitLimit(topic string, size int) {
	f.Helper()
	var large *event.TooLargeError
	other, err := kafka.New(f.user)
	f.must(err)
	defer other.Close(f.ctx)
	for outcome := error(nil); !errors.As(outcome, &large); {
		reported := make(chan error, 1)
		other.Send(f.ctx, noise(topic, "other", size), func(_ event.Receipt, err error) { reported <- err })
		outcome = <-reported
	}
}

func TestRaisedLimitIsNoticed(t *testing.T) {
	each(t, func(f *fixture) {
		kafka.RecheckAtOnce(f.Client)
		topic := f.topic(event.Topic{Config: map[string]string{"max.message.bytes": "65536"}})
		var large *event.TooLargeError
		if o := f.send(noise(topic, "k", 100_000))[0]; !errors.As(o.err, &large) {
			f.Fatalf("record over the limit: %v, want a TooLargeError", o.err)
		}
		f.write(noise(topic, "k", 1000)) // kgo now keeps to the old limit
		f.alter(topic, "max.message.bytes", "200000")
		for o := f.send(noise(topic, "k", 100_000))[0]; o.err != nil; o = f.send(noise(topic, "k", 100_000))[0] {
			if !errors.As(o.err, &large) {
				f.Fatal(o.err)
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

func TestOutageDelaysAndLosesNothing(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{Partitions: 2})
		f.write(record(topic, "k", "first"))
		f.line.cut()
		const records = 500
		failures := make(chan error, records)
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			for i := range records {
				f.Send(f.ctx, record(topic, fmt.Sprint(i%5), strconv.Itoa(i)), func(_ event.Receipt, err error) { failures <- err })
			}
		}()
		f.awaitFull(topic)
		f.line.mend()
		<-sent
		for range records {
			f.must(<-failures)
		}
		last := map[string]int{}
		count := 0
		for _, r := range f.contents(topic) {
			i, err := strconv.Atoi(string(r.Value))
			if err != nil {
				continue
			}
			count++
			if before, ok := last[string(r.Key)]; ok && before >= i {
				f.Errorf("key %s: %d came after %d", r.Key, i, before)
			}
			last[string(r.Key)] = i
		}
		f.diff("records", records, count)
	}, kgo.MaxBufferedRecords(100))
}

// awaitFull returns when Send blocks: a context that has ended is then what it reports, and its record is not written.
func (f *fixture) awaitFull(topic string) {
	f.Helper()
	ended, cancel := context.WithCancel(f.ctx)
	cancel()
	for {
		refused := make(chan error, 1)
		f.Send(ended, record(topic, "waiting", "none"), func(_ event.Receipt, err error) { refused <- err })
		select {
		case err := <-refused:
			if !errors.Is(err, context.Canceled) {
				f.Fatalf("send without room: %v, want the context's error", err)
			}
			return
		default: // under way
		}
	}
}

func TestCallerWhoGivesUpTakesNobodyAlong(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{})
		f.write(record(topic, "k", "first"))
		f.line.cut()
		outcomes := make(chan error, 10)
		ctx, cancel := context.WithCancel(f.ctx)
		for i := range 10 {
			own := f.ctx
			if i == 0 { // kgo looks at the context of the first record of a batch
				own = ctx
			}
			f.Send(own, record(topic, strconv.Itoa(i), strconv.Itoa(i)), func(_ event.Receipt, err error) { outcomes <- err })
		}
		cancel()
		f.line.mend()
		for range 10 {
			f.must(<-outcomes)
		}
		f.diff("records", 11, len(f.contents(topic)))
	})
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
			f.must(f.Keys().Do(f.ctx, topic, r.Key, r.Size(), func(release func()) {
				f.Send(f.ctx, r, func(_ event.Receipt, err error) {
					if err != nil {
						f.Errorf("key %s, revision %s: %v", r.Key, r.Value, err)
					}
					release()
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

func TestSendAfterCloseFails(t *testing.T) {
	each(t, func(f *fixture) {
		topic := f.topic(event.Topic{})
		f.write(record(topic, "k", "v"))
		f.must(f.Close(f.ctx))
		if err := f.send(record(topic, "k", "v"))[0].err; err == nil {
			f.Error("a closed client took a record")
		}
	})
}

func TestCloseGivesUpWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	f := connect(t, realservers.Embedded(t))
	topic := f.topic(event.Topic{})
	f.write(record(topic, "k", "v"))
	f.line.cut()
	outcome := make(chan error, 1)
	f.Send(f.ctx, record(topic, "k", "v"), func(_ event.Receipt, err error) { outcome <- err })
	ended, cancel := context.WithCancel(f.ctx)
	cancel()
	if err := f.Client.Close(ended); !errors.Is(err, event.ErrUnknown) {
		t.Errorf("close during an outage: %v, want ErrUnknown", err)
	}
	if err := <-outcome; !errors.Is(err, event.ErrUnknown) {
		t.Errorf("record under way: %v, want ErrUnknown", err)
	}
	f.line.mend()
}
