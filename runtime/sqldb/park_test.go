package sqldb

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/runtime/event"
)

func parkedExamples() map[string]*event.Record {
	return map[string]*event.Record{
		"full": {
			Position:     event.Position{Topic: "orders", TopicID: event.TopicID{1, 15: 2}, Partition: 7, Offset: 1 << 40},
			Key:          []byte("k"),
			PartitionKey: []byte("p"),
			Value:        []byte{0, 1, 2},
			Headers:      event.Headers{{Key: "ce_id", Value: []byte("1")}, {Key: "ce_id", Value: []byte{}}, {Key: "", Value: nil}},
			Time:         time.UnixMilli(1_700_000_000_123).UTC(),
			LeaderEpoch:  -1,
			Compression:  event.LZ4,
		},
		"empty":       {},
		"tombstone":   {Key: []byte("k"), Position: event.Position{Offset: -1}},
		"empty value": {Key: []byte{}, Value: []byte{}},
	}
}

func TestParkedRecordIsEqual(t *testing.T) {
	t.Parallel()
	for name, r := range parkedExamples() {
		got, err := unpark(park(r))
		if diff := cmp.Diff(r, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

func TestParkedRecordOfANewerRuntime(t *testing.T) {
	t.Parallel()
	r := parkedExamples()["full"]
	unknown := appendInt(appendBytes(park(r), 90, []byte("new")), 91, 5)
	got, err := unpark(unknown)
	if diff := cmp.Diff(r, got); diff != "" || err != nil {
		t.Errorf("new fields: %v (-want +got):\n%s", err, diff)
	}
	if _, err := unpark(append([]byte{parkFormat + 1}, park(r)[1:]...)); err == nil {
		t.Error("a newer format was read")
	}
}

func FuzzUnpark(f *testing.F) {
	for _, r := range parkedExamples() {
		f.Add(park(r))
	}
	f.Add([]byte{})
	f.Add([]byte{parkFormat, 0x0a, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := unpark(b)
		if err != nil {
			return
		}
		again, err := unpark(park(r))
		if diff := cmp.Diff(r, again); diff != "" || err != nil {
			t.Errorf("parked once more: %v (-want +got):\n%s", err, diff)
		}
	})
}
