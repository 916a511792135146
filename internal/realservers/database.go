package realservers

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// maxConns lets transactions meet each other, while many parallel tests stay below PostgreSQL's limit of 300.
const maxConns = 16

// EachDatabase runs f as the subtests "sqlite" and "postgres", each with an empty database of its own that f may reach over
// several connections. The second is skipped when no PostgreSQL is configured. f may call t.Parallel.
func EachDatabase(t *testing.T, f func(t *testing.T, db *sql.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, Postgres(t)) })
}

// SQLite returns an empty SQLite database: a file with WAL, a busy timeout and transactions that lock when they begin, which
// is what evgen asks of its users. It is closed when the test ends.
func SQLite(t testing.TB) *sql.DB {
	t.Helper()
	dsn := url.URL{
		Scheme: "file",
		// Escaped, unlike Opaque: a repeated subtest has # in its directory, and SQLite would cut the name there.
		Path: filepath.Join(t.TempDir(), "test.db"),
		// Without synchronous writes a commit survives the process but not the machine, and tests take half the time.
		RawQuery: "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_txlock=immediate",
	}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		t.Fatalf("open %s: %v", dsn.String(), err)
	}
	return prepare(t, db)
}

// Postgres returns an empty PostgreSQL database that is dropped when the test ends. It skips the test when no server is
// configured.
func Postgres(t testing.TB) *sql.DB {
	t.Helper()
	cfg, err := pgx.ParseConfig(address(t, postgresVariable, "PostgreSQL server"))
	if err != nil {
		t.Fatalf("parse %s: %v", postgresVariable, err)
	}
	own := cfg.Copy()
	own.Database = createDatabase(t, cfg)
	return prepare(t, stdlib.OpenDB(*own))
}

// createDatabase returns the name of a new database on the server of cfg, e.g., evgen_test_q2mx….
// A database rather than a schema: advisory locks, the catalogue and search paths are then the test's own too.
func createDatabase(t testing.TB, cfg *pgx.ConnConfig) string {
	t.Helper()
	name := "evgen_test_" + rand.Text()
	quoted := pgx.Identifier{name}.Sanitize()
	execute(t, cfg, "create database "+quoted)
	t.Cleanup(func() { execute(t, cfg, "drop database "+quoted+" with (force)") })
	return name
}

// execute runs one statement on a connection of its own: nothing of it stays open beside the test's database.
func execute(t testing.TB, cfg *pgx.ConnConfig, statement string) {
	t.Helper()
	ctx := context.Background() // t.Context has ended when cleanups run
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		t.Fatalf("connect to PostgreSQL as %s says: %v", postgresVariable, err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// prepare bounds the connections, closes them when the test ends, and fails the test now when there is no database behind them.
func prepare(t testing.TB, db *sql.DB) *sql.DB {
	t.Helper()
	db.SetMaxOpenConns(maxConns)
	db.SetMaxIdleConns(maxConns)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	if err := db.PingContext(t.Context()); err != nil {
		t.Fatalf("ping database: %v", err)
	}
	return db
}
