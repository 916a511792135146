package produce_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/runtime/event"
)

// message is an event with a text key, a revision and a body: any message with such fields will do.
type message = descriptorpb.UninterpretedOption

func msg(key string, revision int64, body string) *message {
	return &message{IdentifierValue: proto.String(key), NegativeIntValue: proto.Int64(revision), StringValue: []byte(body)}
}

var plan = event.Spec[string, *message]{
	Name:     "acme.plans.v1.Plan",
	Kind:     event.Document,
	Topic:    event.Topic{Name: "plans", Compaction: event.Compact},
	Key:      event.TextKey((*message).GetIdentifierValue),
	Revision: event.Monotonic((*message).GetNegativeIntValue),
}

// planWith returns an event like plan after change.
func planWith(change func(*event.Spec[string, *message])) *event.Event[string, *message] {
	spec := plan
	change(&spec)
	return event.New(spec)
}

// log is a sink that writes at once and reports on another goroutine, as real sinks do.
type log struct {
	keys event.Keys

	mu      sync.Mutex
	records []*event.Record
}

func (l *log) Keys() *event.Keys { return &l.keys }

func (l *log) Send(_ context.Context, r *event.Record, done func(event.Receipt, error)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := event.Position{Topic: r.Topic, TopicID: event.TopicID{7}, Partition: 3, Offset: int64(len(l.records))}
	l.records = append(l.records, r)
	go done(event.Receipt{Position: at}, nil)
}

func (l *log) sent() []*event.Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.records
}

// only returns the single record that was sent.
func (l *log) only(t *testing.T) *event.Record {
	t.Helper()
	if n := len(l.sent()); n != 1 {
		t.Fatalf("%d records were sent, want 1", n)
	}
	return l.sent()[0]
}

// gate is a sink in which a test decides when a record is taken, and what becomes of it.
type gate struct {
	keys  *event.Keys
	sends chan *send
}

type send struct {
	ctx    context.Context
	record *event.Record
	done   func(event.Receipt, error)
}

func newGate() *gate { return &gate{keys: event.NewKeys(0), sends: make(chan *send, 100)} }

func (g *gate) Keys() *event.Keys { return g.keys }

func (g *gate) Send(ctx context.Context, r *event.Record, done func(event.Receipt, error)) {
	g.sends <- &send{ctx, r, done}
}

func (s *send) succeed(offset int64) {
	s.done(event.Receipt{Position: event.Position{Topic: s.record.Topic, Offset: offset}}, nil)
}

// full is a sink that has no room.
type full struct{ keys event.Keys }

func (f *full) Keys() *event.Keys { return &f.keys }

func (f *full) Send(ctx context.Context, _ *event.Record, done func(event.Receipt, error)) {
	<-ctx.Done()
	go done(event.Receipt{}, ctx.Err())
}

var errBroker = errors.New("broker says no")
