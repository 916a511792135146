package project

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"

	"google.golang.org/protobuf/proto"

	"github.com/evgen-dev/evgen/runtime/consume"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// maxBatch is how many records one transaction takes: larger batches gain SQLite little and cost PostgreSQL more than they
// save, and all of them wait when one has to be repeated.
const maxBatch = 500

// NewWriter returns the route that keeps t up to date: it may be an option of any group, once. Records of other events on the topic
// are skipped. Partitions are written in parallel, records of one partition in order.
//
// A record that cannot be decoded, or that holds a value which the database cannot, is a permanent error of that record alone and goes to
// the dead-letter topic. Any other failure stops its partition, whatever the event's annotations say, since to pass over a record would make
// the table wrong: a row that violates a unique index, a table that lacks a column, or one that was made from another
// definition ([sqldb.FingerprintError]).
func NewWriter[R proto.Message](db *sql.DB, t *Table[R]) consume.Route {
	w := &writer{layout: t.layout}
	patient := *t.layout.contract()
	patient.Retry.DeadLetter = false
	return consume.NewBatchRoute(db, &patient, consume.Batch{Handler: t.layout.name, Max: maxBatch, Apply: w.apply})
}

// writer applies batches; those of different partitions come at the same time.
type writer struct {
	layout *layout
	store  atomic.Pointer[store] // set with the first batch
}

// apply writes records of one partition within tx.
func (w *writer) apply(ctx context.Context, tx *sql.Tx, records []*event.Record) ([]event.Outcome, error) {
	if w.layout.err != nil {
		return nil, w.layout.err
	}
	s, err := w.storeOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	b, err := newBatch(w.layout, records)
	if err != nil {
		return nil, consume.Permanent(err)
	}
	write := writeSingle
	if w.layout.source.each {
		write = writeEach
	}
	if err := write(ctx, tx, s, b); err != nil {
		return nil, fmt.Errorf("write projection %s: %w", w.layout.name, err)
	}
	return b.outcomes, nil
}

// storeOf asks through tx which database it is: another connection may be one more than the pool has. Partitions that begin at the same time
// all ask.
func (w *writer) storeOf(ctx context.Context, tx *sql.Tx) (*store, error) {
	if s := w.store.Load(); s != nil {
		return s, nil
	}
	d, err := sqldb.DialectOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	// A table without a fingerprint was made by hand from the generated SQL.
	if other, ok := errors.AsType[*sqldb.FingerprintError](sqldb.Verify(ctx, tx, w.layout.table)); ok {
		return nil, other
	}
	s := newStore(d, w.layout)
	w.store.Store(s)
	return s, nil
}

// batch is the records of one transaction.
type batch struct {
	layout   *layout
	outcomes []event.Outcome // of all records
	changes  []*change       // of the records that concern the table
}

func newBatch(l *layout, records []*event.Record) (*batch, error) {
	b := &batch{layout: l, outcomes: make([]event.Outcome, len(records))}
	for i, r := range records {
		c, err := l.source.change(r)
		if err != nil {
			return nil, err
		}
		if c == nil {
			b.outcomes[i] = event.Skipped
			continue
		}
		c.at = i
		b.changes = append(b.changes, c)
	}
	return b, nil
}

// change decodes r. It is nil when r does not concern the table: another event of the topic, or a deletion that is not to be
// followed.
func (s *Source) change(r *event.Record) (*change, error) {
	if t := r.Headers.EventType(); t != "" && t != s.contract.Name {
		return nil, nil
	}
	c, err := s.open(r)
	if err != nil || c.deleted && s.onDelete == Keep {
		return nil, err
	}
	return c, nil
}
