package sqldb

import (
	"context"
	"database/sql"
)

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
