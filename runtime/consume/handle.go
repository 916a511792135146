package consume

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/payload"
	"github.com/evgen-dev/evgen/runtime/sqldb"
	"github.com/evgen-dev/evgen/runtime/telemetry"
)

// open decodes rec for one attempt. The value that it returns is plain protobuf. Whatever is wrong with the record
// is a permanent error.
func (r *route) open(rec *event.Record, attempt int) ([]byte, opened, error) {
	plain, err := plainRecord(r.contractOf(rec), rec)
	if err != nil {
		return nil, opened{}, err
	}
	handle, err := r.handlerOf(plain)
	if err != nil {
		return nil, opened{}, Permanent(err)
	}
	o, err := handle(plain)
	if err != nil {
		return nil, opened{}, err
	}
	o.envelope.Attempt = attempt
	if len(rec.Key) == 0 && (r.kind == byRevision || r.kind == byTime || r.kind == bySequence) {
		return nil, opened{}, Permanent(fmt.Errorf("the record at %s has no key, which its revision counts for", rec.Position))
	}
	return plain.Value, o, nil
}

// plainRecord returns r with its value as plain protobuf.
func plainRecord(c *event.Contract, r *event.Record) (*event.Record, error) {
	value, err := payload.Open(r)
	if err != nil {
		return nil, &event.DecodeError{Event: c.Name, Record: r.Position, Err: err}
	}
	plain := *r
	plain.Value = value
	return &plain, nil
}

// handlerOf returns what opens a record of this type.
func (r *route) handlerOf(rec *event.Record) (func(*event.Record) (opened, error), error) {
	name := rec.Headers.EventType()
	if name == "" {
		if !r.policy.foreign {
			return nil, fmt.Errorf("the record at %s has no header %s: if its producer knows none, give the route the option Foreign", rec.Position, event.HeaderType)
		}
		return r.cases[0].open, nil
	}
	for _, c := range r.cases {
		if c.contract.Name == name {
			return c.open, nil
		}
	}
	return openUnhandled, nil
}

// admit asks the guard. Without one every record is applied, and only a command can be too late.
func (r *route) admit(ctx context.Context, tx *sql.Tx, rec *event.Record, value []byte, o opened) (event.Outcome, error) {
	e := r.entry(rec, value, o)
	if r.guard == nil {
		if r.kind == byCommand && time.Now().After(e.Expires) {
			return event.Expired, nil
		}
		return event.Applied, nil
	}
	outcomes, err := r.guard.Admit(ctx, tx, r.name, []sqldb.Entry{e})
	if err != nil {
		return 0, err
	}
	return outcomes[0], nil
}

// call runs the handler of an admitted record.
func (r *route) call(ctx context.Context, tx *sql.Tx, o opened) (event.Outcome, error) {
	if o.call == nil {
		return event.Skipped, nil
	}
	ctx = event.NewContext(telemetry.Extract(ctx, o.envelope.Headers), o.envelope)
	err := protect(func() error { return o.call(ctx, tx) })
	var skip *skipError
	if errors.As(err, &skip) {
		return event.Skipped, nil
	}
	return event.Applied, err
}
