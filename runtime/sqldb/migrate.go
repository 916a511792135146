package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Migrate makes the runtime's tables and the given ones where they are missing, in one transaction, and remembers their fingerprints in
// evgen_migration. A table with the same fingerprint is left alone; another fingerprint is a [*FingerprintError], and
// then nothing is changed. Instances may call it at the same time.
func Migrate(ctx context.Context, db *sql.DB, tables ...Table) error {
	d, err := DialectOf(ctx, db)
	if err != nil {
		return err
	}
	return InTx(ctx, db, func(tx *sql.Tx) error {
		if err := d.lockMigrations(ctx, tx); err != nil {
			return fmt.Errorf("make table evgen_migration: %w", err)
		}
		missing, err := missingTables(ctx, tx, append(Tables(), tables...))
		for _, t := range missing {
			if err == nil {
				err = makeTable(ctx, tx, d, t)
			}
		}
		return err
	})
}

func makeTable(ctx context.Context, tx *sql.Tx, d Dialect, t Table) error {
	if _, err := tx.ExecContext(ctx, d.ddl(t.DDL)); err != nil {
		return fmt.Errorf("make table %s: %w", t.Name, err)
	}
	_, err := tx.ExecContext(ctx, "INSERT INTO evgen_migration (table_name, fingerprint) VALUES ($1, $2)", t.Name, t.Fingerprint)
	if err != nil {
		return fmt.Errorf("record the fingerprint of table %s: %w", t.Name, err)
	}
	return nil
}

// Verify says whether the runtime's tables and the given ones are as the code wants them, and changes nothing. Use it at start-up where
// a migration tool of your own makes the tables from [RuntimeDDL].
func Verify(ctx context.Context, q Querier, tables ...Table) error {
	missing, err := missingTables(ctx, q, append(Tables(), tables...))
	errs := []error{err}
	for _, t := range missing {
		errs = append(errs, fmt.Errorf("evgen_migration has no row for table %s: call sqldb.Migrate, or apply the script from sqldb.RuntimeDDL", t.Name))
	}
	return errors.Join(errs...)
}

// missingTables returns the tables that were never made. The error names all that have another fingerprint.
func missingTables(ctx context.Context, q Querier, tables []Table) ([]Table, error) {
	made, err := fingerprints(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("read table evgen_migration, which sqldb.Migrate or the script from sqldb.RuntimeDDL makes: %w", err)
	}
	var missing []Table
	var errs []error
	for _, t := range tables {
		switch have, ok := made[t.Name]; {
		case !ok:
			missing = append(missing, t)
		case have != t.Fingerprint:
			errs = append(errs, &FingerprintError{t.Name, have, t.Fingerprint})
		}
	}
	return missing, errors.Join(errs...)
}

func fingerprints(ctx context.Context, q Querier) (map[string]string, error) {
	rows, err := q.QueryContext(ctx, "SELECT table_name, fingerprint FROM evgen_migration")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	made := map[string]string{}
	for rows.Next() {
		var table, fingerprint string
		if err := rows.Scan(&table, &fingerprint); err != nil {
			return nil, err
		}
		made[table] = fingerprint
	}
	return made, rows.Err()
}

// FingerprintError says that a table was made from another definition than the code's.
type FingerprintError struct {
	Table string // e.g., installed_apps
	Have  string // in evgen_migration
	Want  string // of the code
}

func (e *FingerprintError) Error() string {
	return fmt.Sprintf("table %[1]s was made from definition %[2]s, the code is for %[3]s: alter it by a migration of your own that ends with "+
		"UPDATE evgen_migration SET fingerprint = %[4]s WHERE table_name = %[5]s; or rebuild it from its topic: stop the group that writes it, drop it, run "+
		"DELETE FROM evgen_revision WHERE handler = %[5]s; DELETE FROM evgen_offset WHERE grp = %[5]s; DELETE FROM evgen_migration WHERE table_name = %[5]s; "+
		"and start it again",
		e.Table, e.Have, e.Want, literal(e.Want), literal(e.Table))
}
