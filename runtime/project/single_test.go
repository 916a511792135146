package project_test

import (
	"database/sql"
	"testing"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/project"
	"github.com/evgen-dev/evgen/runtime/project/internal/projecttest"
)

func level(sku string, version, available int64) *projecttest.StockLevel {
	return &projecttest.StockLevel{Sku: sku, Warehouse: "north", Version: version, Available: available}
}

func stockRow(sku string, available int64) *projecttest.StockRow {
	return projecttest.StockRow_builder{Sku: sku, Warehouse: "north", Available: available}.Build()
}

func wantStock(t testing.TB, db *sql.DB, want ...*projecttest.StockRow) {
	t.Helper()
	wantRows(t, project.NewReader(db, stock), &stockByWarehouse, []any{"north"}, want...)
}

func TestNewestRevisionOfAKeyIsItsRow(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, write := newTopic(t, StockLevel), project.NewApply(stock)
		wantOutcomes(t, apply(t, db, write, log.put(level("a", 1, 10)), log.put(level("b", 5, 50)), log.put(level("a", 3, 30))),
			event.Stale, event.Applied, event.Applied)
		wantOutcomes(t, apply(t, db, write, log.put(level("a", 2, 20)), log.put(level("b", 5, 50)), log.put(level("b", 6, 60)), log.put(level("a", 3, 99))),
			event.Stale, event.Stale, event.Applied, event.Conflict)
		wantOutcomes(t, apply(t, db, write, log.put(level("a", 3, 30)), log.put(level("b", 6, 61)), log.put(level("b", 6, 61))),
			event.Duplicate, event.Conflict, event.Duplicate)
		wantStock(t, db, stockRow("b", 60), stockRow("a", 30))
	}, StockTable)
}

func TestDeletedRowStaysDeletedWhenOlderEventsArriveLate(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, write := newTopic(t, StockLevel), project.NewApply(stock)
		key := StockLevelKey{"a", "north"}
		wantOutcomes(t, apply(t, db, write, log.delete(key, 2)), event.Applied)
		wantOutcomes(t, apply(t, db, write, log.put(level("a", 1, 10))), event.Stale)
		wantStock(t, db)
		wantOutcomes(t, apply(t, db, write, log.delete(key, 2)), event.Duplicate)
		wantOutcomes(t, apply(t, db, write, log.put(level("a", 2, 20))), event.Conflict)
		wantStock(t, db)
		wantOutcomes(t, apply(t, db, write, log.put(level("a", 3, 30))), event.Applied)
		wantStock(t, db, stockRow("a", 30))
	}, StockTable)
}

func TestFieldThatSaysDeletedDeletesLikeATombstone(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, write := newTopic(t, StockLevel), project.NewApply(stock)
		closed := level("a", 2, 20)
		closed.Closed = true
		wantOutcomes(t, apply(t, db, write, log.put(level("a", 1, 10)), log.put(level("b", 1, 11))), event.Applied, event.Applied)
		wantOutcomes(t, apply(t, db, write, log.put(closed), log.put(level("a", 1, 10))), event.Applied, event.Stale)
		wantStock(t, db, stockRow("b", 11))
	}, StockTable)
}

func TestRowThatStopsMatchingGoesAndComesBack(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, write := newTopic(t, StockLevel), project.NewApply(stock)
		apply(t, db, write, log.put(level("a", 1, 10)))
		wantOutcomes(t, apply(t, db, write, log.put(level("a", 2, 0)), log.put(level("b", 1, 0))), event.Applied, event.Applied)
		wantStock(t, db)
		wantOutcomes(t, apply(t, db, write, log.put(level("a", 1, 10)), log.put(level("a", 3, 30))), event.Stale, event.Applied)
		wantStock(t, db, stockRow("a", 30))
	}, StockTable)
}

func TestOtherEventsOfTheTopicAreSkipped(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, write := newTopic(t, StockLevel), project.NewApply(stock)
		other, foreign := log.put(level("a", 9, 90)), log.put(level("b", 1, 10))
		other.Headers.Set(event.HeaderType, "acme.inventory.v1.StockMoved")
		gone := log.delete(StockLevelKey{"b", "north"}, 8)
		gone.Headers.Set(event.HeaderType, "acme.inventory.v1.StockMoved.deleted")
		foreign.Headers = nil // a producer that knows no CloudEvents
		wantOutcomes(t, apply(t, db, write, other, foreign, gone), event.Skipped, event.Applied, event.Skipped)
		wantStock(t, db, stockRow("b", 10))
	}, StockTable)
}

func TestRolledBackBatchLeavesNothing(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		log, write := newTopic(t, StockLevel), project.NewApply(stock)
		r := log.put(level("a", 1, 10))
		crash(t, db, write, r)
		wantStock(t, db)
		wantOutcomes(t, apply(t, db, write, r), event.Applied)
		wantStock(t, db, stockRow("a", 10))
	}, StockTable)
}

// A second connection, to prepare a statement or to ask for the dialect, would wait for the first one for ever.
func TestWriterNeedsNoConnectionBesideItsTransaction(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, db *sql.DB) {
		db.SetMaxOpenConns(1)
		log, apps := newTopic(t, StockLevel), newTopic(t, Site)
		apply(t, db, project.NewApply(stock), log.put(level("a", 1, 10)))
		apply(t, db, project.NewApply(installedApps), apps.put(site("s", 1, "blog@1")))
		wantStock(t, db, stockRow("a", 10))
	}, StockTable, InstalledAppTable)
}
