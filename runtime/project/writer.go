package project

import (
	"context"
	"database/sql"
	"fmt"
	"sync"

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
// A record that cannot be decoded, or that holds a value which the database cannot, is a permanent error of that record alone. A row that
// violates a unique index is not: it stops its partition, since dropping it would make the table wrong.
func NewWriter[R proto.Message](db *sql.DB, t *Table[R]) consume.Route {
	w := &writer{layout: t.layout}
	return consume.NewBatchRoute(db, t.layout.contract(), consume.Batch{Handler: t.layout.name, Max: maxBatch, Apply: w.apply})
}

// writer applies batches; those of different partitions come at the same time.
type writer struct {
	layout *layout

	mu    sync.Mutex
	store *store // set with the first batch
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

// storeOf asks through tx which database it is: another connection may be one more than the pool has.
func (w *writer) storeOf(ctx context.Context, tx *sql.Tx) (*store, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.store != nil {
		return w.store, nil
	}
	d, err := sqldb.DialectOf(ctx, tx)
	if err != nil {
		return nil, err
	}
	w.store = newStore(d, w.layout)
	return w.store, nil
}
