package sqldb

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

type inboxGuard struct{ dialect Dialect }

// NewInboxGuard returns a guard that applies an event id once, by a row of evgen_inbox that stays until [PurgeInbox] removes it. An
// entry that has expired is [event.Expired] if it is new: so forgetting an id after its expiry lets nothing run twice.
// An expired entry that had been applied in time is [event.Duplicate].
func NewInboxGuard(d Dialect) Guard { return &inboxGuard{d} }

// command is an event id on its way into evgen_inbox.
type command struct {
	id       string
	expires  time.Time
	expired  bool
	inserted bool
	known    bool // for an expired one: it is in the table
	first    int  // index of its first entry
}

func (g *inboxGuard) Admit(ctx context.Context, tx *sql.Tx, handler string, e []Entry) ([]event.Outcome, error) {
	commands, err := commandsOf(handler, e, time.Now())
	if err != nil {
		return nil, err
	}
	if err := g.insert(ctx, tx, handler, commands); err != nil {
		return nil, fmt.Errorf("write evgen_inbox for %s: %w", handler, err)
	}
	outcomes := make([]event.Outcome, len(e))
	for i := range e {
		at, _ := slices.BinarySearchFunc(commands, e[i].EventID, func(c *command, id string) int { return cmp.Compare(c.id, id) })
		outcomes[i] = commands[at].outcome(i)
	}
	return outcomes, nil
}

// commandsOf returns one command per id, sorted by id against deadlocks.
func commandsOf(handler string, e []Entry, now time.Time) ([]*command, error) {
	byID := make(map[string]bool, len(e))
	commands := make([]*command, 0, len(e))
	for i := range e {
		id := e[i].EventID
		if id == "" {
			return nil, &EntryError{handler, e[i].Key, "the record has no event id (header " + event.HeaderID + ")"}
		}
		if !byID[id] {
			byID[id] = true
			expired := !e[i].Expires.IsZero() && now.After(e[i].Expires)
			commands = append(commands, &command{id: id, expires: e[i].Expires, expired: expired, first: i})
		}
	}
	slices.SortFunc(commands, func(a, b *command) int { return cmp.Compare(a.id, b.id) })
	return commands, nil
}

func (g *inboxGuard) insert(ctx context.Context, tx *sql.Tx, handler string, commands []*command) error {
	valid := make([]*command, 0, len(commands))
	for _, c := range commands {
		if !c.expired {
			valid = append(valid, c)
			continue
		}
		if err := c.find(ctx, tx, handler); err != nil {
			return err
		}
	}
	if len(valid) == 0 {
		return nil
	}
	return g.dialect.insertCommands(ctx, tx, handler, valid)
}

func (c *command) find(ctx context.Context, tx *sql.Tx, handler string) error {
	var one int
	err := tx.QueryRowContext(ctx, "SELECT 1 FROM evgen_inbox WHERE handler = $1 AND command_id = $2", handler, c.id).Scan(&one)
	c.known = err == nil
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}

func (c *command) outcome(i int) event.Outcome {
	switch {
	case c.inserted && i == c.first:
		return event.Applied
	case c.expired && !c.known:
		return event.Expired
	}
	return event.Duplicate
}

const postgresInsertCommands = `INSERT INTO evgen_inbox (handler, command_id, expires_at)
SELECT $1, n.* FROM unnest($2::text[], $3::timestamptz[]) AS n
ON CONFLICT DO NOTHING RETURNING command_id`

func (d Postgres) insertCommands(ctx context.Context, tx *sql.Tx, handler string, commands []*command) error {
	var ids, expiries arrayText
	byID := make(map[string]*command, len(commands))
	for _, c := range commands {
		if err := storableText(c.id); err != nil {
			return err
		}
		byID[c.id] = c
		ids.text(c.id)
		expiries.text(d.expiry(c.expires).(string))
	}
	rows, err := tx.QueryContext(ctx, postgresInsertCommands, handler, ids.String(), expiries.String())
	if err != nil {
		return err
	}
	return eachRow(rows, func() error {
		var id string
		err := rows.Scan(&id)
		if c := byID[id]; c != nil {
			c.inserted = true
		}
		return err
	})
}

const sqliteInsertCommand = `INSERT INTO evgen_inbox (handler, command_id, expires_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING`

func (d SQLite) insertCommands(ctx context.Context, tx *sql.Tx, handler string, commands []*command) error {
	stmt, err := tx.PrepareContext(ctx, sqliteInsertCommand)
	if err != nil {
		return err
	}
	defer stmt.Close()
	for _, c := range commands {
		n, err := rowsAffected(stmt.ExecContext(ctx, handler, c.id, d.expiry(c.expires)))
		if err != nil {
			return err
		}
		c.inserted = n == 1
	}
	return nil
}
