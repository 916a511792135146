package view_test

import (
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/view"
)

// message is a document with a text key, a revision and a body: any message with such fields will do.
type message = descriptorpb.UninterpretedOption

func msg(key string, revision int64, body string) *message {
	return &message{IdentifierValue: proto.String(key), NegativeIntValue: proto.Int64(revision), StringValue: []byte(body)}
}

const topicName = "plans"

var plan = event.Spec[string, *message]{
	Name:     "acme.plans.v1.Plan",
	Kind:     event.Document,
	Topic:    event.Topic{Name: topicName, Compaction: event.Compact},
	Key:      event.TextKey((*message).GetIdentifierValue),
	Revision: event.Monotonic((*message).GetNegativeIntValue),
}

var (
	plans     = event.New(plan)
	timed     = planWith(func(s *event.Spec[string, *message]) { s.Revision = event.Micros((*message).GetNegativeIntValue) })
	unrevised = planWith(func(s *event.Spec[string, *message]) { s.Revision = event.Revision[*message]{} })
)

func planWith(change func(*event.Spec[string, *message])) *event.Event[string, *message] {
	spec := plan
	change(&spec)
	return event.New(spec)
}

// open opens a view that is closed with the test, and checks that it leaves no follower open.
func open(t *testing.T, source *topic, e *event.Event[string, *message], opts ...view.Option) *view.View[string, *message] {
	t.Helper()
	v, err := view.Open(t.Context(), source, e, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		v.Close()
		if n := source.unclosed(); n != 0 {
			t.Errorf("%d followers were left open", n)
		}
	})
	return v
}

// put returns the record of a state, del that of a deletion.
func put(t *testing.T, key string, revision int64, body string) *event.Record {
	t.Helper()
	return encode(t, plans, msg(key, revision, body))
}

func encode(t *testing.T, e *event.Event[string, *message], m *message) *event.Record {
	t.Helper()
	r, err := e.Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func del(t *testing.T, key string, revision int64) *event.Record {
	t.Helper()
	r, err := plans.EncodeDeletion(key, revision)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// states returns the bodies by key.
func states(v *view.View[string, *message]) map[string]string {
	all := map[string]string{}
	for key, m := range v.All() {
		all[key] = string(m.GetStringValue())
	}
	return all
}

// pass lets d go by on the clock of the test's bubble, and waits for what comes of it.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}
