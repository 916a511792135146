package kafka

import (
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/runtime/event"
)

// recordsOf takes over all records but transaction markers, in as few allocations as there are kinds of things.
func recordsOf(fetches kgo.Fetches) []*event.Record {
	records, headers := 0, 0
	fetches.EachRecord(func(r *kgo.Record) {
		records++
		headers += len(r.Headers)
	})
	slab := make([]event.Record, 0, records)
	heads := make(event.Headers, 0, headers)
	all := make([]*event.Record, 0, records)
	fetches.EachTopic(func(t kgo.FetchTopic) {
		t.EachRecord(func(r *kgo.Record) {
			if r.Attrs.IsControl() {
				return
			}
			start := len(heads)
			for _, h := range r.Headers {
				heads = append(heads, event.Header(h))
			}
			slab = append(slab, recordOf(r, t.TopicID, heads[start:len(heads):len(heads)]))
			all = append(all, &slab[len(slab)-1])
		})
	})
	return all
}

func recordOf(r *kgo.Record, id event.TopicID, headers event.Headers) event.Record {
	return event.Record{
		Position: event.Position{Topic: r.Topic, TopicID: id, Partition: r.Partition, Offset: r.Offset},
		Key:      r.Key, Value: r.Value, Headers: headers,
		Time: r.Timestamp, LeaderEpoch: r.LeaderEpoch,
	}
}
