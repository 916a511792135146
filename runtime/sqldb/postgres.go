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

const postgresUpsertRevisions = `INSERT INTO evgen_revision AS r (handler, entity_key, revision, record_offset, deleted, content_hash, event_id)
SELECT $1, n.* FROM unnest($2::bytea[], $3::bigint[], $4::bigint[], $5::boolean[], $6::bytea[], $7::text[]) AS n
ON CONFLICT (handler, entity_key) DO UPDATE SET revision = EXCLUDED.revision, record_offset = EXCLUDED.record_offset,
  deleted = EXCLUDED.deleted, content_hash = EXCLUDED.content_hash, event_id = EXCLUDED.event_id, updated_at = now()
WHERE r.revision < EXCLUDED.revision
  OR (r.revision = EXCLUDED.revision AND r.record_offset < EXCLUDED.record_offset AND r.content_hash IS DISTINCT FROM EXCLUDED.content_hash)`

const postgresGreaterHash = `
  OR (r.revision = EXCLUDED.revision AND r.record_offset = EXCLUDED.record_offset
    AND coalesce(r.content_hash, '') < coalesce(EXCLUDED.content_hash, ''))`

const postgresStoredRevisions = `SELECT entity_key, revision, record_offset, content_hash FROM evgen_revision
WHERE handler = $1 AND entity_key = ANY($2::bytea[])`

func (Postgres) upsertRevisions(ctx context.Context, tx *sql.Tx, handler string, tie Tiebreak, offers []*offer) error {
	query := postgresUpsertRevisions
	if tie == GreaterHash {
		query += postgresGreaterHash
	}
	var keys, revisions, offsets, deleted, hashes, ids arrayText
	for _, o := range offers {
		if err := storableText(o.entry.EventID); err != nil {
			return err
		}
		keys.bytes(keyBytes(o.entry.Key))
		revisions.int(o.version.revision)
		offsets.int(o.version.offset)
		deleted.bool(o.entry.Deleted)
		hashes.bytes(o.version.hash)
		ids.text(o.entry.EventID)
	}
	rows, err := tx.QueryContext(ctx, query+" RETURNING entity_key", handler, keys.String(), revisions.String(), offsets.String(),
		deleted.String(), hashes.String(), ids.String())
	if err != nil {
		return err
	}
	byKey := offersByKey(offers)
	return eachRow(rows, func() error {
		var key []byte
		err := rows.Scan(&key)
		byKey[string(key)].applied = err == nil
		return err
	})
}

func (Postgres) storedRevisions(ctx context.Context, tx *sql.Tx, handler string, offers []*offer) error {
	var keys arrayText
	for _, o := range offers {
		keys.bytes(keyBytes(o.entry.Key))
	}
	rows, err := tx.QueryContext(ctx, postgresStoredRevisions, handler, keys.String())
	if err != nil {
		return err
	}
	byKey := offersByKey(offers)
	return eachRow(rows, func() error {
		var key []byte
		var v version
		if err := rows.Scan(&key, &v.revision, &v.offset, &v.hash); err != nil {
			return err
		}
		byKey[string(key)].stored = v
		return nil
	})
}

func offersByKey(offers []*offer) map[string]*offer {
	byKey := make(map[string]*offer, len(offers))
	for _, o := range offers {
		byKey[string(o.entry.Key)] = o
	}
	return byKey
}
