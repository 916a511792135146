package sqldb

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"time"
)

// Querier is what reads: a *sql.DB, *sql.Conn or *sql.Tx.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// serializationAttempts bounds the calls of a function by InTx: who loses this often is better queued by the caller's backoff.
const serializationAttempts = 6

// InTx runs fn in a transaction that commits when fn returns nil, and rolls back when it returns an error or panics; the panic goes on. When the
// database found the transaction in another's way ([Serialization]), also at its commit, InTx runs fn again, a few times: fn
// must have no effect but through tx. It needs one connection of db, and fn must not ask db for another. On SQLite the wait for another
// writer may end with the busy timeout only, whatever ctx says: that of modernc.org/sqlite does.
func InTx(ctx context.Context, db *sql.DB, fn func(*sql.Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := once(ctx, db, fn)
		if err == nil || Classify(err) != Serialization || attempt == serializationAttempts {
			return err
		}
		if wait(ctx, attempt) != nil {
			return err
		}
	}
}

func once(ctx context.Context, db *sql.DB, fn func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// wait keeps those who met apart from meeting again.
func wait(ctx context.Context, attempt int) error {
	select {
	case <-time.After(rand.N(time.Millisecond << attempt)):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// rowsAffected is 1 when a conditional statement found its row.
func rowsAffected(r sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
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
