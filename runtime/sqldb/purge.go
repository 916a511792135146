package sqldb

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

const (
	// purgeBatch bounds how long one transaction of a purge keeps SQLite's only writer busy.
	purgeBatch = 5_000
	// clockSkew is how far the clocks of two instances may be apart: one may still admit what another finds expired.
	clockSkew = time.Hour
)

// PurgeInbox forgets the event ids that expired an hour before now, and returns how many. Ids without an expiry stay.
func PurgeInbox(ctx context.Context, db *sql.DB, now time.Time) (int64, error) {
	d, err := DialectOf(ctx, db)
	if err != nil {
		return 0, err
	}
	n, err := purge(ctx, db, `DELETE FROM evgen_inbox WHERE (handler, command_id) IN
  (SELECT handler, command_id FROM evgen_inbox WHERE expires_at < $1 LIMIT $2)`, d.expiry(now.Add(-clockSkew)))
	if err != nil {
		return n, fmt.Errorf("purge evgen_inbox: %w", err)
	}
	return n, nil
}

// PurgeDeleted forgets the revisions of entities that were deleted longer ago than age, and returns how many. A record
// older than the deletion that comes after it brings the entity back: age must be longer than any way for a record to be late,
// such as the topic's retention, retries and the replay of dead letters, and at least seven days.
func PurgeDeleted(ctx context.Context, db *sql.DB, age time.Duration) (int64, error) {
	d, err := DialectOf(ctx, db)
	if err != nil {
		return 0, err
	}
	if age < minDeletedAge {
		return 0, fmt.Errorf("purge evgen_revision of what was deleted %s ago: the age must be %s or more", age, minDeletedAge)
	}
	// The condition stands twice, since PostgreSQL may find the row changed when it comes to delete it.
	old := "deleted AND updated_at < " + d.ago("$1")
	n, err := purge(ctx, db, `DELETE FROM evgen_revision WHERE `+old+` AND (handler, entity_key) IN
  (SELECT handler, entity_key FROM evgen_revision WHERE `+old+` LIMIT $2)`, age.Microseconds())
	if err != nil {
		return n, fmt.Errorf("purge evgen_revision: %w", err)
	}
	return n, nil
}

const minDeletedAge = 7 * 24 * time.Hour

// purge runs query, whose arguments are $1 and the limit $2, until it finds nothing more.
func purge(ctx context.Context, db *sql.DB, query string, arg any) (int64, error) {
	var total int64
	for {
		var n int64
		err := InTx(ctx, db, func(tx *sql.Tx) error {
			var err error
			n, err = rowsAffected(tx.ExecContext(ctx, query, arg, purgeBatch))
			return err
		})
		if err != nil {
			return total, err
		}
		total += n
		if n < purgeBatch {
			return total, nil
		}
	}
}
