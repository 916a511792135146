package generator

import (
	"strings"
	"testing"

	"github.com/evgen-dev/evgen/runtime/sqldb"
	"github.com/evgen-dev/evgen/schema"
)

// The generator does not import the runtime, so it has a table of its own.
func TestColumnTypesAreThoseOfTheRuntime(t *testing.T) {
	t.Parallel()
	kinds := map[schema.ColumnKind]sqldb.ColumnType{
		schema.TextColumn: sqldb.Text, schema.BytesColumn: sqldb.Bytes, schema.BoolColumn: sqldb.Bool,
		schema.Int32Column: sqldb.Int32, schema.Int64Column: sqldb.Int64, schema.Uint64Column: sqldb.Uint64,
		schema.FloatColumn: sqldb.Float, schema.DoubleColumn: sqldb.Double,
		schema.TimestampColumn: sqldb.Timestamp, schema.DurationColumn: sqldb.Duration,
	}
	for kind, columnType := range kinds {
		if got, want := strings.ToLower(columnTypes[kind]), columnType.String(); got != want {
			t.Errorf("generated code calls column type %d %s, want %s", kind, got, want)
		}
		for _, d := range []sqldb.Dialect{sqldb.Postgres{}, sqldb.SQLite{}} {
			got := strings.TrimSuffix(sqlTypes[d.Name()][kind], ` COLLATE "C"`)
			if want := d.TypeName(columnType); got != want {
				t.Errorf("%s column in %s is %q, want %q", columnType, d.Name(), got, want)
			}
		}
	}
	for _, dialect := range Dialects {
		if len(sqlTypes[dialect]) != len(kinds) {
			t.Errorf("%s has %d types, want %d", dialect, len(sqlTypes[dialect]), len(kinds))
		}
	}
}

func TestIdentifiersAreQuoted(t *testing.T) {
	t.Parallel()
	if got, want := quoteIdents([]string{"order", `a"b`}), `"order", "a""b"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
