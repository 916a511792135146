package sqldb

import "strings"

// DDL makes a table, with its indexes and views, in each dialect. It may be several statements.
type DDL struct{ Postgres, SQLite string }

// Table is a table together with the identity of its definition.
type Table struct {
	Name        string // e.g., installed_app_p
	DDL         DDL
	Fingerprint string // of the definition: when it changes, the table must be altered or rebuilt
}

// Tables returns the runtime's own tables, except evgen_migration. Their statements leave existing tables alone.
func Tables() []Table {
	const fingerprint = "1"
	return []Table{
		{"evgen_revision", revisionDDL, fingerprint},
		{"evgen_sequence", sequenceDDL, fingerprint},
		{"evgen_parked", parkedDDL, fingerprint},
		{"evgen_inbox", inboxDDL, fingerprint},
		{"evgen_offset", offsetDDL, fingerprint},
	}
}

// RuntimeDDL returns a script for your own migration tool that does what [Migrate] does to an empty database: it makes the runtime's tables
// and the given ones, and records their fingerprints.
func RuntimeDDL(d Dialect, tables ...Table) string {
	var b strings.Builder
	b.WriteString(d.ddl(migrationDDL))
	for _, t := range append(Tables(), tables...) {
		b.WriteString("\n" + strings.TrimSpace(d.ddl(t.DDL)) + "\n")
		b.WriteString("INSERT INTO evgen_migration (table_name, fingerprint) VALUES (" + literal(t.Name) + ", " + literal(t.Fingerprint) +
			") ON CONFLICT (table_name) DO NOTHING;\n")
	}
	return b.String()
}

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
