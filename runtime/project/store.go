package project

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// store is a table in one database: its columns, its guard, and the statements that write it.
type store struct {
	rowWriter
	dialect sqldb.Dialect
	targets []target
	guard   sqldb.Guard // of a table with rows per element
}

// rowWriter writes rows, which have values for all targets, in the way that is fast with one kind of database.
type rowWriter interface {
	// upsertNewer writes rows of a [Single] table that are newer than what is there, and returns the numbers of the others.
	upsertNewer(ctx context.Context, tx *sql.Tx, rows [][]any) ([]int, error)
	// stamps reads what is there instead of rows. They are locked by upsertNewer.
	stamps(ctx context.Context, tx *sql.Tx, rows [][]any) ([]stamp, error)
	// replace makes the rows of owners in an [Each] table those of r.
	replace(ctx context.Context, tx *sql.Tx, r *replacement) error
}

func newStore(d sqldb.Dialect, l *layout) *store {
	s := &store{dialect: d, targets: l.targets(), guard: sqldb.NewRevisionGuard(d, sqldb.KeepStored)}
	n := namer{d, l, s.targets}
	if isPostgres(d) {
		s.rowWriter = newPostgresWriter(n)
	} else {
		s.rowWriter = newSQLiteWriter(n)
	}
	return s
}

func isPostgres(d sqldb.Dialect) bool { return d.Name() == (sqldb.Postgres{}).Name() }

// bind returns values as arguments for the columns targets.
func bind(d sqldb.Dialect, values []any, targets []target) ([]any, error) {
	args := make([]any, len(values))
	for i, v := range values {
		arg, err := d.Bind(targets[i].typ, v)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", targets[i].name, err)
		}
		args[i] = arg
	}
	return args, nil
}

// namer spells the parts of statements.
type namer struct {
	dialect sqldb.Dialect
	layout  *layout
	targets []target
}

func (n namer) base() string { return n.dialect.Quote(n.layout.base()) }

func (n namer) column(i int) string { return n.dialect.Quote(n.targets[i].name) }

// columns lists columns behind a prefix, e.g., t."app_id", t."site_id".
func (n namer) columns(prefix string, columns []int) string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = prefix + n.column(c)
	}
	return strings.Join(names, ", ")
}

// all is the number of every target.
func (n namer) all() []int { return count(len(n.targets)) }

func count(n int) []int {
	numbers := make([]int, n)
	for i := range numbers {
		numbers[i] = i
	}
	return numbers
}

// insert begins an upsert: rows follow.
func (n namer) insert() string {
	return "INSERT INTO " + n.base() + " AS t (" + n.columns("", n.all()) + ")\n"
}

// onConflict ends an upsert: a row that is there is updated where the condition holds.
func (n namer) onConflict(now string) string {
	var updates []string
	for i, t := range n.targets {
		if i >= len(n.layout.columns) || !n.layout.columns[i].Key {
			updates = append(updates, n.dialect.Quote(t.name)+" = EXCLUDED."+n.dialect.Quote(t.name))
		}
	}
	updates = append(updates, n.dialect.Quote(timeColumn)+" = "+now)
	return "ON CONFLICT (" + n.columns("", n.layout.keys) + ") DO UPDATE SET " + strings.Join(updates, ", ") + "\nWHERE " + n.changed()
}

// changed is the condition for writing over a row: it is newer, or, where evgen_revision has said so already, it differs.
func (n namer) changed() string {
	hash, rev, offset := n.dialect.Quote(hashColumn), n.dialect.Quote(revisionColumn), n.dialect.Quote(offsetColumn)
	if n.layout.source.each {
		return "t." + hash + " <> EXCLUDED." + hash
	}
	return "(t." + rev + ", t." + offset + ") < (EXCLUDED." + rev + ", EXCLUDED." + offset + ")"
}

// equal compares columns with other expressions, e.g., t."app_id" = i.c1 AND t."site_id" = i.c2.
func (n namer) equal(columns []int, with func(i int) string) string {
	terms := make([]string, len(columns))
	for i, c := range columns {
		terms[i] = "t." + n.column(c) + " = " + with(i)
	}
	return strings.Join(terms, " AND ")
}
