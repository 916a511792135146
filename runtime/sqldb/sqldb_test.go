package sqldb_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

const handler = "billing/orders"

// world is a migrated database with a table of effects, which a handler writes to.
type world struct {
	t  testing.TB
	db *sql.DB
	d  sqldb.Dialect
}

// eachWorld runs f in parallel on SQLite and PostgreSQL.
func eachWorld(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	realservers.EachDatabase(t, func(t *testing.T, db *sql.DB) {
		t.Parallel()
		f(t, newWorld(t, db))
	})
}

func newWorld(t testing.TB, db *sql.DB) *world {
	t.Helper()
	d, err := sqldb.DialectOf(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	if err := sqldb.Migrate(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	w := &world{t, db, d}
	id := "id INTEGER PRIMARY KEY"
	if w.isPostgres() {
		id = "id bigint GENERATED ALWAYS AS IDENTITY"
	}
	w.exec("CREATE TABLE effect (" + id + ", entity text NOT NULL, revision bigint NOT NULL)")
	return w
}

func (w *world) isPostgres() bool { return w.d.Name() == "postgres" }

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	if _, err := w.db.ExecContext(w.t.Context(), query, args...); err != nil {
		w.t.Fatalf("%s: %v", query, err)
	}
}

// int returns the one number that query gives.
func (w *world) int(query string, args ...any) int64 {
	w.t.Helper()
	var n int64
	if err := w.db.QueryRowContext(w.t.Context(), query, args...).Scan(&n); err != nil {
		w.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// effects returns all effects in their order, e.g., "a1".
func (w *world) effects() []string {
	w.t.Helper()
	rows, err := w.db.QueryContext(w.t.Context(), "SELECT entity, revision FROM effect ORDER BY id")
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	effects := []string{}
	for rows.Next() {
		var entity string
		var revision int64
		if err := rows.Scan(&entity, &revision); err != nil {
			w.t.Fatal(err)
		}
		effects = append(effects, fmt.Sprint(entity, revision))
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return effects
}

// revisions returns the revisions that had an effect, of each entity in order.
func (w *world) revisions() map[string][]int64 {
	w.t.Helper()
	rows, err := w.db.QueryContext(w.t.Context(), "SELECT entity, revision FROM effect ORDER BY id")
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	revisions := map[string][]int64{}
	for rows.Next() {
		var entity string
		var revision int64
		if err := rows.Scan(&entity, &revision); err != nil {
			w.t.Fatal(err)
		}
		revisions[entity] = append(revisions[entity], revision)
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return revisions
}

func (w *world) begin() *sql.Tx {
	w.t.Helper()
	tx, err := w.db.BeginTx(w.t.Context(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = tx.Rollback() })
	return tx
}

// handle admits the entries and writes the effects of the applied ones, in one transaction.
func (w *world) handle(g sqldb.Guard, e ...sqldb.Entry) []event.Outcome {
	w.t.Helper()
	outcomes, err := w.try(g, e...)
	if err != nil {
		w.t.Fatalf("handle: %v", err)
	}
	return outcomes
}

func (w *world) try(g sqldb.Guard, e ...sqldb.Entry) ([]event.Outcome, error) {
	var outcomes []event.Outcome
	err := sqldb.InTx(w.t.Context(), w.db, func(tx *sql.Tx) (err error) {
		outcomes, err = admit(w.t.Context(), tx, g, e...)
		return err
	})
	return outcomes, err
}

// admit is what a consumer does in a transaction.
func admit(ctx context.Context, tx *sql.Tx, g sqldb.Guard, e ...sqldb.Entry) ([]event.Outcome, error) {
	outcomes, err := g.Admit(ctx, tx, handler, e)
	if err != nil {
		return nil, err
	}
	for i, o := range outcomes {
		if o == event.Applied {
			err = errors.Join(err, effect(ctx, tx, e[i].Key, e[i].Revision))
		}
	}
	s, ok := g.(*sqldb.SequenceGuard)
	if !ok {
		return outcomes, err
	}
	for i := range e {
		err = errors.Join(err, drain(ctx, tx, s, e[i].Key))
	}
	return outcomes, err
}

func drain(ctx context.Context, tx *sql.Tx, s *sqldb.SequenceGuard, key []byte) error {
	for {
		r, err := s.Next(ctx, tx, handler, key)
		if err != nil || r == nil {
			return err
		}
		revision, _, err := r.Revision()
		if err := errors.Join(err, effect(ctx, tx, r.Key, revision)); err != nil {
			return err
		}
	}
}

func effect(ctx context.Context, tx *sql.Tx, key []byte, revision int64) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO effect (entity, revision) VALUES ($1, $2)", string(key), revision)
	return err
}

// rev is a revision of a document or a step of a sequence.
func rev(key string, revision int64, value string) sqldb.Entry {
	r := &event.Record{Key: []byte(key), Value: []byte(value)}
	r.Headers.Set(event.HeaderRevision, fmt.Sprint(revision))
	return sqldb.Entry{Key: r.Key, Revision: revision, Value: r.Value, EventID: fmt.Sprint(key, "-", revision), Record: r}
}

// tombstone deletes its key.
func tombstone(key string, revision int64) sqldb.Entry {
	e := rev(key, revision, "")
	e.Deleted, e.Value, e.Record.Value = true, nil, nil
	return e
}

// awaitBlocked returns when a transaction of w's database waits for another one. SQLite does not tell, but there
// nothing else can happen.
func (w *world) awaitBlocked() {
	w.t.Helper()
	if !w.isPostgres() {
		return
	}
	deadline := time.Now().Add(20 * time.Second)
	for w.int("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 0 {
		if time.Now().After(deadline) {
			w.t.Fatal("no transaction waits for a lock")
		}
		time.Sleep(time.Millisecond) //nolint:forbidigo // the server is another process, and tells nobody
	}
}

func wantOutcomes(t testing.TB, got []event.Outcome, want ...event.Outcome) {
	t.Helper()
	if diff := cmp.Diff(names(want), names(got)); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}

func names(outcomes []event.Outcome) []string {
	var names []string
	for _, o := range outcomes {
		names = append(names, o.String())
	}
	return names
}

func wantEffects(t testing.TB, w *world, want ...string) {
	t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), w.effects()); diff != "" {
		t.Errorf("effects (-want +got):\n%s", diff)
	}
}

// discard is a guard whose applied entries have no effect.
type discard struct{ sqldb.Guard }

func (g discard) Admit(ctx context.Context, tx *sql.Tx, handler string, e []sqldb.Entry) ([]event.Outcome, error) {
	_, err := g.Guard.Admit(ctx, tx, handler, e)
	return nil, err
}
