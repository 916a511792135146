package golden_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/examples/gen/acme/inventory/v1/inventoryv1ev"
	"github.com/evgen-dev/evgen/examples/gen/acme/sites/v1/sitesv1ev"
	"github.com/evgen-dev/evgen/golden/comments/commentsv1/commentsv1ev"
	"github.com/evgen-dev/evgen/golden/legacy/legacyv1/legacyv1ev"
	"github.com/evgen-dev/evgen/golden/levels/hybridv1/hybridv1ev"
	"github.com/evgen-dev/evgen/golden/levels/opaquev1/opaquev1ev"
	"github.com/evgen-dev/evgen/golden/levels/openv1/openv1ev"
	"github.com/evgen-dev/evgen/golden/packages/event/eventev"
	"github.com/evgen-dev/evgen/golden/packages/rows/v1/rowsv1ev"
	wordsev "github.com/evgen-dev/evgen/golden/words/m/wordsv1/mev"
	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// everyTable has all golden tables with DDL for both databases.
func everyTable() []sqldb.Table {
	return append(slices.Clone(tables), commentsv1ev.LinesTable, oldTable, legacyv1ev.ParcelTable, legacyv1ev.StopTable,
		hybridv1ev.ReadingTable, hybridv1ev.PartTable, opaquev1ev.ReadingTable, opaquev1ev.PartTable, openv1ev.ReadingTable, openv1ev.PartTable,
		eventev.SentTable, rowsv1ev.BoxTable, rowsv1ev.UsedTable, wordsev.RowTable, wordsev.TypeTable,
		sitesv1ev.InstalledAppTable, inventoryv1ev.StockTable)
}

func TestEveryTableIsMadeInEachDatabase(t *testing.T) {
	t.Parallel()
	all := everyTable()
	realservers.EachDatabase(t, func(t *testing.T, db *sql.DB) {
		t.Parallel()
		if err := sqldb.Migrate(t.Context(), db, all...); err != nil {
			t.Fatal(err)
		}
		for _, table := range all {
			var n int
			if err := db.QueryRowContext(t.Context(), `select count(*) from "`+table.Name+`" join "`+table.Name+`_p" on true`).Scan(&n); err != nil {
				t.Errorf("table %s: %v", table.Name, err)
			}
		}
	})
}

// A migration tool of the user's cuts scripts at semicolons, or at those that end a line.
func TestEveryTableIsMadeByTheScriptInPieces(t *testing.T) {
	t.Parallel()
	realservers.EachDatabase(t, func(t *testing.T, db *sql.DB) {
		t.Parallel()
		d, err := sqldb.DialectOf(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range everyTable() {
			ddl := table.DDL.SQLite
			if d.Name() == (sqldb.Postgres{}).Name() {
				ddl = table.DDL.Postgres
			}
			for statement := range strings.SplitSeq(strings.TrimSpace(ddl), ";") {
				if _, err := db.ExecContext(t.Context(), statement); err != nil {
					t.Fatalf("%s: %v", statement, err)
				}
			}
		}
	})
}

func TestEveryScriptBelongsToATestedTable(t *testing.T) {
	t.Parallel()
	var scripts, tested []string
	for _, root := range []string{".", "../examples/gen"} {
		err := filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
			if path == "evolve" {
				return filepath.SkipDir // one process cannot link both of its sides: its own programs run their scripts
			}
			if name, ok := strings.CutSuffix(filepath.Base(path), ".postgres.sql"); ok {
				scripts = append(scripts, name)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range everyTable() {
		tested = append(tested, table.Name)
	}
	slices.Sort(scripts)
	slices.Sort(tested)
	if diff := cmp.Diff(scripts, tested); diff != "" {
		t.Errorf("tables (-scripts +tested):\n%s", diff)
	}
}

// Package project is tested with scripts of its own, which hold the rules for those of the generator.
func TestScriptsAreThoseThatTheRuntimeIsTestedWith(t *testing.T) {
	t.Parallel()
	for name, table := range map[string]sqldb.Table{"installed_apps": sitesv1ev.InstalledAppTable, "stock": inventoryv1ev.StockTable} {
		for dialect, got := range map[string]string{"postgres": table.DDL.Postgres, "sqlite": table.DDL.SQLite} {
			want, err := os.ReadFile("../runtime/project/testdata/" + name + "." + dialect + ".sql")
			if err != nil {
				t.Fatal(err)
			}
			_, script, _ := strings.Cut(got, "\n\n")
			if diff := cmp.Diff(string(want), script); diff != "" {
				t.Errorf("%s in %s (-runtime +generated):\n%s", name, dialect, diff)
			}
		}
	}
}
