package kafka

import (
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/runtime/event"
)

// recordsOf takes over all records but transaction markers, in two allocations.
func recordsOf(fetches kgo.Fetches) []*event.Record {
	n := fetches.NumRecords()
	slab := make([]event.Record, 0, n)
	all := make([]*event.Record, 0, n)
	fetches.EachTopic(func(t kgo.FetchTopic) {
		t.EachRecord(func(r *kgo.Record) {
			if r.Attrs.IsControl() {
				return
			}
			slab = append(slab, event.Record{
				Position: event.Position{Topic: r.Topic, TopicID: t.TopicID, Partition: r.Partition, Offset: r.Offset},
				Key:      r.Key, Value: r.Value, Headers: takeHeaders(r.Headers),
				Time: r.Timestamp, LeaderEpoch: r.LeaderEpoch,
			})
			all = append(all, &slab[len(slab)-1])
		})
	})
	return all
}
