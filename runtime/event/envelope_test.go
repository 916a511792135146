package event_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/runtime/event"
)

// message has a text key, an int64 revision and bytes: any message with such fields will do.
type message = descriptorpb.UninterpretedOption

func msg(key string, revision int64) *message {
	return &message{IdentifierValue: proto.String(key), NegativeIntValue: proto.Int64(revision)}
}

var thing = event.New(event.Spec[string, *message]{
	Name:     "acme.Thing",
	Kind:     event.Document,
	Topic:    event.Topic{Name: "things"},
	Key:      event.TextKey((*message).GetIdentifierValue),
	Revision: event.Monotonic((*message).GetNegativeIntValue),
	ID:       func(m *message) string { return "id of " + m.GetIdentifierValue() },
	Attributes: []event.Attribute[*message]{
		{Header: "first-letter", Of: func(m *message) string { return m.GetIdentifierValue()[:1] }},
	},
})

func TestDeliveryHoldsWhatWasEncoded(t *testing.T) {
	t.Parallel()
	sent := msg("pro", 7)
	r, err := thing.Encode(sent)
	if err != nil {
		t.Fatal(err)
	}
	r.Position = event.Position{Topic: "things", TopicID: event.TopicID{1}, Partition: 2, Offset: 3}
	r.Time = time.UnixMilli(1_700_000_000_000)
	r.Headers.Set(event.HeaderSource, "/things")
	r.Headers.Set(event.HeaderCorrelation, "correlation")
	r.Headers.Set(event.HeaderCausation, "causation")
	r.Headers.Set(event.HeaderExpiry, "2026-01-02T03:04:05Z")
	got, err := thing.Delivery(r)
	if err != nil {
		t.Fatal(err)
	}
	want := event.Envelope{
		ID: "id of pro", Type: "acme.Thing", Source: "/things", Revision: 7, Time: r.Time,
		Expires: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), CorrelationID: "correlation", CausationID: "causation",
		Attempt: 1, Position: r.Position, Headers: r.Headers,
	}
	if diff := cmp.Diff(want, got.Envelope); diff != "" {
		t.Errorf("envelope (-want +got):\n%s", diff)
	}
	if got.Key != "pro" || !proto.Equal(got.Message, sent) {
		t.Errorf("key %q, message %v", got.Key, got.Message)
	}
	if letter, _ := got.Headers.Get("first-letter"); letter != "p" {
		t.Errorf("attribute %q", letter)
	}
}

func TestDeletionHoldsWhatWasEncoded(t *testing.T) {
	t.Parallel()
	r, err := thing.EncodeDeletion("pro", 8)
	if err != nil {
		t.Fatal(err)
	}
	if !r.IsTombstone() || r.Headers.EventType() != "acme.Thing" {
		t.Errorf("record %+v", r)
	}
	got, err := thing.Deletion(r)
	if err != nil {
		t.Fatal(err)
	}
	if got.Key != "pro" || got.Revision != 8 || got.Type != "acme.Thing.deleted" {
		t.Errorf("deletion %+v", got)
	}
}

func TestForeignRecordIsDelivered(t *testing.T) {
	t.Parallel()
	value, err := proto.Marshal(msg("pro", 7))
	if err != nil {
		t.Fatal(err)
	}
	r := &event.Record{
		Position: event.Position{Topic: "things", TopicID: event.TopicID{0xab}, Partition: 2, Offset: 3},
		Key:      []byte("pro"), Value: value,
	}
	got, err := thing.Delivery(r)
	if err != nil {
		t.Fatal(err)
	}
	if want := "ab000000000000000000000000000000/2/3"; got.ID != want || got.Revision != 7 || got.Type != "" {
		t.Errorf("id %q, revision %d, type %q; want id %q and the message's revision", got.ID, got.Revision, got.Type, want)
	}
}

func TestBrokenRecordIsADecodeError(t *testing.T) {
	t.Parallel()
	with := func(change func(*event.Record)) *event.Record {
		r, err := thing.Encode(msg("pro", 7))
		if err != nil {
			t.Fatal(err)
		}
		r.Position = event.Position{Topic: "things", Partition: 2, Offset: 3}
		change(r)
		return r
	}
	header := func(name, value string) *event.Record {
		return with(func(r *event.Record) { r.Headers.Set(name, value) })
	}
	tests := map[string]struct {
		record *event.Record
		want   string
	}{
		"value that is no message":      {with(func(r *event.Record) { r.Value = []byte("{}") }), "proto"},
		"message without revision":      {with(func(r *event.Record) { r.Value = []byte{} }), "revision 0"},
		"revision unlike the message's": {header(event.HeaderRevision, "6"), "header ce_entityrevision says 6, the message says 7"},
		"revision that is no number":    {header(event.HeaderRevision, "x"), `header ce_entityrevision is "x"`},
		"key that is empty":             {with(func(r *event.Record) { r.Key = nil }), "key (none): is empty"},
		"id that is not UTF-8":          {header(event.HeaderID, "\xff"), "header ce_id is not UTF-8"},
		"type that is not UTF-8":        {header(event.HeaderType, "\xff"), "header ce_type is not UTF-8"},
		"source that is not UTF-8":      {header(event.HeaderSource, "\xff"), "header ce_source is not UTF-8"},
		"correlation that is not UTF-8": {header(event.HeaderCorrelation, "\xff"), "header ce_correlationid is not UTF-8"},
		"causation that is not UTF-8":   {header(event.HeaderCausation, "\xff"), "header ce_causationid is not UTF-8"},
		"expiry that is no time":        {header(event.HeaderExpiry, "tomorrow"), "header ce_expirytime"},
		"expiry that is not even text":  {header(event.HeaderExpiry, "\xff"), "header ce_expirytime"},
		"first of two ids being not UTF-8": {with(func(r *event.Record) {
			r.Headers = append(event.Headers{{Key: event.HeaderID, Value: []byte{0xff}}}, r.Headers...)
		}), "header ce_id is not UTF-8"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := thing.Delivery(tt.record)
			got, ok := errors.AsType[*event.DecodeError](err)
			if !ok || got.Event != "acme.Thing" || got.Record != tt.record.Position {
				t.Fatalf("error %#v, want a DecodeError that names event and position", err)
			}
			if !strings.HasPrefix(err.Error(), "decode acme.Thing at things/2@3: ") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one that says %q", err, tt.want)
			}
		})
	}
}

func TestTombstoneWithoutItsRevisionIsADecodeError(t *testing.T) {
	t.Parallel()
	_, err := thing.Deletion(&event.Record{Key: []byte("pro")})
	if _, ok := errors.AsType[*event.DecodeError](err); !ok || !strings.Contains(err.Error(), "tombstone has no header ce_entityrevision") {
		t.Errorf("error %v", err)
	}
}

func TestUnknownHeadersMayHoldAnything(t *testing.T) {
	t.Parallel()
	r, err := thing.Encode(msg("pro", 7))
	if err != nil {
		t.Fatal(err)
	}
	r.Headers.Set("x-binary", "\xff\xfe")
	d, err := thing.Delivery(r)
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := d.Headers.Get("x-binary"); got != "\xff\xfe" {
		t.Errorf("header %q", got)
	}
}

func TestContextCarriesTheHandledEvent(t *testing.T) {
	t.Parallel()
	if e := event.FromContext(t.Context()); e != nil {
		t.Errorf("outside a handler: %+v", e)
	}
	e := &event.Envelope{ID: "7"}
	if got := event.FromContext(event.NewContext(context.Background(), e)); got != e {
		t.Errorf("in a handler: %+v", got)
	}
}

// FuzzDelivery looks for a panic, and for a record that decodes without what a handler relies on.
func FuzzDelivery(f *testing.F) {
	r, err := thing.Encode(msg("pro", 7))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(r.Key, r.Value, event.HeaderRevision, []byte("7"), []byte("7"))
	f.Add([]byte{}, []byte{}, event.HeaderExpiry, []byte("2026-01-02T03:04:05Z"), []byte("\xff"))
	f.Add([]byte("a"), []byte{0x0f}, event.HeaderID, []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, key, value []byte, name string, first, second []byte) {
		r := &event.Record{Key: key, Value: value, Headers: event.Headers{{Key: name, Value: first}, {Key: name, Value: second}}}
		if d, err := thing.Delivery(r); err == nil && (d.ID == "" || d.Revision < 1 || d.Key == "") {
			t.Errorf("delivery %+v lacks id, revision or key", d)
		}
		if d, err := thing.Deletion(r); err == nil && (d.ID == "" || d.Revision < 1 || d.Key == "") {
			t.Errorf("deletion %+v lacks id, revision or key", d)
		}
		if e, err := event.OpenEnvelope(r); err == nil && e.ID == "" {
			t.Errorf("envelope %+v lacks an id", e)
		}
	})
}
