package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
)

// SQLite is SQLite 3.37 and newer, with any driver for database/sql. [CheckSettings] says how to open it.
type SQLite struct{}

var sqliteTypes = map[ColumnType]string{
	Text:      "TEXT",
	Bytes:     "BLOB",
	Bool:      "INTEGER",
	Int32:     "INTEGER",
	Int64:     "INTEGER",
	Uint64:    "TEXT", // 20 digits, so that text order is number order
	Float:     "REAL",
	Double:    "REAL",
	Timestamp: "INTEGER", // unix microseconds
	Duration:  "INTEGER", // microseconds
}

// Name returns "sqlite".
func (SQLite) Name() string { return "sqlite" }

// Placeholder returns ?n.
func (SQLite) Placeholder(n int) string { return "?" + strconv.Itoa(n) }

// Quote puts ident in double quotes.
func (SQLite) Quote(ident string) string { return quote(ident) }

// TypeName returns the SQL type of a column, one of those that STRICT tables know.
func (SQLite) TypeName(t ColumnType) string { return sqliteTypes[t] }

// Bind returns the argument for v: a bool as 0 or 1, a uint64 as 20 digits, times and durations in microseconds.
// SQLite stores a NaN as NULL.
func (SQLite) Bind(t ColumnType, v any) (any, error) {
	v, err := canonical(t, v)
	if err != nil {
		return nil, err
	}
	switch x := v.(type) {
	case bool:
		if x {
			return int64(1), nil
		}
		return int64(0), nil
	case int32:
		return int64(x), nil
	case uint64:
		return fmt.Sprintf("%020d", x), nil
	case float32:
		return float64(x), nil
	case time.Time:
		return x.UnixMicro(), nil
	case time.Duration:
		return x.Microseconds(), nil
	}
	return v, nil
}

// Array returns [errors.ErrUnsupported].
func (SQLite) Array(ColumnType, []any) (any, error) {
	return nil, fmt.Errorf("make an array for SQLite: %w", errors.ErrUnsupported)
}

// Value reads what a driver scanned.
func (SQLite) Value(t ColumnType, scanned any) (any, error) { return scannedValue(t, scanned) }

func (SQLite) ddl(d DDL) string { return d.SQLite }

// sqliteNow works with every version, unlike unixepoch('subsec'), and is exact to a millisecond.
const sqliteNow = "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"

func (SQLite) now() string { return sqliteNow }

func (SQLite) ago(argument string) string { return sqliteNow + " - " + argument }

// forUpdate returns nothing: an immediate transaction is the only one that writes.
func (SQLite) forUpdate() string { return "" }

func (SQLite) expiry(t time.Time) any {
	if t.IsZero() {
		return int64(math.MaxInt64)
	}
	return t.UnixMicro()
}

// lockMigrations takes the write lock, by a statement that writes nothing, also where the transaction did not begin with it.
func (SQLite) lockMigrations(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, migrationDDL.SQLite); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM evgen_migration WHERE false")
	return err
}

const sqliteUpsertRevision = `INSERT INTO evgen_revision AS r (handler, entity_key, revision, record_offset, deleted, content_hash, event_id)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (handler, entity_key) DO UPDATE SET revision = excluded.revision, record_offset = excluded.record_offset,
  deleted = excluded.deleted, content_hash = excluded.content_hash, event_id = excluded.event_id, updated_at = excluded.updated_at
WHERE r.revision < excluded.revision
  OR (r.revision = excluded.revision AND r.record_offset < excluded.record_offset AND r.content_hash IS NOT excluded.content_hash)`

const sqliteGreaterHash = `
  OR (r.revision = excluded.revision AND r.record_offset = excluded.record_offset
    AND coalesce(r.content_hash, x'') < coalesce(excluded.content_hash, x''))`

const sqliteStoredRevision = `SELECT revision, record_offset, content_hash FROM evgen_revision WHERE handler = ?1 AND entity_key = ?2`

func (SQLite) upsertRevisions(ctx context.Context, tx *sql.Tx, handler string, tie Tiebreak, offers []*offer) error {
	query := sqliteUpsertRevision
	if tie == GreaterHash {
		query += sqliteGreaterHash
	}
	stmt, err := tx.PrepareContext(ctx, query)
	if err != nil {
		return err
	}
	defer stmt.Close()
	for _, o := range offers {
		n, err := rowsAffected(stmt.ExecContext(ctx, handler, keyBytes(o.entry.Key), o.version.revision, o.version.offset,
			o.entry.Deleted, nullable(o.version.hash), o.entry.EventID))
		if err != nil {
			return err
		}
		o.applied = n > 0
	}
	return nil
}

func (SQLite) storedRevisions(ctx context.Context, tx *sql.Tx, handler string, offers []*offer) error {
	stmt, err := tx.PrepareContext(ctx, sqliteStoredRevision)
	if err != nil {
		return err
	}
	defer stmt.Close()
	for _, o := range offers {
		v := &o.stored
		if err := stmt.QueryRowContext(ctx, handler, keyBytes(o.entry.Key)).Scan(&v.revision, &v.offset, &v.hash); err != nil {
			return err
		}
	}
	return nil
}
