package sqldb

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

// Guard decides which records take effect. It is safe for concurrent use.
type Guard interface {
	// Admit returns what becomes of each entry. [event.Applied] means: run the handler now, in this transaction, in the order
	// of the entries. The guard remembers its answers in tx before the handler runs, so that whoever handles the same
	// key at the same time, also an owner that lost its partition, waits for this transaction and then gets another answer.
	// After an error tx must be rolled back.
	Admit(ctx context.Context, tx *sql.Tx, handler string, e []Entry) ([]event.Outcome, error)
}

// Entry is what a guard needs to know of a record.
type Entry struct {
	Key      []byte
	Revision int64         // 0: none
	Offset   int64         // breaks ties of revisions in time; 0 for others
	Deleted  bool          // the record deletes its key
	Value    []byte        // as in the log, nil for a tombstone; its hash tells a duplicate from a conflict
	EventID  string        // ce_id
	Expires  time.Time     // zero: never
	Record   *event.Record // what a guard parks
}

// hash returns the SHA-256 of the raw value, nil for a tombstone.
func (e *Entry) hash() []byte {
	if e.Value == nil {
		return nil
	}
	sum := sha256.Sum256(e.Value)
	return sum[:]
}

// EntryError says that an entry lacks what its guard stands on. [Classify] calls it [Permanent].
type EntryError struct {
	Handler string // e.g., billing/orders
	Key     []byte
	Reason  string // e.g., the record has no revision
}

func (e *EntryError) Error() string {
	return fmt.Sprintf("admit a record with key %s to %s: %s", event.TextOf(e.Key), e.Handler, e.Reason)
}
