package event_test

import (
	"testing"

	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/evgen-dev/evgen/runtime/event"
)

func TestSubjectFollowsItsStrategy(t *testing.T) {
	t.Parallel()
	for strategy, want := range map[event.SubjectStrategy]string{
		event.TopicSubject:       "orders-value",
		event.RecordSubject:      "acme.orders.v1.OrderPlaced",
		event.TopicRecordSubject: "orders-acme.orders.v1.OrderPlaced",
		event.Unregistered:       "",
	} {
		e := event.New(event.Spec[event.NoKey, *durationpb.Duration]{
			Name: "acme.orders.v1.OrderPlaced", Topic: event.Topic{Name: "orders"}, Subject: strategy,
		})
		if got := e.Contract().SubjectName(); got != want {
			t.Errorf("%s: subject %q, want %q", strategy, got, want)
		}
	}
}

func TestDescriptorIsThatOfTheMessage(t *testing.T) {
	t.Parallel()
	e := event.New(event.Spec[event.NoKey, *durationpb.Duration]{})
	if got := e.Descriptor().FullName(); got != "google.protobuf.Duration" {
		t.Errorf("descriptor of %s", got)
	}
}
