package project

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"google.golang.org/protobuf/proto"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// ErrNotFound says that a projection has no row with the key asked for.
var ErrNotFound = errors.New("no row with this key")

// Reader reads the rows of a projection as messages. It is safe for concurrent use, writes nothing, and works on a replica.
type Reader[R proto.Message] struct {
	db     *sql.DB
	layout *layout

	dialect atomic.Pointer[sqldb.Dialect] // set with the first call
	lists   sync.Map                      // *Query to *list
}

// NewReader returns a reader of t in db.
func NewReader[R proto.Message](db *sql.DB, t *Table[R]) *Reader[R] {
	return &Reader[R]{db: db, layout: t.layout}
}

// Get returns the row with a primary key. The error is [ErrNotFound] when there is none.
func (r *Reader[R]) Get(ctx context.Context, key ...any) (R, error) {
	row, err := r.get(ctx, key)
	if err != nil {
		return row, fmt.Errorf("get row %s of projection %s: %w", textOf(key), r.layout.name, err)
	}
	return row, nil
}

func (r *Reader[R]) get(ctx context.Context, key []any) (R, error) {
	var none R
	d, err := r.dialectOf(ctx)
	if err != nil {
		return none, err
	}
	args, err := r.bindColumns(d, r.layout.keys, key)
	if err != nil {
		return none, err
	}
	rows, _, err := r.query(ctx, d, getText(d, r.layout), args)
	switch {
	case err != nil:
		return none, err
	case len(rows) == 0:
		return none, ErrNotFound
	default:
		return rows[0], nil
	}
}

// List returns a page of the rows that q describes. q must be the same variable in each call: what follows from it is kept.
func (r *Reader[R]) List(ctx context.Context, q *Query, page Page, params ...any) (Rows[R], error) {
	rows, err := r.list(ctx, q, page, params)
	if err != nil {
		return rows, fmt.Errorf("list rows of projection %s by %s: %w", r.layout.name, textOf(params), err)
	}
	return rows, nil
}

func (r *Reader[R]) list(ctx context.Context, q *Query, page Page, params []any) (Rows[R], error) {
	d, err := r.dialectOf(ctx)
	if err != nil {
		return Rows[R]{}, err
	}
	l, err := r.listOf(d, q)
	if err != nil {
		return Rows[R]{}, err
	}
	args, err := r.bindColumns(d, l.params, params)
	if err != nil {
		return Rows[R]{}, err
	}
	identity := l.identity(args)
	s, args, err := l.page(d, args, page.After, identity)
	if err != nil {
		return Rows[R]{}, err
	}
	size := page.size()
	rows, values, err := r.query(ctx, d, s.text, s.pick(args, size+1))
	if err != nil || len(rows) <= size {
		return Rows[R]{Rows: rows}, err
	}
	return Rows[R]{rows[:size], newCursor(identity, l.orderOf(values[size-1]))}, nil
}

func (r *Reader[R]) listOf(d sqldb.Dialect, q *Query) (*list, error) {
	if l, ok := r.lists.Load(q); ok {
		return l.(*list), nil
	}
	l, err := newList(d, r.layout, q)
	if err != nil {
		return nil, err
	}
	r.lists.Store(q, l)
	return l, nil
}

// dialectOf asks the database what it is until there was an answer. Callers do not wait for each other, each has a deadline of its own.
func (r *Reader[R]) dialectOf(ctx context.Context) (sqldb.Dialect, error) {
	if r.layout.err != nil {
		return nil, r.layout.err
	}
	if d := r.dialect.Load(); d != nil {
		return *d, nil
	}
	d, err := sqldb.DialectOf(ctx, r.db)
	if err == nil {
		r.dialect.Store(&d)
	}
	return d, err
}

func (r *Reader[R]) bindColumns(d sqldb.Dialect, columns []int, values []any) ([]any, error) {
	if len(values) != len(columns) {
		return nil, fmt.Errorf("got %d values for %d columns", len(values), len(columns))
	}
	return bind(d, values, pick(r.layout.targets(), columns))
}

// query returns rows as messages and as values of their columns.
func (r *Reader[R]) query(ctx context.Context, d sqldb.Dialect, text string, args []any) ([]R, [][]any, error) {
	found, err := r.db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, nil, err
	}
	defer found.Close()
	var rows []R
	var values [][]any
	for found.Next() {
		row, v, err := r.read(d, found)
		if err != nil {
			return nil, nil, err
		}
		rows, values = append(rows, row), append(values, v)
	}
	return rows, values, found.Err()
}

func (r *Reader[R]) read(d sqldb.Dialect, found *sql.Rows) (row R, values []any, err error) {
	values, err = scan(found, len(r.layout.columns))
	if err != nil {
		return row, nil, err
	}
	m := row.ProtoReflect().New()
	for i, c := range r.layout.columns {
		if values[i], err = d.Value(c.Type, values[i]); err != nil {
			return row, nil, fmt.Errorf("column %s: %w", c.Name, err)
		}
		set(m, r.layout.fields[i], values[i])
	}
	return m.Interface().(R), values, nil
}

// getText selects one row by its primary key.
func getText(d sqldb.Dialect, l *layout) string {
	terms := make([]string, len(l.keys))
	for i, k := range l.keys {
		terms[i] = "t." + d.Quote(l.columns[k].Name) + " = " + d.Placeholder(i+1)
	}
	return "SELECT " + readColumns(d, l) + "\nFROM " + d.Quote(l.name) + " AS t\nWHERE " + strings.Join(terms, " AND ")
}

// readColumns lists all columns as the types that rows have. A type from an annotation is PostgreSQL's only: SQLite has nothing to
// choose from.
func readColumns(d sqldb.Dialect, l *layout) string {
	list := make([]string, len(l.columns))
	for i, c := range l.columns {
		list[i] = "t." + d.Quote(c.Name)
		if c.SQLType != "" && isPostgres(d) {
			list[i] = "CAST(" + list[i] + " AS " + d.TypeName(c.Type) + ")"
		}
	}
	return strings.Join(list, ", ")
}

// textOf spells values for an error, e.g., "shop" 7.
func textOf(values []any) string {
	texts := make([]string, len(values))
	for i, v := range values {
		switch x := v.(type) {
		case string:
			texts[i] = event.TextOf([]byte(x))
		case []byte:
			texts[i] = event.TextOf(x)
		default:
			texts[i] = fmt.Sprint(x)
		}
	}
	return strings.Join(texts, " ")
}
