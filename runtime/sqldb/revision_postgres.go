package sqldb

import (
	"context"
	"database/sql"
)

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

// eachRow calls f on each row and closes rows.
func eachRow(rows *sql.Rows, f func() error) error {
	defer rows.Close()
	for rows.Next() {
		if err := f(); err != nil {
			return err
		}
	}
	return rows.Err()
}
