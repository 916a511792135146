package consume

import (
	"context"
	"database/sql"

	"google.golang.org/protobuf/proto"

	"github.com/evgen-dev/evgen/runtime/event"
)

// Case is one event type of a route, with its handler.
type Case struct {
	contract *event.Contract
	effects  effects
	open     func(*event.Record) (opened, error)
}

// effects says where the effects of a handler are.
type effects uint8

const (
	inTransaction effects = iota
	elsewhere
)

// opened is a decoded record.
type opened struct {
	envelope *event.Envelope
	deletes  bool                                 // its key
	call     func(context.Context, *sql.Tx) error // nil: nothing handles it
}

// On calls h for each event e, within the transaction tx that also records what makes the call happen once: h must use tx and
// leave its end to the caller. An error rolls tx back; [Permanent], [Unavailable] and [Skip] say more than others. The
// context ends when h runs longer than [Limits] allow, and when another member may have taken over. Tombstones are skipped.
func On[K any, M proto.Message](e *event.Event[K, M], h func(ctx context.Context, tx *sql.Tx, d *event.Delivery[K, M]) error) Case {
	return Case{contract: e.Contract(), open: func(r *event.Record) (opened, error) {
		if r.IsTombstone() {
			return openUnhandled(r)
		}
		d, err := e.Delivery(r)
		if err != nil {
			return opened{}, err
		}
		return opened{&d.Envelope, false, func(ctx context.Context, tx *sql.Tx) error { return h(ctx, tx, d) }}, nil
	}}
}

// OnDocument is [On] for documents: it calls changed for each state and deleted for each tombstone, or message that marks its entity as
// deleted.
func OnDocument[K any, M proto.Message](e *event.Event[K, M],
	changed func(ctx context.Context, tx *sql.Tx, d *event.Delivery[K, M]) error,
	deleted func(ctx context.Context, tx *sql.Tx, d *event.Deletion[K]) error,
) Case {
	return Case{contract: e.Contract(), open: func(r *event.Record) (opened, error) {
		if r.IsTombstone() {
			d, err := e.Deletion(r)
			if err != nil {
				return opened{}, err
			}
			return opened{&d.Envelope, true, func(ctx context.Context, tx *sql.Tx) error { return deleted(ctx, tx, d) }}, nil
		}
		d, err := e.Delivery(r)
		if err != nil {
			return opened{}, err
		}
		if e.IsDeleted(d.Message) {
			gone := &event.Deletion[K]{Key: d.Key, Envelope: d.Envelope}
			return opened{&gone.Envelope, true, func(ctx context.Context, tx *sql.Tx) error { return deleted(ctx, tx, gone) }}, nil
		}
		return opened{&d.Envelope, false, func(ctx context.Context, tx *sql.Tx) error { return changed(ctx, tx, d) }}, nil
	}}
}

// Func calls h for each event e, for effects outside a database: a mail, a call of another service. Nothing can make these happen
// exactly once: h is called again for an event after a failure, a crash or a rebalance, always with the same d.ID, which is
// the idempotency key to hand on. Events of a key are handled in order, but repeats may be older than what was
// handled last. Such cases are for routes without a database.
func Func[K any, M proto.Message](e *event.Event[K, M], h func(ctx context.Context, d *event.Delivery[K, M]) error) Case {
	c := On(e, func(ctx context.Context, _ *sql.Tx, d *event.Delivery[K, M]) error { return h(ctx, d) })
	c.effects = elsewhere
	return c
}

// FuncDocument is [Func] for documents, as [OnDocument] is [On] for them.
func FuncDocument[K any, M proto.Message](e *event.Event[K, M],
	changed func(ctx context.Context, d *event.Delivery[K, M]) error,
	deleted func(ctx context.Context, d *event.Deletion[K]) error,
) Case {
	c := OnDocument(e,
		func(ctx context.Context, _ *sql.Tx, d *event.Delivery[K, M]) error { return changed(ctx, d) },
		func(ctx context.Context, _ *sql.Tx, d *event.Deletion[K]) error { return deleted(ctx, d) })
	c.effects = elsewhere
	return c
}

// openUnhandled opens a record that only the guard sees.
func openUnhandled(r *event.Record) (opened, error) {
	envelope, err := event.OpenEnvelope(r)
	if err != nil {
		return opened{}, Permanent(err)
	}
	return opened{envelope: &envelope, deletes: r.IsTombstone()}, nil
}
