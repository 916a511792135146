package project

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// Waits between two looks at the database: the first is about the time that a record takes from publishing to the table.
const (
	firstWait = 5 * time.Millisecond
	lastWait  = 250 * time.Millisecond
)

// WaitFor returns when the event of a receipt is in the projection, as far as this reader's database knows: after it, the reader sees
// the event or something newer. It asks for the position if the receipt has one; else, for an event that went through an
// outbox, for its revision. Of a deletion that the projection does not follow (on_delete: KEEP), or of an event behind a dead letter, only the
// position is ever reached. It waits until ctx ends.
func (r *Reader[R]) WaitFor(ctx context.Context, receipt event.Receipt) error {
	g, err := r.goalOf(ctx, receipt)
	if err != nil {
		return fmt.Errorf("wait for projection %s: %w", r.layout.name, err)
	}
	for wait := firstWait; ; wait = min(2*wait, lastWait) {
		at, err := g.at(ctx)
		if err != nil {
			return fmt.Errorf("wait for projection %s to reach %s: %w", r.layout.name, g.text, err)
		}
		if at >= g.least {
			return nil
		}
		if err := pause(ctx, wait); err != nil {
			return fmt.Errorf("wait for projection %s to reach %s: it is at %d: %w", r.layout.name, g.text, at, err)
		}
	}
}

// goal is what a wait waits for.
type goal struct {
	text  string // e.g., offset 18 of sites/3
	least int64
	at    func(context.Context) (int64, error) // how far the projection is
}

func (r *Reader[R]) goalOf(ctx context.Context, receipt event.Receipt) (*goal, error) {
	d, err := r.dialectOf(ctx)
	if err != nil {
		return nil, err
	}
	source := r.layout.source.contract
	switch {
	case receipt.Topic != "" && receipt.Topic != source.Topic.Name:
		return nil, fmt.Errorf("the receipt is from topic %s, the projection reads %s", receipt.Topic, source.Topic.Name)
	case receipt.Offset >= 0 && receipt.Topic != "":
		return r.positionGoal(receipt.Position), nil
	case receipt.Revision > 0 && source.Revision != event.Unrevised:
		return r.revisionGoal(d, receipt)
	default:
		return nil, errors.New("the receipt has neither a position nor a revision: nothing tells when its event arrives")
	}
}

func (r *Reader[R]) positionGoal(p event.Position) *goal {
	return &goal{
		text:  fmt.Sprintf("offset %d of %s/%d", p.Offset+1, p.Topic, p.Partition),
		least: p.Offset + 1,
		at: func(ctx context.Context) (int64, error) {
			next, _, err := sqldb.LoadOffset(ctx, r.db, r.layout.name, p)
			return next, err
		},
	}
}

// revisionGoal asks the row itself, or the guard where an event has any number of rows.
func (r *Reader[R]) revisionGoal(d sqldb.Dialect, receipt event.Receipt) (*goal, error) {
	text, args := revisionText, []any{r.layout.name, receipt.Key}
	if !r.layout.source.each {
		key, err := r.layout.source.entity(receipt.Key)
		if err != nil {
			return nil, err
		}
		if args, err = r.bindColumns(d, r.layout.entity, key); err != nil {
			return nil, err
		}
		text = rowRevisionText(d, r.layout)
	}
	return &goal{
		text:  fmt.Sprintf("revision %d of key %s", receipt.Revision, event.TextOf(receipt.Key)),
		least: receipt.Revision,
		at:    func(ctx context.Context) (int64, error) { return revisionIn(ctx, r.db, text, args) },
	}, nil
}

const revisionText = "SELECT revision FROM evgen_revision WHERE handler = $1 AND entity_key = $2"

// rowRevisionText reads the table behind the view: a deleted row has a revision too.
func rowRevisionText(d sqldb.Dialect, l *layout) string {
	terms := make([]string, len(l.entity))
	for i, k := range l.entity {
		terms[i] = d.Quote(l.columns[k].Name) + " = " + d.Placeholder(i+1)
	}
	return "SELECT " + d.Quote(revisionColumn) + " FROM " + d.Quote(l.base()) + " WHERE " + strings.Join(terms, " AND ")
}

// revisionIn is 0 while there is no row.
func revisionIn(ctx context.Context, db *sql.DB, text string, args []any) (int64, error) {
	var revision int64
	err := db.QueryRowContext(ctx, text, args...).Scan(&revision)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return revision, err
}

// pause waits, a little more or less each time, so that many waiters do not ask at once.
func pause(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait/2 + rand.N(wait))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
