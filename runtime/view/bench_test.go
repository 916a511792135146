package view_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/view"
)

// batches is a topic that costs nothing to read, so that the view's own cost is left.
type batches struct {
	event.Source
	all [][]*event.Record
	end int64
}

const keysPerBatch = 1000

func newBatches(b *testing.B, keys int) *batches {
	source := &batches{}
	for source.end < int64(keys) {
		var batch []*event.Record
		for range keysPerBatch {
			r, err := plans.Encode(msg(fmt.Sprintf("plan-%08d", source.end), 1, strings.Repeat("x", 180)))
			if err != nil {
				b.Fatal(err)
			}
			r.Partition, r.Offset = 0, source.end
			source.end++
			batch = append(batch, r)
		}
		source.all = append(source.all, batch)
	}
	return source
}

func (s *batches) Topic(context.Context, string) (event.Topic, error) {
	return event.Topic{Compaction: event.Compact, TombstoneRetention: retention}, nil
}

func (s *batches) Follow(context.Context, string) (event.Follower, error) {
	return &replay{source: s}, nil
}

type replay struct {
	source *batches
	next   int
}

func (r *replay) Partitions() []event.Partition { return []event.Partition{{End: r.source.end}} }

func (r *replay) Poll(ctx context.Context) (event.Batch, error) {
	if r.next == len(r.source.all) {
		<-ctx.Done()
		return event.Batch{}, ctx.Err()
	}
	records := r.source.all[r.next]
	r.next++
	return event.Batch{Records: records, Next: map[int32]int64{0: records[len(records)-1].Offset + 1}}, nil
}

func (r *replay) Close() error { return nil }

func BenchmarkOpen(b *testing.B) {
	const keys = 200_000
	source := newBatches(b, keys)
	size := len(source.all[0][0].Value) + len(source.all[0][0].Key)
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		v, err := view.Open(b.Context(), source, plans)
		if err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/keys, "B/key")
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/keys-float64(size), "overhead/key")
		v.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/keys, "ns/key")
}

func BenchmarkGet(b *testing.B) {
	v, err := view.Open(b.Context(), newBatches(b, 10_000), plans)
	if err != nil {
		b.Fatal(err)
	}
	defer v.Close()
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := v.Get("plan-00000777"); !ok {
			b.Fatal("a key is missing")
		}
	}
}
