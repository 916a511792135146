package kafka

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/runtime/event"
)

const (
	// quiet is how long nothing may come from a partition before it is probed. What kgo reads but does not hand out, empty batches, would
	// else keep a follower waiting for the end of a log that it has long seen.
	quiet = 250 * time.Millisecond
	// batchRecords bounds a Batch, so that reading and working take turns.
	batchRecords = 10_000
)

// follower reads all partitions of one topic.
type follower struct {
	client *Client
	kgo    *kgo.Client
	topic  string
	id     event.TopicID

	start []event.Partition
	next  map[int32]int64
	heard map[int32]time.Time // when next moved, or a probe was made; of partitions that are behind their end at opening
}

// Follow reads a topic from its start. Partitions that are added later are read too; [event.Follower] tells of them in Batch.Next only.
// Errors come back with every Poll: open another follower. They are a [*event.TrimmedError], [event.ErrReplaced], or the broker's.
func (c *Client) Follow(ctx context.Context, topic string) (event.Follower, error) {
	f := &follower{client: c, topic: topic, next: map[int32]int64{}, heard: map[int32]time.Time{}}
	if err := f.locate(ctx); err != nil {
		return nil, fmt.Errorf("follow %s: %w", topic, err)
	}
	cl, err := c.derive(
		kgo.ConsumeTopics(topic),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()),
		kgo.KeepControlRecords(), // markers are progress
		kgo.ConsumeStartOffset(kgo.NewOffset().AtStart()),
		kgo.ConsumeResetOffset(kgo.NoResetOffset()),
	)
	if err != nil {
		return nil, fmt.Errorf("follow %s: %w", topic, err)
	}
	f.kgo = cl
	if err := c.adopt(closing{f}); err != nil {
		cl.Close()
		return nil, fmt.Errorf("follow %s: %w", topic, err)
	}
	return f, nil
}

// locate finds out where the partitions start and end. The end is the last stable offset: what comes after it may wait for an
// open transaction as long as that likes.
func (f *follower) locate(ctx context.Context) error {
	meta, err := f.client.metadata(ctx, f.topic)
	if err != nil {
		return err
	}
	f.id = meta.TopicID
	starts, err := f.client.starts(ctx, f.topic)
	if err != nil {
		return err
	}
	ends, err := f.client.admin.ListCommittedOffsets(ctx, f.topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return fmt.Errorf("find its end: %w", err)
	}
	ends.Each(func(end kadm.ListedOffset) {
		start, _ := starts.Lookup(f.topic, end.Partition)
		f.begin(end.Partition, start.Offset, end.Offset)
	})
	slices.SortFunc(f.start, func(a, b event.Partition) int { return cmp.Compare(a.Partition, b.Partition) })
	return nil
}

func (f *follower) begin(partition int32, start, end int64) {
	at := event.Position{Topic: f.topic, TopicID: f.id, Partition: partition, Offset: start}
	f.start = append(f.start, event.Partition{Position: at, End: end})
	f.next[partition] = start
	if start < end {
		f.heard[partition] = time.Now()
	}
}

// Partitions returns where reading starts and which end it has to reach to have seen what was there when it began.
func (f *follower) Partitions() []event.Partition { return slices.Clone(f.start) }

// Poll waits until reading goes on somewhere, with or without records.
func (f *follower) Poll(ctx context.Context) (event.Batch, error) {
	for {
		batch, err := f.read(ctx)
		if err == nil && len(batch.Next) == 0 {
			batch, err = f.probeQuiet(ctx)
		}
		if err != nil || len(batch.Next) > 0 {
			return batch, err
		}
		if err := ctx.Err(); err != nil {
			return event.Batch{}, err
		}
	}
}

// read returns an empty batch when nothing came for a while and some partition is not at its end.
func (f *follower) read(ctx context.Context) (event.Batch, error) {
	within := ctx
	if len(f.heard) > 0 {
		var cancel context.CancelFunc
		within, cancel = context.WithTimeout(ctx, quiet)
		defer cancel()
	}
	fetches := f.kgo.PollRecords(within, batchRecords)
	if err := f.failure(ctx, fetches); err != nil {
		return event.Batch{}, err
	}
	batch := event.Batch{Next: map[int32]int64{}}
	fetches.EachRecord(func(r *kgo.Record) { batch.Next[r.Partition] = r.Offset + 1 })
	f.advance(batch.Next)
	batch.Records = recordsOf(fetches)
	for _, r := range batch.Records {
		r.TopicID = f.id
	}
	return batch, nil
}

func (f *follower) advance(next map[int32]int64) {
	maps.Copy(f.next, next)
	for p := range next {
		f.listened(p)
	}
}

// listened starts the quiet time of a partition anew, or ends it for good when the partition has reached its end.
func (f *follower) listened(partition int32) {
	for _, p := range f.start {
		switch {
		case p.Partition != partition:
		case f.next[partition] >= p.End:
			delete(f.heard, partition)
		default:
			f.heard[partition] = time.Now()
		}
	}
}

func (f *follower) failure(ctx context.Context, fetches kgo.Fetches) error {
	var failed error
	fetches.EachError(func(_ string, partition int32, err error) {
		switch {
		case errors.Is(err, context.DeadlineExceeded), errors.Is(err, ctx.Err()):
		case errors.Is(err, kgo.ErrClientClosed):
			failed = fmt.Errorf("follow %s: %w", f.topic, errClosed)
		case errors.Is(err, kerr.UnknownTopicID):
			failed = fmt.Errorf("follow %s: %w", f.topic, event.ErrReplaced)
		default:
			at := event.Position{Topic: f.topic, TopicID: f.id, Partition: partition, Offset: f.next[partition]}
			failed = f.client.explainRead(ctx, at, err)
		}
	})
	return failed
}

// Close ends the reading.
func (f *follower) Close() error {
	f.client.forget(closing{f})
	f.kgo.Close()
	return nil
}

// closing lets Client.Close close a follower, which waits for nothing.
type closing struct{ *follower }

func (c closing) Close(context.Context) error { return c.follower.Close() }
