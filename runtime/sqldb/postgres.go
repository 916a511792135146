package sqldb

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"
)

// Postgres is PostgreSQL 12 and newer, with any driver for database/sql.
type Postgres struct{}

// postgresTime has microseconds, as timestamptz does.
const postgresTime = "2006-01-02 15:04:05.999999Z07:00"

var postgresTypes = map[ColumnType]string{
	Text:      "text",
	Bytes:     "bytea",
	Bool:      "boolean",
	Int32:     "integer",
	Int64:     "bigint",
	Uint64:    "numeric(20,0)",
	Float:     "real",
	Double:    "double precision",
	Timestamp: "timestamptz",
	Duration:  "bigint",
}

// Name returns "postgres".
func (Postgres) Name() string { return "postgres" }

// Placeholder returns $n.
func (Postgres) Placeholder(n int) string { return "$" + strconv.Itoa(n) }

// Quote puts ident in double quotes.
func (Postgres) Quote(ident string) string { return quote(ident) }

// TypeName returns the SQL type of a column.
func (Postgres) TypeName(t ColumnType) string { return postgresTypes[t] }

// Bind returns the argument for v: a uint64 as decimal text, a duration in microseconds.
func (Postgres) Bind(t ColumnType, v any) (any, error) {
	v, err := postgresValue(t, v)
	if err != nil {
		return nil, err
	}
	switch x := v.(type) {
	case int32:
		return int64(x), nil
	case uint64:
		return strconv.FormatUint(x, 10), nil
	case time.Duration:
		return x.Microseconds(), nil
	}
	return v, nil
}

func postgresValue(t ColumnType, v any) (any, error) {
	v, err := canonical(t, v)
	if s, ok := v.(string); ok && err == nil {
		err = storableText(s)
	}
	return v, err
}

// Array returns values in the text form of an array.
func (Postgres) Array(t ColumnType, values []any) (any, error) {
	a := make(arrayText, 0, 16*len(values))
	for i, v := range values {
		v, err := postgresValue(t, v)
		if err == nil {
			err = a.add(v)
		}
		if err != nil {
			return nil, fmt.Errorf("value %d: %w", i, err)
		}
	}
	return a.String(), nil
}

// Value reads what pgx or lib/pq scanned.
func (Postgres) Value(t ColumnType, scanned any) (any, error) { return scannedValue(t, scanned) }

func (Postgres) ddl(d DDL) string { return d.Postgres }

func (Postgres) now() string { return "now()" }

func (Postgres) ago(argument string) string {
	return "now() - " + argument + "::bigint * interval '1 microsecond'"
}

func (Postgres) forUpdate() string { return " FOR UPDATE" }

// expiry returns text, for both a parameter and an array.
func (Postgres) expiry(t time.Time) any {
	if t.IsZero() {
		return "infinity"
	}
	return t.UTC().Format(postgresTime)
}

// lockMigrations takes the lock first, since concurrent CREATE … IF NOT EXISTS fail. Its number spells "evgen".
func (Postgres) lockMigrations(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(x'657667656e'::bigint)"); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, migrationDDL.Postgres)
	return err
}
