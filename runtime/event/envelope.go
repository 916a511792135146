package event

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
)

// Envelope is what came with an event. ID tells one occurrence from all others and is the same on every retry and
// redelivery: use it as the idempotency key of effects outside the database.
type Envelope struct {
	ID, Type, Source           string
	Revision                   int64 // 0: none
	Time                       time.Time
	Expires                    time.Time // zero: never
	CorrelationID, CausationID string
	Attempt                    int // 1 at the first call of the handler
	Position                   Position
	Headers                    Headers
}

// Delivery is an event on its way to a handler.
type Delivery[K any, M proto.Message] struct {
	Key     K
	Message M
	Envelope
}

// Deletion is a tombstone on its way to a handler: there is no message to misuse.
type Deletion[K any] struct {
	Key K
	Envelope
}

// OpenEnvelope reads the envelope of r from its headers. A record without ce_id, from a producer that knows no CloudEvents,
// gets "<topic id>/<partition>/<offset>" as its ID. Values that are no UTF-8, no time or no revision are errors.
func OpenEnvelope(r *Record) (Envelope, error) {
	e := Envelope{Time: r.Time, Attempt: 1, Position: r.Position, Headers: r.Headers}
	for _, h := range r.Headers {
		if !utf8.Valid(h.Value) && e.field(h.Key) != nil {
			return e, fmt.Errorf("header %s is not UTF-8", h.Key)
		}
		if f := e.field(h.Key); f != nil {
			*f = string(h.Value)
		}
	}
	var err error
	if e.Revision, _, err = r.Revision(); err != nil {
		return e, err
	}
	if text, ok := r.Headers.Get(HeaderExpiry); ok {
		if e.Expires, err = time.Parse(time.RFC3339Nano, text); err != nil {
			return e, fmt.Errorf("header %s: %w", HeaderExpiry, err)
		}
	}
	if e.ID == "" {
		e.ID = fmt.Sprintf("%s/%d/%d", r.TopicID, r.Partition, r.Offset)
	}
	return e, nil
}

// field returns where the text of a header goes, nil if nowhere.
func (e *Envelope) field(header string) *string {
	switch header {
	case HeaderID:
		return &e.ID
	case HeaderType:
		return &e.Type
	case HeaderSource:
		return &e.Source
	case HeaderCorrelation:
		return &e.CorrelationID
	case HeaderCausation:
		return &e.CausationID
	}
	return nil
}

type envelopeKey struct{}

// NewContext returns a context that carries the envelope of the event being handled. What is published from it
// names that event as its cause and inherits its correlation.
func NewContext(ctx context.Context, e *Envelope) context.Context {
	return context.WithValue(ctx, envelopeKey{}, e)
}

// FromContext returns the envelope of the event being handled, nil outside a handler.
func FromContext(ctx context.Context) *Envelope {
	e, _ := ctx.Value(envelopeKey{}).(*Envelope)
	return e
}
