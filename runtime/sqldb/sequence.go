package sqldb

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

// GapPolicy says what happens to a record whose predecessor is missing.
type GapPolicy uint8

const (
	Hold   GapPolicy = iota // it waits in evgen_parked, within limits; other keys go on
	Fail                    // Admit returns a [*GapError]
	Skip                    // the missing ones are given up: the record is applied
	Resync                  // [Gaps].Rebase loads the state anew; if it is behind the record, as Hold
)

// Gaps says how a [SequenceGuard] deals with missing records.
type Gaps struct {
	Policy        GapPolicy
	MaxRecords    int           // of one key that wait; 0: 10,000
	MaxAge        time.Duration // of a gap while records of its key come; 0: one hour
	StartAnywhere bool          // the first record of a key need not be revision 1: for topics that were trimmed
	// Rebase makes the handler's state of key what it is at its source, in tx, and returns the revision of that state. It runs
	// for each record that comes into a gap. Nil: as Hold.
	Rebase func(ctx context.Context, tx *sql.Tx, key []byte) (int64, error)
}

// SequenceGuard applies revision n of a key right after n-1, exactly once. What comes early is parked ([event.Parked]) until
// Next gives it back. A key that waited too long is broken: later records of it are [event.Dead], until
// Rebase succeeds, or an operator sets broken_at in evgen_sequence to NULL (and gap_since to the present, for another MaxAge).
type SequenceGuard struct {
	dialect Dialect
	gaps    Gaps
}

// NewSequenceGuard returns a guard on evgen_sequence and evgen_parked.
func NewSequenceGuard(d Dialect, g Gaps) *SequenceGuard {
	if g.MaxRecords <= 0 {
		g.MaxRecords = 10_000
	}
	if g.MaxAge <= 0 {
		g.MaxAge = time.Hour
	}
	return &SequenceGuard{d, g}
}

// Admit implements [Guard]. Call Next for each key of the entries afterwards, when the applied ones are handled.
func (g *SequenceGuard) Admit(ctx context.Context, tx *sql.Tx, handler string, e []Entry) ([]event.Outcome, error) {
	outcomes := make([]event.Outcome, len(e))
	for _, run := range runsByKey(e) {
		if err := g.admitKey(ctx, tx, handler, e, run, outcomes); err != nil {
			return nil, err
		}
	}
	return outcomes, nil
}

// runsByKey returns the indexes of the entries of each key in their order, sorted by key against deadlocks.
func runsByKey(e []Entry) [][]int {
	byKey := map[string]int{}
	var runs [][]int
	for i := range e {
		at, ok := byKey[string(e[i].Key)]
		if !ok {
			at = len(runs)
			byKey[string(e[i].Key)] = at
			runs = append(runs, nil)
		}
		runs[at] = append(runs[at], i)
	}
	slices.SortFunc(runs, func(a, b []int) int { return bytes.Compare(e[a[0]].Key, e[b[0]].Key) })
	return runs
}

func (g *SequenceGuard) admitKey(ctx context.Context, tx *sql.Tx, handler string, e []Entry, run []int, outcomes []event.Outcome) error {
	s := &sequence{guard: g, tx: tx, handler: handler, key: keyBytes(e[run[0]].Key)}
	for _, i := range run {
		if e[i].Revision < 1 {
			return &EntryError{handler, e[i].Key, "the record has no revision (header " + event.HeaderRevision + ")"}
		}
	}
	if isConsecutive(e, run) {
		// Applied is the zero outcome.
		if done, err := s.advance(ctx, e[run[0]].Revision, e[run[len(run)-1]].Revision); done || err != nil {
			return err
		}
	}
	if err := s.lock(ctx); err != nil {
		return err
	}
	for _, i := range run {
		var err error
		if outcomes[i], err = s.admit(ctx, &e[i]); err != nil {
			return err
		}
	}
	if err := s.clean(ctx); err != nil {
		return err
	}
	return s.save(ctx)
}

func isConsecutive(e []Entry, run []int) bool {
	for n, i := range run {
		if e[i].Revision != e[run[0]].Revision+int64(n) {
			return false
		}
	}
	return true
}

// take returns the statement that removes the next record from evgen_parked. It locks evgen_sequence first, as Admit does: a
// transaction that goes on with a chain and one of another owner would deadlock otherwise.
func (g *SequenceGuard) take() string {
	next := `SELECT seq + 1 FROM evgen_sequence WHERE handler = $1 AND entity_key = $2 AND broken_at IS NULL` + g.dialect.forUpdate()
	if g.gaps.Policy == Skip {
		next = `SELECT min(ord) FROM evgen_parked WHERE handler = $1 AND entity_key = $2`
	}
	return `DELETE FROM evgen_parked WHERE handler = $1 AND entity_key = $2 AND ord = (` + next + `) RETURNING ord, record`
}

// Next takes the parked record that is due now out of evgen_parked and counts it as applied: run the handler on it in
// this transaction. It returns nil when none is due. Bound the number of calls in one transaction, which locks the key; the
// next transaction can go on.
func (g *SequenceGuard) Next(ctx context.Context, tx *sql.Tx, handler string, key []byte) (*event.Record, error) {
	s := &sequence{guard: g, tx: tx, handler: handler, key: keyBytes(key)}
	var parked []byte
	err := tx.QueryRowContext(ctx, g.take(), handler, s.key).Scan(&s.seq, &parked)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, s.wrap("take the next record from evgen_parked", err)
	}
	if err := s.save(ctx); err != nil {
		return nil, err
	}
	r, err := unpark(parked)
	if err != nil {
		return nil, s.wrap(fmt.Sprintf("read revision %d in evgen_parked", s.seq), err)
	}
	return r, nil
}

// GapError says that a record came before its predecessor. The partition must stop until somebody decides.
type GapError struct {
	Handler string // e.g., billing/orders
	Key     []byte
	Have    int64 // revision of the record
	Want    int64 // the revision that is missing
}

func (e *GapError) Error() string {
	return fmt.Sprintf("admit revision %d of key %s to %s: revision %d is missing; publish it, or choose a gap policy other than Fail",
		e.Have, event.TextOf(e.Key), e.Handler, e.Want)
}
