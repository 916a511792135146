package project_test

import (
	"database/sql"
	"testing"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/project"
	"github.com/evgen-dev/evgen/runtime/project/internal/projecttest"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

var stockByKey = project.Query{Order: []string{"sku", "warehouse"}}

func stockColumns() []project.Column {
	return []project.Column{
		{Name: "sku", Type: sqldb.Text, Key: true},
		{Name: "warehouse", Type: sqldb.Text, Key: true},
		{Name: "available", Type: sqldb.Int64},
	}
}

func stockThat(d project.OnDelete) *project.Table[*projecttest.StockRow] {
	return project.NewTable[*projecttest.StockRow](project.Spec{
		Table: StockTable, Columns: stockColumns(),
		Source: project.Single(project.SingleSpec[StockLevelKey, *projecttest.StockLevel]{
			Event:    StockLevel,
			Key:      func(key StockLevelKey) []any { return []any{key.Sku, key.Warehouse} },
			Values:   func(m *projecttest.StockLevel) []any { return []any{m.GetAvailable()} },
			OnDelete: d,
		}),
	})
}

func TestClearedRowStaysWithoutValues(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		table := stockThat(project.ClearColumns)
		log, write, read := newTopic(t, StockLevel), project.NewApply(table), project.NewReader(db, table)
		apply(t, db, write, log.put(level("a", 1, 10)))
		wantOutcomes(t, apply(t, db, write, log.delete(StockLevelKey{"a", "north"}, 2), log.put(level("a", 1, 10))), event.Applied, event.Stale)
		wantRows(t, read, &stockByKey, nil, stockRow("a", 0))
		// The last event alone decides, so the order of arrival does not show.
		wantOutcomes(t, apply(t, db, write, log.delete(StockLevelKey{"b", "north"}, 2)), event.Applied)
		wantRows(t, read, &stockByKey, nil, stockRow("a", 0), stockRow("b", 0))
	}, StockTable)
}

func TestKeptRowOutlivesItsEntity(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		table := stockThat(project.Keep)
		log, write, read := newTopic(t, StockLevel), project.NewApply(table), project.NewReader(db, table)
		gone := log.delete(StockLevelKey{"a", "north"}, 2)
		wantOutcomes(t, apply(t, db, write, gone, log.put(level("a", 1, 10))), event.Skipped, event.Applied)
		wantOutcomes(t, apply(t, db, write, log.put(level("b", 1, 11)), log.delete(StockLevelKey{"b", "north"}, 2)), event.Applied, event.Skipped)
		wantRows(t, read, &stockByKey, nil, stockRow("a", 10), stockRow("b", 11))
	}, StockTable)
}
