package project

import (
	"context"
	"database/sql"

	"google.golang.org/protobuf/proto"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// Apply is what the route of a writer does with a batch.
type Apply = func(context.Context, *sql.Tx, []*event.Record) ([]event.Outcome, error)

// NewApply returns the inside of NewWriter's route.
func NewApply[R proto.Message](t *Table[R]) Apply { return (&writer{layout: t.layout}).apply }

// ListSQL returns the texts of a list: of its first page, and of the page after a row with NULLs as said.
func ListSQL[R proto.Message](d sqldb.Dialect, t *Table[R], q *Query, null ...bool) (first, next string, err error) {
	p, err := newPlan(t.layout, q)
	if err != nil {
		return "", "", err
	}
	if null == nil {
		null = make([]bool, len(p.order))
	}
	return p.first(d).text, p.statementAfter(d, null).text, nil
}

// WriteSQL returns the texts that a writer uses.
func WriteSQL[R proto.Message](d sqldb.Dialect, t *Table[R]) []string {
	switch w := newStore(d, t.layout).rowWriter.(type) {
	case *postgresWriter:
		return []string{w.upsert, w.explain, w.remove}
	case *sqliteWriter:
		return []string{w.upsert, w.explain, w.list, w.remove}
	default:
		return nil
	}
}
