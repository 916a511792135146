package sqldb_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

func TestMissingSettingIsNamedWithItsParameter(t *testing.T) {
	t.Parallel()
	const (
		journal = "journal_mode is delete instead of wal, so readers block the writer"
		timeout = "busy_timeout is 0, so a transaction fails at once while another one writes"
		lock    = "transactions lock when they first write, and fail if somebody else wrote since they first read"
		memory  = "it is in memory, where each connection has a database of its own or readers block writers"
	)
	broken := func(problems, modernc, mattn string) string {
		return "the SQLite database is not opened for handling events: " + problems + "; its data source name needs " +
			modernc + " (modernc.org/sqlite) or " + mattn + " (mattn/go-sqlite3)"
	}
	file := func(parameters string) string {
		return "file:" + filepath.Join(t.TempDir(), "settings.db") + "?" + parameters
	}
	cases := map[string]struct{ dsn, want string }{
		"nothing missing": {file("_pragma=journal_mode(WAL)&_pragma=busy_timeout(100)&_txlock=immediate"), "<nil>"},
		"exclusive locks": {file("_pragma=journal_mode(WAL)&_pragma=busy_timeout(100)&_txlock=exclusive"), "<nil>"},
		"no WAL": {file("_pragma=busy_timeout(100)&_txlock=immediate"),
			broken(journal, "_pragma=journal_mode(WAL)", "_journal_mode=WAL")},
		"no busy timeout": {file("_pragma=journal_mode(WAL)&_txlock=immediate"),
			broken(timeout, "_pragma=busy_timeout(10000)", "_busy_timeout=10000")},
		"deferred transactions": {file("_pragma=journal_mode(WAL)&_pragma=busy_timeout(100)"),
			broken(lock, "_txlock=immediate", "_txlock=immediate")},
		"nothing set": {file(""),
			broken(journal+"; "+timeout+"; "+lock,
				"_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)&_txlock=immediate", "_journal_mode=WAL&_busy_timeout=10000&_txlock=immediate")},
		"memory": {":memory:", broken(memory, "file:events.db", "file:events.db")},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := openSQLite(t, c.dsn)
			db.SetMaxOpenConns(1) // the check must not need a second one
			if diff := cmp.Diff(c.want, fmt.Sprint(sqldb.CheckSettings(t.Context(), db))); diff != "" {
				t.Errorf("CheckSettings (-want +got):\n%s", diff)
			}
			if n := db.Stats().InUse; n != 0 {
				t.Errorf("%d connections are still in use", n)
			}
		})
	}
}

func TestPostgresMustTakeWrites(t *testing.T) {
	t.Parallel()
	db := realservers.Postgres(t)
	if err := sqldb.CheckSettings(t.Context(), db); err != nil {
		t.Error(err)
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(t.Context(), "SET default_transaction_read_only = on"); err != nil {
		t.Fatal(err)
	}
	want := "the PostgreSQL database takes no writes: it is a replica, or default_transaction_read_only is on for its role or database; " +
		"connect to the primary with a role that may write"
	if diff := cmp.Diff(want, fmt.Sprint(sqldb.CheckSettings(t.Context(), db))); diff != "" {
		t.Errorf("CheckSettings (-want +got):\n%s", diff)
	}
}
