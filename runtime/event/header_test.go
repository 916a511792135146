package event_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/runtime/event"
)

func TestLastHeaderOfANameCounts(t *testing.T) {
	t.Parallel()
	h := event.Headers{{Key: "a", Value: []byte("1")}, {Key: "b", Value: []byte("2")}, {Key: "a", Value: []byte("3")}}
	if got, ok := h.Get("a"); got != "3" || !ok {
		t.Errorf("a = %q, %t", got, ok)
	}
	if got, ok := h.Get("A"); got != "" || ok {
		t.Errorf("A = %q, %t: names are case-sensitive in Kafka", got, ok)
	}
}

func TestSetLeavesOneHeaderAndTheOriginalAlone(t *testing.T) {
	t.Parallel()
	shared := event.Headers{{Key: "a", Value: []byte("1")}, {Key: "b", Value: []byte("2")}, {Key: "a", Value: []byte("3")}}
	h := shared
	h.Set("a", "4")
	h.Set("c", "5")
	want := event.Headers{{Key: "b", Value: []byte("2")}, {Key: "a", Value: []byte("4")}, {Key: "c", Value: []byte("5")}}
	if diff := cmp.Diff(want, h); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	if got, _ := shared.Get("a"); got != "3" || len(shared) != 3 {
		t.Errorf("the headers that were shared are %v", shared)
	}
}

func TestEventTypeIsThatOfTheDeletedEventToo(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{"acme.Thing": "acme.Thing", "acme.Thing.deleted": "acme.Thing", "": ""} {
		h := event.Headers{{Key: event.HeaderType, Value: []byte(value)}}
		if got := h.EventType(); got != want {
			t.Errorf("type of %q is %q, want %q", value, got, want)
		}
	}
	if got := (event.Headers)(nil).EventType(); got != "" {
		t.Errorf("type of a foreign record is %q", got)
	}
}
