package consume

import (
	"context"
	"database/sql"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// maxChain bounds the records of one transaction, and so how long it locks its key.
const maxChain = 500

// chain is a record of a keyed route, and, in a sequence, the parked records that become due with it. They share
// transactions; when one fails, those before it are committed without it.
type chain struct {
	session *session
	route   *route
	job     *job
	head    *event.Record
	outcome event.Outcome // of the head, once it was committed
	past    bool          // the head was committed
	limit   int           // records of the next transaction

	// Of the last transaction:
	done    []finished
	current *event.Record // the one that failed; nil: none did
	more    bool          // it stopped at the limit
	reached bool          // a handler was called
}

// finished is a record whose effect is in the transaction.
type finished struct {
	record  *event.Record
	outcome event.Outcome
	attempt int
}

func (c *chain) run(ctx context.Context, attempt int) (event.Outcome, error) {
	if err := c.transact(ctx, attempt); err != nil {
		return 0, c.failed(err)
	}
	c.committed()
	if c.more {
		return 0, errAgain
	}
	return c.outcome, nil
}

// committed makes known what the transaction did, except for a head that is to be dead-lettered first.
func (c *chain) committed() {
	for _, f := range c.done {
		if f.record == c.head {
			c.past, c.outcome = true, f.outcome
		}
		if kind, _ := reasonOf(f.outcome); kind == "" {
			c.session.observe(c.route, f.record, f.outcome, nil, f.attempt)
		}
	}
	c.limit = maxChain
}

// failed finds whom an error belongs to. If others were in the transaction, it is tried next without the culprit.
func (c *chain) failed(err error) error {
	if !c.reached {
		err = &ownError{err}
	}
	if k := classOf(err); k == unavailable || k == contended {
		return err
	}
	innocent := len(c.done)
	if c.current == nil { // the commit failed: anybody may be the culprit
		innocent /= 2
	}
	if innocent > 0 {
		c.limit = innocent
		return errAgain
	}
	if c.current == nil {
		c.current = c.done[0].record
	}
	c.limit = 1
	c.job.blame(c.current)
	return err
}

func (c *chain) transact(ctx context.Context, attempt int) error {
	within := func(tx *sql.Tx) error {
		c.done, c.current, c.more, c.reached = c.done[:0], nil, false, false
		return c.within(ctx, tx, attempt)
	}
	if c.route.db == nil {
		return within(nil)
	}
	return sqldb.InTx(ctx, c.route.db, within)
}

// within handles records until none is due, or until the limit.
func (c *chain) within(ctx context.Context, tx *sql.Tx, attempt int) error {
	for {
		if len(c.done) == c.limit && c.route.sequence != nil {
			c.more = true
			return nil
		}
		r, err := c.next(ctx, tx)
		if r == nil || err != nil {
			return err
		}
		f := finished{record: r, attempt: 1}
		if r.Position == c.job.record.Position {
			f.attempt = attempt
		}
		c.current = r
		if f.outcome, err = c.step(ctx, tx, f); err != nil {
			return err
		}
		c.current = nil
		c.done = append(c.done, f)
	}
}

// next returns the head, and then what the sequence held back for it.
func (c *chain) next(ctx context.Context, tx *sql.Tx) (*event.Record, error) {
	switch {
	case !c.past && len(c.done) == 0:
		return c.head, nil
	case c.route.sequence == nil:
		return nil, nil
	}
	return c.route.sequence.Next(ctx, tx, c.route.name, c.head.Key)
}

// step admits a record, unless it was held back and is therefore admitted, and calls its handler.
func (c *chain) step(ctx context.Context, tx *sql.Tx, f finished) (event.Outcome, error) {
	value, o, err := c.route.open(f.record, f.attempt)
	if err != nil {
		return 0, err
	}
	if f.record == c.head {
		outcome, err := c.route.admit(ctx, tx, f.record, value, o)
		if err != nil || outcome != event.Applied {
			return outcome, err
		}
	}
	c.reached = true
	return c.route.call(ctx, tx, o)
}
