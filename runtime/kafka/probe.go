package kafka

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/evgen-dev/evgen/runtime/event"
)

// probeQuiet asks partitions that are silent and behind whether there is anything to hear.
func (f *follower) probeQuiet(ctx context.Context) (event.Batch, error) {
	passed := event.Batch{Next: map[int32]int64{}}
	for p, heard := range f.heard {
		if time.Since(heard) < quiet {
			continue
		}
		f.heard[p] = time.Now()
		if next := f.probe(ctx, p); next > f.next[p] {
			passed.Next[p] = next
		}
	}
	f.advance(passed.Next)
	return passed, ctx.Err()
}

// probe returns the offset up to which the partition holds no record, from where the follower is on. It says nothing new when there are
// records, which kgo brings, or when the broker cannot be asked, which the next probe tries again.
func (f *follower) probe(ctx context.Context, partition int32) int64 {
	here := f.next[partition]
	leader, ok := f.leader(ctx, partition)
	if !ok {
		return here
	}
	answer, err := f.client.user.Broker(int(leader)).Request(ctx, f.fetchRequest(partition, here))
	if err != nil {
		return here
	}
	fetched, _ := answer.(*kmsg.FetchResponse)
	if fetched == nil || fetched.ErrorCode != 0 || len(fetched.Topics) != 1 || len(fetched.Topics[0].Partitions) != 1 {
		return here
	}
	raw := &fetched.Topics[0].Partitions[0]
	if raw.ErrorCode == 0 && len(raw.RecordBatches) == 0 && fetched.ThrottleMillis == 0 {
		return max(here, raw.LastStableOffset) // a broker that has nothing up to there
	}
	options := kgo.ProcessFetchPartitionOpts{Offset: here, IsolationLevel: kgo.ReadCommitted(), Topic: f.topic, Partition: partition}
	read, next := kgo.ProcessFetchPartition(options, raw, kgo.DefaultDecompressor(), nil)
	if read.Err != nil || len(read.Records) > 0 {
		return here
	}
	return next
}

func (f *follower) leader(ctx context.Context, partition int32) (int32, bool) {
	meta, err := f.client.metadata(ctx, f.topic)
	if err != nil || meta.TopicID != f.id {
		return 0, false
	}
	for _, p := range meta.Partitions {
		if p.Partition == partition {
			return p.Leader, p.Leader >= 0
		}
	}
	return 0, false
}

func (f *follower) fetchRequest(partition int32, offset int64) *kmsg.FetchRequest {
	r := kmsg.NewPtrFetchRequest()
	r.MaxWaitMillis, r.MinBytes, r.MaxBytes = 100, 1, 1<<20
	r.IsolationLevel = 1 // read committed
	r.SessionEpoch = -1  // outside any fetch session
	t := kmsg.NewFetchRequestTopic()
	t.Topic, t.TopicID = f.topic, f.id
	p := kmsg.NewFetchRequestTopicPartition()
	p.Partition, p.FetchOffset, p.PartitionMaxBytes = partition, offset, 1<<20
	t.Partitions = append(t.Partitions, p)
	r.Topics = append(r.Topics, t)
	return r
}
