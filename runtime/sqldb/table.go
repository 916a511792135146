package sqldb

import "strings"

// DDL makes a table, with its indexes and views, in each dialect. It may be several statements.
type DDL struct{ Postgres, SQLite string }

// Table is a table together with the identity of its definition.
type Table struct {
	Name        string // e.g., installed_apps
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

// Where a row gets a new version with each event, fillfactor leaves room in the page, so that PostgreSQL need not touch an index.

var migrationDDL = DDL{
	Postgres: `CREATE TABLE IF NOT EXISTS evgen_migration (
  table_name  text PRIMARY KEY,
  fingerprint text NOT NULL,
  applied_at  timestamptz NOT NULL DEFAULT now()
);
`,
	SQLite: `CREATE TABLE IF NOT EXISTS evgen_migration (
  table_name  TEXT NOT NULL PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  applied_at  INTEGER NOT NULL DEFAULT (` + sqliteNow + `)
) STRICT, WITHOUT ROWID;
`,
}

// In PostgreSQL no index of this table has updated_at: even a partial one that leaves the row out would make each update write to all
// indexes, which takes 1.5 to 2 times as long as an update in place.
var revisionDDL = DDL{
	Postgres: `CREATE TABLE IF NOT EXISTS evgen_revision (
  handler       text NOT NULL,
  entity_key    bytea NOT NULL,
  revision      bigint NOT NULL CHECK (revision > 0),
  record_offset bigint NOT NULL DEFAULT 0, -- breaks ties of revisions in time
  deleted       boolean NOT NULL DEFAULT false,
  content_hash  bytea, -- SHA-256 of the raw value, null for tombstones
  event_id      text,
  updated_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (handler, entity_key)
) WITH (fillfactor = 80);
CREATE INDEX IF NOT EXISTS evgen_revision_deleted ON evgen_revision (handler, entity_key) WHERE deleted;
`,
	SQLite: `CREATE TABLE IF NOT EXISTS evgen_revision (
  handler       TEXT NOT NULL,
  entity_key    BLOB NOT NULL,
  revision      INTEGER NOT NULL CHECK (revision > 0),
  record_offset INTEGER NOT NULL DEFAULT 0, -- breaks ties of revisions in time
  deleted       INTEGER NOT NULL DEFAULT 0,
  content_hash  BLOB, -- SHA-256 of the raw value, null for tombstones
  event_id      TEXT,
  updated_at    INTEGER NOT NULL DEFAULT (` + sqliteNow + `),
  PRIMARY KEY (handler, entity_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS evgen_revision_deleted ON evgen_revision (updated_at) WHERE deleted;
`,
}

var sequenceDDL = DDL{
	Postgres: `CREATE TABLE IF NOT EXISTS evgen_sequence (
  handler       text NOT NULL,
  entity_key    bytea NOT NULL,
  seq           bigint NOT NULL, -- the last one applied
  gap_since     timestamptz,
  broken_at     timestamptz,
  broken_reason text,
  PRIMARY KEY (handler, entity_key)
) WITH (fillfactor = 80);
`,
	SQLite: `CREATE TABLE IF NOT EXISTS evgen_sequence (
  handler       TEXT NOT NULL,
  entity_key    BLOB NOT NULL,
  seq           INTEGER NOT NULL, -- the last one applied
  gap_since     INTEGER,
  broken_at     INTEGER,
  broken_reason TEXT,
  PRIMARY KEY (handler, entity_key)
) STRICT, WITHOUT ROWID;
`,
}

var parkedDDL = DDL{
	Postgres: `CREATE TABLE IF NOT EXISTS evgen_parked (
  handler    text NOT NULL,
  entity_key bytea NOT NULL,
  ord        bigint NOT NULL, -- the revision that waits
  record     bytea NOT NULL,
  attempts   integer NOT NULL DEFAULT 0,
  not_before timestamptz NOT NULL DEFAULT now(),
  last_error text,
  parked_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (handler, entity_key, ord)
);
CREATE INDEX IF NOT EXISTS evgen_parked_due ON evgen_parked (handler, not_before);
`,
	SQLite: `CREATE TABLE IF NOT EXISTS evgen_parked (
  handler    TEXT NOT NULL,
  entity_key BLOB NOT NULL,
  ord        INTEGER NOT NULL, -- the revision that waits
  record     BLOB NOT NULL,
  attempts   INTEGER NOT NULL DEFAULT 0,
  not_before INTEGER NOT NULL DEFAULT (` + sqliteNow + `),
  last_error TEXT,
  parked_at  INTEGER NOT NULL DEFAULT (` + sqliteNow + `),
  PRIMARY KEY (handler, entity_key, ord)
) STRICT;
CREATE INDEX IF NOT EXISTS evgen_parked_due ON evgen_parked (handler, not_before);
`,
}

var inboxDDL = DDL{
	Postgres: `CREATE TABLE IF NOT EXISTS evgen_inbox (
  handler    text NOT NULL,
  command_id text NOT NULL,
  expires_at timestamptz NOT NULL, -- infinity: never
  result     bytea,
  done_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (handler, command_id)
);
CREATE INDEX IF NOT EXISTS evgen_inbox_expiry ON evgen_inbox (expires_at);
`,
	SQLite: `CREATE TABLE IF NOT EXISTS evgen_inbox (
  handler    TEXT NOT NULL,
  command_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL, -- 9223372036854775807: never
  result     BLOB,
  done_at    INTEGER NOT NULL DEFAULT (` + sqliteNow + `),
  PRIMARY KEY (handler, command_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS evgen_inbox_expiry ON evgen_inbox (expires_at);
`,
}

var offsetDDL = DDL{
	Postgres: `CREATE TABLE IF NOT EXISTS evgen_offset (
  grp          text NOT NULL,
  topic_id     uuid NOT NULL,
  topic        text NOT NULL,
  partition    integer NOT NULL,
  next_offset  bigint NOT NULL,
  leader_epoch integer NOT NULL DEFAULT -1,
  updated_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (grp, topic_id, partition)
) WITH (fillfactor = 80);
`,
	SQLite: `CREATE TABLE IF NOT EXISTS evgen_offset (
  grp          TEXT NOT NULL,
  topic_id     TEXT NOT NULL, -- as PostgreSQL prints a uuid
  topic        TEXT NOT NULL,
  partition    INTEGER NOT NULL,
  next_offset  INTEGER NOT NULL,
  leader_epoch INTEGER NOT NULL DEFAULT -1,
  updated_at   INTEGER NOT NULL DEFAULT (` + sqliteNow + `),
  PRIMARY KEY (grp, topic_id, partition)
) STRICT, WITHOUT ROWID;
`,
}
