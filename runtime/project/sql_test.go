package project_test

import (
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/golden"
	"github.com/evgen-dev/evgen/runtime/project"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// The statements of two projections are there for reading.
func TestStatementsAreAsRecorded(t *testing.T) {
	t.Parallel()
	for _, d := range []sqldb.Dialect{sqldb.Postgres{}, sqldb.SQLite{}} {
		t.Run(d.Name(), func(t *testing.T) {
			t.Parallel()
			var b strings.Builder
			section := func(title, text string) {
				if text != "" {
					fmt.Fprintf(&b, "-- %s\n%s;\n\n", title, text)
				}
			}
			for i, text := range project.WriteSQL(d, installedApps) {
				section(fmt.Sprintf("installed_apps, write %d", i+1), text)
			}
			for i, text := range project.WriteSQL(d, stock) {
				section(fmt.Sprintf("stock, write %d", i+1), text)
			}
			list := func(title string, q *project.Query, null ...bool) {
				first, next, err := project.ListSQL(d, stock, q, null...)
				if err != nil {
					t.Fatal(err)
				}
				section(title+", first page", first)
				section(title+", next page", next)
			}
			list("stock by sku", &stockBySku)
			list("stock by warehouse", &stockByWarehouse)
			list("stock by warehouse after a row without available", &stockByWarehouse, true, false)
			compareGolden(t, "testdata/statements."+d.Name()+".sql", b.String())
		})
	}
}

func compareGolden(t *testing.T, file, got string) {
	t.Helper()
	if golden.Update() {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-recorded +now); run with -update to record:\n%s", file, diff)
	}
}

// planOf returns what EXPLAIN says, line by line.
func planOf(t *testing.T, db *sql.DB, text string, args ...any) string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), text, args...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var plan strings.Builder
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&plan, *values[len(values)-1].(*any)) // the last column is the text in both dialects
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}

// fill gives stock enough rows, in 50 warehouses, for an index to be worth it.
func fill(t *testing.T, db *sql.DB) {
	t.Helper()
	statement := `INSERT INTO stock_p (sku, warehouse, available, _rev)
SELECT 'sku' || (n / 50), 'w' || (n % 50), n % 7, 1 FROM (WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < 19999) SELECT n FROM s) AS s`
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "ANALYZE"); err != nil {
		t.Fatal(err)
	}
}

func TestNextPageIsReadOffTheIndexInSQLite(t *testing.T) {
	t.Parallel()
	db := sqliteWith(t, StockTable)
	fill(t, db)
	_, bySku, err := project.ListSQL(sqldb.SQLite{}, stock, &stockBySku)
	if err != nil {
		t.Fatal(err)
	}
	want := "SEARCH stock_p USING PRIMARY KEY (sku=? AND warehouse>?)\n"
	if diff := cmp.Diff(want, planOf(t, db, "EXPLAIN QUERY PLAN "+bySku, "sku1", "w1", 10)); diff != "" {
		t.Errorf("plan by sku (-want +got):\n%s", diff)
	}
	_, byWarehouse, err := project.ListSQL(sqldb.SQLite{}, stock, &stockByWarehouse)
	if err != nil {
		t.Fatal(err)
	}
	plan := planOf(t, db, "EXPLAIN QUERY PLAN "+byWarehouse, "w1", 5, "sku1", 10)
	for _, part := range []string{"(warehouse=? AND available=? AND sku>?)", "(warehouse=? AND available<?)", "(warehouse=? AND available=?)"} {
		if !strings.Contains(plan, "SEARCH stock_p USING INDEX stock_warehouse_available "+part+"\n") {
			t.Errorf("the plan does not search the index by %s:\n%s", part, plan)
		}
	}
}

func TestNextPageIsReadOffTheIndexInPostgres(t *testing.T) {
	t.Parallel()
	db := postgresWith(t, StockTable)
	fill(t, db)
	_, bySku, err := project.ListSQL(sqldb.Postgres{}, stock, &stockBySku)
	if err != nil {
		t.Fatal(err)
	}
	_, byWarehouse, err := project.ListSQL(sqldb.Postgres{}, stock, &stockByWarehouse)
	if err != nil {
		t.Fatal(err)
	}
	plan := planOf(t, db, "EXPLAIN (COSTS OFF) "+bySku, "sku1", "w1", 10) + planOf(t, db, "EXPLAIN (COSTS OFF) "+byWarehouse, "w1", 5, "sku1", 10)
	for _, part := range []string{
		"((sku = 'sku1'::text) AND (warehouse > 'w1'::text))",
		"((warehouse = 'w1'::text) AND (available = '5'::bigint) AND (sku > 'sku1'::text))",
		"((warehouse = 'w1'::text) AND (available < '5'::bigint))",
		"((warehouse = 'w1'::text) AND (available IS NULL))",
	} {
		if !strings.Contains(plan, "Index Cond: "+part+"\n") {
			t.Errorf("the plan does not search an index by %s:\n%s", part, plan)
		}
	}
}
