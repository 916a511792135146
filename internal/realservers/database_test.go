package realservers

import (
	"database/sql"
	"path/filepath"
	"testing"
)

func TestPostgresAnswers(t *testing.T) {
	t.Parallel()
	var version int
	scan(t, Postgres(t), "select current_setting('server_version_num')::int", &version)
	if version < 140000 {
		t.Errorf("PostgreSQL %d answers, want 14 or newer", version)
	}
}

func TestPostgresDatabaseGoesWithItsTest(t *testing.T) {
	t.Parallel()
	var name string
	t.Run("user", func(t *testing.T) {
		scan(t, Postgres(t), "select current_database()", &name)
	})
	var left int
	scan(t, Postgres(t), "select count(*) from pg_database where datname = $1", &left, name)
	if left != 0 {
		t.Errorf("database %s outlived its test", name)
	}
}

func TestDatabasesAreEmptyAndSeparate(t *testing.T) {
	t.Parallel()
	for range 2 {
		EachDatabase(t, func(t *testing.T, db *sql.DB) {
			if _, err := db.ExecContext(t.Context(), "create table seen (id int)"); err != nil {
				t.Errorf("create a table in a new database: %v", err)
			}
		})
	}
}

func TestSQLiteFileLiesInTheTestsOwnDirectory(t *testing.T) {
	t.Parallel()
	t.Run("50% of #1?", func(t *testing.T) {
		var file string
		scan(t, SQLite(t), "select file from pragma_database_list where name = 'main'", &file)
		// Both directories are made by t.TempDir of this test: /tmp/<test><random>/001 and /002.
		if own := filepath.Dir(t.TempDir()); filepath.Dir(filepath.Dir(file)) != own {
			t.Errorf("database is %s, want a file below %s", file, own)
		}
	})
}

func TestDatabasesTakeSeveralConnections(t *testing.T) {
	t.Parallel()
	EachDatabase(t, func(t *testing.T, db *sql.DB) {
		if _, err := db.ExecContext(t.Context(), "create table seen (id int)"); err != nil {
			t.Fatalf("create table: %v", err)
		}
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatalf("begin: %v", err)
		}
		defer tx.Rollback()
		if _, err := tx.ExecContext(t.Context(), "insert into seen values (1)"); err != nil {
			t.Fatalf("insert: %v", err)
		}
		count := -1
		scan(t, db, "select count(*) from seen", &count)
		if count != 0 {
			t.Errorf("another connection sees %d rows of an open transaction, want 0", count)
		}
	})
}

func TestSQLiteTransactionsLockWhenTheyBegin(t *testing.T) {
	t.Parallel()
	db := SQLite(t)
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatalf("begin: %v", err)
	}
	defer tx.Rollback()
	other, err := db.Conn(t.Context())
	if err != nil {
		t.Fatalf("second connection: %v", err)
	}
	defer other.Close()
	if _, err := other.ExecContext(t.Context(), "pragma busy_timeout = 0"); err != nil {
		t.Fatalf("set busy timeout: %v", err)
	}
	if _, err := other.ExecContext(t.Context(), "begin immediate"); err == nil {
		t.Error("a second transaction began beside an open one, want SQLITE_BUSY: _txlock=immediate is missing")
	}
}

func TestSQLiteHasWALAndABusyTimeout(t *testing.T) {
	t.Parallel()
	db := SQLite(t)
	var mode string
	scan(t, db, "pragma journal_mode", &mode)
	var timeout int
	scan(t, db, "pragma busy_timeout", &timeout)
	if mode != "wal" || timeout == 0 {
		t.Errorf("journal_mode %s, busy_timeout %d; want wal and more than 0", mode, timeout)
	}
}

// scan reads the one value that query returns into dest.
func scan(t *testing.T, db *sql.DB, query string, dest any, args ...any) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), query, args...).Scan(dest); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}
