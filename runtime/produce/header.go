package produce

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/telemetry"
)

// commandLife is how long a command may wait for its handler. Ids of executed commands are kept longer than this,
// so a command that comes back later is recognised by its expiry.
const commandLife = 7 * 24 * time.Hour

// envelope holds the headers that are the same on every record of a producer; records share their bytes.
type envelope struct {
	common, typed event.Headers // typed: of records with a value
	expires       bool
}

func newEnvelope(source string, kind event.Kind, schema event.Headers) *envelope {
	common := event.Headers{
		{Key: event.HeaderSpecVersion, Value: []byte("1.0")},
		{Key: event.HeaderSource, Value: []byte(source)},
	}
	return &envelope{
		common:  common,
		typed:   append(event.Headers{{Key: event.HeaderContentType, Value: []byte("application/protobuf")}}, schema...),
		expires: kind == event.Command,
	}
}

// seal completes the headers of r, which has those that follow from its message, and returns its event id.
func (e *envelope) seal(ctx context.Context, r *event.Record) (id string, err error) {
	h := r.Headers // Encode has left room
	h = append(h, e.common...)
	if !r.IsTombstone() {
		h = append(h, e.typed...)
	}
	id, given := h.Get(event.HeaderID)
	if !given {
		if id, err = newID(); err != nil {
			return "", err
		}
		h = append(h, event.Header{Key: event.HeaderID, Value: []byte(id)})
	}
	h = appendCause(h, event.FromContext(ctx))
	if e.expires {
		expiry := time.Now().UTC().Add(commandLife)
		h = append(h, event.Header{Key: event.HeaderExpiry, Value: expiry.AppendFormat(nil, time.RFC3339)})
	}
	r.Headers = h
	telemetry.Inject(ctx, &r.Headers)
	return id, nil
}

// newID returns an id that sorts by time, which keeps the indexes of consumers' tables compact.
func newID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("make event id: %w", err)
	}
	return id.String(), nil
}

// appendCause names the event being handled as the cause of the new one. The first event of a chain has no correlation
// id; its own id becomes that of the chain.
func appendCause(h event.Headers, handled *event.Envelope) event.Headers {
	if handled == nil {
		return h
	}
	correlation := handled.CorrelationID
	if correlation == "" {
		correlation = handled.ID
	}
	return append(h,
		event.Header{Key: event.HeaderCorrelation, Value: []byte(correlation)},
		event.Header{Key: event.HeaderCausation, Value: []byte(handled.ID)})
}
