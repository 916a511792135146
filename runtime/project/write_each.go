package project

import (
	"context"
	"database/sql"
	"log/slog"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// writeEach asks the guard per event key, then replaces the rows of the keys whose change is newer.
func writeEach(ctx context.Context, tx *sql.Tx, s *store, b *batch) error {
	if len(b.changes) == 0 {
		return nil
	}
	outcomes, err := s.guard.Admit(ctx, tx, b.layout.name, entries(b.changes))
	if err != nil {
		return err
	}
	r := replacement{keys: map[string]int{}}
	for i, c := range b.changes {
		b.outcomes[c.at] = outcomes[i]
		if outcomes[i] != event.Applied {
			continue
		}
		if err := r.add(s, b.layout, c); err != nil {
			return err
		}
	}
	r.warn(ctx, b.layout.name)
	return s.replace(ctx, tx, &r)
}

func entries(changes []*change) []sqldb.Entry {
	all := make([]sqldb.Entry, len(changes))
	for i, c := range changes {
		all[i] = sqldb.Entry{
			Key: c.record.Key, Revision: c.version.revision, Offset: c.version.offset,
			Deleted: c.deleted, Value: c.record.Value, EventID: eventID(c.record), Record: c.record,
		}
		if c.version.revision == 0 {
			// evgen_revision knows no revision 0: of events without a revision it keeps the number of the record instead.
			all[i].Revision, all[i].Offset = c.version.offset+1, 0
		}
	}
	return all
}

func eventID(r *event.Record) string {
	id, _ := r.Headers.Get(event.HeaderID)
	return id
}

// replacement is what the rows of some owners become.
type replacement struct {
	owners    [][]any        // values of their columns
	rows      [][]any        // as targets has them
	keys      map[string]int // row key to its row
	doubles   int            // rows that another element of the same event overwrote
	doubledIn event.Position // one of the events with doubles
}

func (r *replacement) add(s *store, l *layout, c *change) error {
	r.owners = append(r.owners, c.entity)
	for _, values := range c.rows {
		row, err := l.row(c, values)
		if err != nil {
			return err
		}
		args, err := bind(s.dialect, row, s.targets)
		if err != nil {
			return err
		}
		row = append(row, c.version.revision, contentOf(args))
		key := keyOf(pick(args, l.keys))
		if at, double := r.keys[key]; double {
			r.rows[at] = row
			r.doubles++
			r.doubledIn = c.record.Position
			continue
		}
		r.keys[key] = len(r.rows)
		r.rows = append(r.rows, row)
	}
	return nil
}

// warn tells of doubles once per batch: they are a fault of the row's key, and rebuilding a table would repeat it for every event.
func (r *replacement) warn(ctx context.Context, table string) {
	if r.doubles > 0 {
		slog.WarnContext(ctx, "elements of one event have the same row key, the last one was kept: make the key of the row more specific",
			"projection", table, "overwritten", r.doubles, "record", r.doubledIn.String())
	}
}
