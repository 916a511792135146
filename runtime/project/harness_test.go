package project_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/project"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// eachDatabase runs f with an empty database that has tables.
func eachDatabase(t *testing.T, f func(t *testing.T, db *sql.DB), tables ...sqldb.Table) {
	t.Helper()
	realservers.EachDatabase(t, func(t *testing.T, db *sql.DB) {
		t.Parallel()
		if err := sqldb.Migrate(t.Context(), db, tables...); err != nil {
			t.Fatalf("migrate: %v", err)
		}
		f(t, db)
	})
}

// topic makes records of an event with growing offsets.
type topic[K any, M proto.Message] struct {
	t     testing.TB
	event *event.Event[K, M]
	next  int64
}

func newTopic[K any, M proto.Message](t testing.TB, e *event.Event[K, M]) *topic[K, M] {
	return &topic[K, M]{t: t, event: e}
}

func (l *topic[K, M]) put(m M) *event.Record {
	l.t.Helper()
	r, err := l.event.Encode(m)
	if err != nil {
		l.t.Fatalf("encode: %v", err)
	}
	return l.at(r)
}

func (l *topic[K, M]) delete(key K, revision int64) *event.Record {
	l.t.Helper()
	r, err := l.event.EncodeDeletion(key, revision)
	if err != nil {
		l.t.Fatalf("encode deletion: %v", err)
	}
	return l.at(r)
}

func (l *topic[K, M]) at(r *event.Record) *event.Record {
	r.Partition, r.Offset, r.TopicID = 0, l.next, event.TopicID{1}
	l.next++
	return r
}

// apply writes records as one batch and returns their outcomes.
func apply(t testing.TB, db *sql.DB, f project.Apply, records ...*event.Record) []event.Outcome {
	t.Helper()
	outcomes, err := tryApply(t.Context(), db, f, records)
	if err != nil {
		t.Fatalf("apply %d records: %v", len(records), err)
	}
	return outcomes
}

func tryApply(ctx context.Context, db *sql.DB, f project.Apply, records []*event.Record) (outcomes []event.Outcome, err error) {
	err = sqldb.InTx(ctx, db, func(tx *sql.Tx) error {
		outcomes, err = f(ctx, tx, records)
		return err
	})
	return outcomes, err
}

var errCrash = errors.New("crash before the commit")

// crash writes records and rolls back.
func crash(t testing.TB, db *sql.DB, f project.Apply, records ...*event.Record) {
	t.Helper()
	err := sqldb.InTx(t.Context(), db, func(tx *sql.Tx) error {
		if _, err := f(t.Context(), tx, records); err != nil {
			return err
		}
		return errCrash
	})
	if !errors.Is(err, errCrash) {
		t.Fatalf("apply before a crash: %v", err)
	}
}

// wantOutcomes compares outcomes in words.
func wantOutcomes(t testing.TB, got []event.Outcome, want ...event.Outcome) {
	t.Helper()
	if diff := cmp.Diff(words(want), words(got)); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}

func words(outcomes []event.Outcome) []string {
	texts := make([]string, len(outcomes))
	for i, o := range outcomes {
		texts[i] = o.String()
	}
	return texts
}

// wantRows compares all rows of a list, read page by page.
func wantRows[R proto.Message](t testing.TB, r *project.Reader[R], q *project.Query, params []any, want ...R) {
	t.Helper()
	if diff := cmp.Diff(want, all(t, r, q, 3, params...), protocmp.Transform()); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

// all reads a list in pages of a size.
func all[R proto.Message](t testing.TB, r *project.Reader[R], q *project.Query, size int, params ...any) []R {
	t.Helper()
	var rows []R
	page := project.Page{Size: size}
	for {
		p, err := r.List(t.Context(), q, page, params...)
		if err != nil {
			t.Fatalf("list: %v", err)
		}
		rows = append(rows, p.Rows...)
		if p.Next == "" {
			return rows
		}
		page.After = p.Next
	}
}

func sqliteWith(t testing.TB, tables ...sqldb.Table) *sql.DB {
	t.Helper()
	db := realservers.SQLite(t)
	if err := sqldb.Migrate(t.Context(), db, tables...); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	return db
}

func postgresWith(t testing.TB, tables ...sqldb.Table) *sql.DB {
	t.Helper()
	db := realservers.Postgres(t)
	if err := sqldb.Migrate(t.Context(), db, tables...); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	return db
}
