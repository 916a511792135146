package project

import (
	"context"
	"database/sql"
	"strings"
)

// sqliteWriter writes row by row with prepared statements, the fastest way that SQLite has. They live as long as the
// transaction: preparing them on the pool would need a second connection, which may be one more than there is.
type sqliteWriter struct {
	namer
	upsert, explain, list, remove string
}

func newSQLiteWriter(n namer) *sqliteWriter {
	w := &sqliteWriter{namer: n}
	const now = "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"
	w.upsert = n.insert() + "VALUES (" + w.placeholders(len(n.targets)) + ")\n" + n.onConflict(now)
	byKey := n.equal(n.layout.keys, w.placeholder)
	if n.layout.source.each {
		w.list = "SELECT " + n.columns("", n.layout.keys) + " FROM " + n.base() + " AS t WHERE " + n.equal(n.layout.entity, w.placeholder)
		w.remove = "DELETE FROM " + n.base() + " AS t WHERE " + byKey
		return w
	}
	w.explain = "SELECT \"_rev\", \"record_offset\", \"_hash\" FROM " + n.base() + " AS t WHERE " + byKey
	return w
}

func (w *sqliteWriter) placeholder(i int) string { return w.dialect.Placeholder(i + 1) }

func (w *sqliteWriter) placeholders(n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = w.placeholder(i)
	}
	return strings.Join(list, ", ")
}

func (w *sqliteWriter) upsertNewer(ctx context.Context, tx *sql.Tx, rows [][]any) ([]int, error) {
	var refused []int
	err := prepared(ctx, tx, w.upsert, func(s *sql.Stmt) error {
		for i, row := range rows {
			written, err := w.exec(ctx, s, row, w.targets)
			if err != nil {
				return err
			}
			if written == 0 {
				refused = append(refused, i)
			}
		}
		return nil
	})
	return refused, err
}

// exec runs a statement with a row as its arguments, and returns the number of rows written.
func (w *sqliteWriter) exec(ctx context.Context, s *sql.Stmt, row []any, targets []target) (int64, error) {
	args, err := bind(w.dialect, row, targets)
	if err != nil {
		return 0, err
	}
	result, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (w *sqliteWriter) stamps(ctx context.Context, tx *sql.Tx, rows [][]any) ([]stamp, error) {
	stamps := make([]stamp, len(rows))
	keys := pick(w.targets, w.layout.keys)
	err := prepared(ctx, tx, w.explain, func(s *sql.Stmt) error {
		for i, row := range rows {
			args, err := bind(w.dialect, pick(row, w.layout.keys), keys)
			if err != nil {
				return err
			}
			found := &stamps[i]
			if err := s.QueryRowContext(ctx, args...).Scan(&found.version.revision, &found.version.offset, &found.hash); err != nil {
				return err
			}
		}
		return nil
	})
	return stamps, err
}

// replace deletes first, so that a new row may take a value of a unique index from one that goes.
func (w *sqliteWriter) replace(ctx context.Context, tx *sql.Tx, r *replacement) error {
	gone, err := w.gone(ctx, tx, r)
	if err != nil {
		return err
	}
	err = prepared(ctx, tx, w.remove, func(s *sql.Stmt) error {
		for _, key := range gone {
			if _, err := s.ExecContext(ctx, key...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return prepared(ctx, tx, w.upsert, func(s *sql.Stmt) error {
		for _, row := range r.rows {
			if _, err := w.exec(ctx, s, row, w.targets); err != nil {
				return err
			}
		}
		return nil
	})
}

// gone returns the keys of rows that owners have but no longer list.
func (w *sqliteWriter) gone(ctx context.Context, tx *sql.Tx, r *replacement) ([][]any, error) {
	var gone [][]any
	columns := pick(w.targets, w.layout.entity)
	err := prepared(ctx, tx, w.list, func(s *sql.Stmt) error {
		for _, owner := range r.owners {
			args, err := bind(w.dialect, owner, columns)
			if err != nil {
				return err
			}
			keys, err := readKeys(ctx, s, args, len(w.layout.keys))
			if err != nil {
				return err
			}
			for _, key := range keys {
				if _, kept := r.keys[keyOf(key)]; !kept {
					gone = append(gone, key)
				}
			}
		}
		return nil
	})
	return gone, err
}

func readKeys(ctx context.Context, s *sql.Stmt, args []any, columns int) ([][]any, error) {
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var keys [][]any
	for rows.Next() {
		key, err := scan(rows, columns)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, rows.Err()
}

// scan reads the current row as what the driver makes of it.
func scan(rows *sql.Rows, columns int) ([]any, error) {
	values := make([]any, columns)
	pointers := make([]any, columns)
	for i := range values {
		pointers[i] = &values[i]
	}
	return values, rows.Scan(pointers...)
}

// prepared runs f with a statement that lives as long as f.
func prepared(ctx context.Context, tx *sql.Tx, text string, f func(*sql.Stmt) error) error {
	s, err := tx.PrepareContext(ctx, text)
	if err != nil {
		return err
	}
	defer s.Close()
	return f(s)
}
