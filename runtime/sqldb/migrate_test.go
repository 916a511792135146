package sqldb_test

import (
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

func siteTable(fingerprint string) sqldb.Table {
	const ddl = `CREATE TABLE site_p (id text PRIMARY KEY);
CREATE INDEX site_p_id ON site_p (id);
CREATE VIEW site AS SELECT id FROM site_p;`
	return sqldb.Table{Name: "site_p", DDL: sqldb.DDL{Postgres: ddl, SQLite: ddl}, Fingerprint: fingerprint}
}

func tableNames(t *testing.T, db *sql.DB) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "SELECT table_name FROM evgen_migration ORDER BY table_name")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return names
}

var wantTables = []string{"evgen_inbox", "evgen_offset", "evgen_parked", "evgen_revision", "evgen_sequence", "site_p"}

func TestMigrateTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	realservers.EachDatabase(t, func(t *testing.T, db *sql.DB) {
		t.Parallel()
		for range 2 {
			if err := sqldb.Migrate(t.Context(), db, siteTable("f1")); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(wantTables, tableNames(t, db)); diff != "" {
			t.Errorf("tables (-want +got):\n%s", diff)
		}
		if _, err := db.ExecContext(t.Context(), "SELECT id FROM site"); err != nil {
			t.Error(err)
		}
		if err := sqldb.Verify(t.Context(), db, siteTable("f1")); err != nil {
			t.Error(err)
		}
	})
}

func TestManyInstancesMigrateAtOnce(t *testing.T) {
	t.Parallel()
	realservers.EachDatabase(t, func(t *testing.T, db *sql.DB) {
		t.Parallel()
		var instances errgroup.Group
		for range 8 {
			instances.Go(func() error { return sqldb.Migrate(t.Context(), db, siteTable("f1")) })
		}
		if err := instances.Wait(); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(wantTables, tableNames(t, db)); diff != "" {
			t.Errorf("tables (-want +got):\n%s", diff)
		}
	})
}

func TestOtherFingerprintStopsMigrateWithDirections(t *testing.T) {
	t.Parallel()
	realservers.EachDatabase(t, func(t *testing.T, db *sql.DB) {
		t.Parallel()
		if err := sqldb.Migrate(t.Context(), db, siteTable("f1")); err != nil {
			t.Fatal(err)
		}
		page := sqldb.Table{Name: "page_p", DDL: sqldb.DDL{Postgres: "CREATE TABLE page_p (id text)", SQLite: "CREATE TABLE page_p (id TEXT)"}, Fingerprint: "f1"}
		err := sqldb.Migrate(t.Context(), db, page, siteTable("it's f2"))
		var fingerprint *sqldb.FingerprintError
		if !errors.As(err, &fingerprint) {
			t.Fatalf("got %v, want a fingerprint error", err)
		}
		if diff := cmp.Diff(&sqldb.FingerprintError{Table: "site_p", Have: "f1", Want: "it's f2"}, fingerprint); diff != "" {
			t.Errorf("error (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(wantTables, tableNames(t, db)); diff != "" {
			t.Errorf("tables after the failure (-want +got):\n%s", diff)
		}
		if err := sqldb.Verify(t.Context(), db, siteTable("it's f2")); !errors.As(err, &fingerprint) {
			t.Errorf("Verify: %v, want a fingerprint error", err)
		}
		_, remedy, _ := strings.Cut(err.Error(), "ends with ")
		remedy, _, _ = strings.Cut(remedy, ";")
		if _, err := db.ExecContext(t.Context(), remedy); err != nil {
			t.Fatalf("the remedy %s: %v", remedy, err)
		}
		if err := sqldb.Migrate(t.Context(), db, page, siteTable("it's f2")); err != nil {
			t.Error(err)
		}
	})
}

func TestFailedMigrationNamesItsTableAndLeavesNothing(t *testing.T) {
	t.Parallel()
	realservers.EachDatabase(t, func(t *testing.T, db *sql.DB) {
		t.Parallel()
		bad := sqldb.Table{Name: "bad_p", DDL: sqldb.DDL{Postgres: "CREATE TABLE bad_p (", SQLite: "CREATE TABLE bad_p ("}, Fingerprint: "f1"}
		err := sqldb.Migrate(t.Context(), db, siteTable("f1"), bad)
		if err == nil || !strings.HasPrefix(err.Error(), "make table bad_p: ") {
			t.Errorf("got %v, want an error that names bad_p", err)
		}
		if err := sqldb.Verify(t.Context(), db); err == nil || !strings.Contains(err.Error(), "sqldb.Migrate") {
			t.Errorf("Verify: %v, want directions to sqldb.Migrate", err)
		}
	})
}

func TestScriptDoesWhatMigrateDoes(t *testing.T) {
	t.Parallel()
	realservers.EachDatabase(t, func(t *testing.T, db *sql.DB) {
		t.Parallel()
		d, err := sqldb.DialectOf(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.ExecContext(t.Context(), sqldb.RuntimeDDL(d)); err != nil {
			t.Fatal(err)
		}
		if err := sqldb.Verify(t.Context(), db, siteTable("f1")); err == nil || !strings.Contains(err.Error(), "site_p") {
			t.Errorf("Verify: %v, want an error that names site_p", err)
		}
		if _, err := db.ExecContext(t.Context(), sqldb.RuntimeDDL(d, siteTable("f1"))); err != nil {
			t.Fatal(err)
		}
		if err := sqldb.Verify(t.Context(), db, siteTable("f1")); err != nil {
			t.Error(err)
		}
		if err := sqldb.Migrate(t.Context(), db, siteTable("f1")); err != nil {
			t.Error(err)
		}
	})
}
