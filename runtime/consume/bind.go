package consume

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// bind checks the routes against each other, the broker and the databases, and prepares them. It returns them by topic.
func (g *Group) bind(ctx context.Context) (map[string]*route, error) {
	if err := g.check(); err != nil {
		return nil, err
	}
	bound := make(map[string]*route, len(g.routes))
	databases := map[*sql.DB]database{}
	for _, r := range g.routes {
		actual, err := g.broker.Topic(ctx, r.topic())
		if err != nil {
			return nil, fmt.Errorf("look up topic %s: %w", r.topic(), err)
		}
		d, err := openDatabase(ctx, r.db, databases)
		if err != nil {
			return nil, fmt.Errorf("database of topic %s: %w", r.topic(), err)
		}
		b := r.bind(g.name, d.dialect, actual)
		b.turn = d.turn
		if err := g.provide(ctx, b.deadLetters, actual); err != nil {
			return nil, fmt.Errorf("create the dead-letter topic %s: %w", b.deadLetters, err)
		}
		bound[r.topic()] = b
	}
	return bound, nil
}

func (g *Group) check() error {
	if len(g.routes) == 0 {
		return errors.New("it has no route: give at least one to NewGroup")
	}
	var errs []error
	seen := map[string]bool{}
	for _, r := range g.routes {
		errs = append(errs, r.check())
		if seen[r.topic()] {
			errs = append(errs, fmt.Errorf("topic %s has two routes: make them one, or use two groups", r.topic()))
		}
		seen[r.topic()] = true
	}
	return errors.Join(errs...)
}

// database is what routes on it share.
type database struct {
	dialect sqldb.Dialect
	turn    slots
}

func openDatabase(ctx context.Context, db *sql.DB, known map[*sql.DB]database) (database, error) {
	d, ok := known[db]
	if ok || db == nil {
		return d, nil
	}
	var err error
	if d.dialect, err = sqldb.DialectOf(ctx, db); err != nil {
		return d, err
	}
	if err := sqldb.CheckSettings(ctx, db); err != nil {
		return d, err
	}
	if err := sqldb.Verify(ctx, db); err != nil {
		return d, err
	}
	if d.dialect.Name() == (sqldb.SQLite{}).Name() {
		d.turn = make(slots, 1) // it has one writer: a queue is fairer, and faster, than its own busy waiting
	}
	known[db] = d
	return d, nil
}

const deadLetterRetention = 30 * 24 * time.Hour

// provide makes the dead-letter topic if it is missing. It asks first, since a group that may not create topics can still use one
// that somebody made for it.
func (g *Group) provide(ctx context.Context, name string, source event.Topic) error {
	_, err := g.broker.Topic(ctx, name)
	if !errors.Is(err, event.ErrNoTopic) {
		return err
	}
	return g.broker.CreateTopics(ctx, event.Topic{
		Name: name, Partitions: source.Partitions, Replication: source.Replication, MinInSync: source.MinInSync,
		Retention: deadLetterRetention, Config: deadLetterConfig(source),
	})
}

const maxMessageBytes = "max.message.bytes"

// deadLetterConfig leaves room for the headers that a dead letter has on top of its record.
func deadLetterConfig(source event.Topic) map[string]string {
	const room = 64 << 10
	limit, err := strconv.Atoi(source.Config[maxMessageBytes])
	if err != nil {
		return nil
	}
	return map[string]string{maxMessageBytes: strconv.Itoa(limit + room)}
}
