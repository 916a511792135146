package event_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/evgen-dev/evgen/runtime/event"
)

func TestContractSaysWhatTheSpecSaid(t *testing.T) {
	t.Parallel()
	want := &event.Contract{
		Name: "acme.Thing", Kind: event.Document, Topic: event.Topic{Name: "things"},
		Keyed: true, Identified: true, Revision: event.Growing,
	}
	if diff := cmp.Diff(want, thing.Contract()); diff != "" {
		t.Errorf("contract (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(&event.Contract{}, event.New(event.Spec[event.NoKey, *emptypb.Empty]{}).Contract()); diff != "" {
		t.Errorf("contract of nothing (-want +got):\n%s", diff)
	}
}

func TestEmptyMessageIsNoTombstone(t *testing.T) {
	t.Parallel()
	r, err := event.New(event.Spec[event.NoKey, *emptypb.Empty]{Name: "acme.Beat"}).Encode(&emptypb.Empty{})
	if err != nil || r.IsTombstone() || r.Key != nil {
		t.Errorf("record %+v, %v", r, err)
	}
}

func TestEventWithoutKeyHasNoneAnywhere(t *testing.T) {
	t.Parallel()
	beat := event.New(event.Spec[event.NoKey, *emptypb.Empty]{Name: "acme.Beat"})
	if b := beat.EncodeKey(event.NoKey{}); b != nil {
		t.Errorf("key %x", b)
	}
	if k, err := beat.DecodeKey(&event.Record{Key: []byte("foreign")}); err != nil || k != (event.NoKey{}) {
		t.Errorf("key %v, %v", k, err)
	}
	if k := beat.KeyOf(&emptypb.Empty{}); k != (event.NoKey{}) {
		t.Errorf("key %v", k)
	}
}

func TestIDFieldMustBeSet(t *testing.T) {
	t.Parallel()
	e := event.New(event.Spec[event.NoKey, *emptypb.Empty]{Name: "acme.Beat", ID: func(*emptypb.Empty) string { return "" }})
	if _, err := e.Encode(&emptypb.Empty{}); err == nil || !strings.Contains(err.Error(), "encode acme.Beat with key (none): the field of its event id is empty") {
		t.Errorf("error %v", err)
	}
}

func TestDeletionNeedsARevisionOnlyIfTheEventHasOne(t *testing.T) {
	t.Parallel()
	for _, rev := range []int64{0, -1} {
		if _, err := thing.EncodeDeletion("pro", rev); !errors.Is(err, event.ErrRevision) || !strings.Contains(err.Error(), `delete acme.Thing with key "pro"`) {
			t.Errorf("revision %d: %v", rev, err)
		}
	}
	unrevised := event.New(event.Spec[string, *message]{Name: "acme.Thing", Key: event.TextKey((*message).GetIdentifierValue)})
	r, err := unrevised.EncodeDeletion("pro", 5)
	if _, has := r.Headers.Get(event.HeaderRevision); err != nil || has {
		t.Errorf("record %+v, %v", r, err)
	}
}

func TestMessageMayMarkItsEntityAsDeleted(t *testing.T) {
	t.Parallel()
	e := event.New(event.Spec[string, *message]{Deleted: func(m *message) bool { return m.GetNegativeIntValue() < 0 }})
	if !e.IsDeleted(msg("pro", -1)) || e.IsDeleted(msg("pro", 1)) || thing.IsDeleted(msg("pro", -1)) {
		t.Error("the mark is read wrongly")
	}
}

func TestNamesAreWords(t *testing.T) {
	t.Parallel()
	got := []string{
		event.Document.String(), event.Kind(9).String(), event.CompactAndDelete.String(), event.NoCompaction.String(),
		event.Gapless.String(), event.Timed.String(), event.Zstd.String(), event.LZ4.String(), event.Applied.String(), event.Dead.String(),
		event.Position{Topic: "things", Partition: 3, Offset: 17}.String(), event.TopicID{0xab}.String(),
		event.TextOf(nil), event.TextOf([]byte("pro\n")), event.TextOf([]byte{0xff, 1}),
		event.TextOf([]byte("a" + strings.Repeat("ü", 500_000))), event.TextOf(bytes.Repeat([]byte{0xff}, 1000)),
	}
	want := []string{
		"document", "unknown", "compact,delete", "delete",
		"gapless", "timed", "zstd", "lz4", "applied", "dead",
		"things/3@17", "ab000000000000000000000000000000",
		"(none)", `"pro\n"`, "0xff01",
		`"a` + strings.Repeat("ü", 127) + `"… (1000001 bytes)`, "0x" + strings.Repeat("ff", 256) + "… (1000 bytes)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

func TestErrorsNameThingPlaceAndNextStep(t *testing.T) {
	t.Parallel()
	at := event.Position{Topic: "things", Partition: 3, Offset: 17}
	cause := errors.New("cause")
	tests := map[string]error{
		"decode acme.Thing at things/3@17: cause": &event.DecodeError{Event: "acme.Thing", Record: at, Err: cause},
		`publish acme.Thing with key "pro": 2 bytes are over the limit of 1: make the message smaller, or raise max_record and the topic's max.message.bytes`: &event.TooLargeError{Event: "acme.Thing", Key: `"pro"`, Size: 2, Limit: 1},
		"read things/3@17: the log starts at 20 now, 3 records were removed unread":                                                                           &event.TrimmedError{Position: at, LogStart: 20},
	}
	for want, err := range tests {
		if err.Error() != want {
			t.Errorf("error %q, want %q", err, want)
		}
	}
	if !errors.Is(&event.DecodeError{Err: cause}, cause) {
		t.Error("a DecodeError hides its cause")
	}
}

func TestSizeCountsKeyValueAndHeaders(t *testing.T) {
	t.Parallel()
	empty := (&event.Record{}).Size()
	r := &event.Record{Key: make([]byte, 10), Value: make([]byte, 100), Headers: event.Headers{{Key: "abc", Value: make([]byte, 7)}}}
	if got := r.Size() - empty; got < 10+100+3+7 || got > 10+100+3+7+8 {
		t.Errorf("size %d over that of an empty record", got)
	}
}
