package project_test

import (
	"context"
	"database/sql"
	_ "embed"

	"github.com/evgen-dev/evgen/runtime/consume"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/project"
	inventoryv1 "github.com/evgen-dev/evgen/runtime/project/internal/projecttest"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// This file is what evgen generates for a projection with one row per key, here for the stock events of the examples.

// StockLevelKey is the key of [StockLevel].
type StockLevelKey struct{ Sku, Warehouse string }

// StockLevel is how many units of a SKU one warehouse has right now.
var StockLevel = event.New(event.Spec[StockLevelKey, *inventoryv1.StockLevel]{
	Name:     "evgen.projecttest.v1.StockLevel",
	Kind:     event.Document,
	Topic:    event.Topic{Name: "evgen.projecttest.v1.stock_level", Partitions: 6, Compaction: event.Compact},
	Key:      event.CompositeKey(stockLevelKey, stockLevelParts),
	Revision: event.Monotonic((*inventoryv1.StockLevel).GetVersion),
	Deleted:  (*inventoryv1.StockLevel).GetClosed,
})

func stockLevelKey(m *inventoryv1.StockLevel) StockLevelKey {
	return StockLevelKey{m.GetSku(), m.GetWarehouse()}
}

func stockLevelParts(k *StockLevelKey) []event.Part {
	return []event.Part{event.PartOf(&k.Sku), event.PartOf(&k.Warehouse)}
}

//go:embed testdata/stock.postgres.sql
var stockPostgres string

//go:embed testdata/stock.sqlite.sql
var stockSQLite string

// StockTable is the table stock_p with its view stock, for [sqldb.Migrate].
var StockTable = sqldb.Table{
	Name:        "stock",
	DDL:         sqldb.DDL{Postgres: stockPostgres, SQLite: stockSQLite},
	Fingerprint: "0b1e55aa9c42",
}

var stock = project.NewTable[*inventoryv1.StockRow](project.Spec{
	Table: StockTable,
	Columns: []project.Column{
		{Name: "sku", Type: sqldb.Text, Key: true},
		{Name: "warehouse", Type: sqldb.Text, Key: true},
		{Name: "available", Type: sqldb.Int64},
	},
	Source: project.Single(project.SingleSpec[StockLevelKey, *inventoryv1.StockLevel]{
		Event:  StockLevel,
		Key:    func(key StockLevelKey) []any { return []any{key.Sku, key.Warehouse} },
		Where:  func(m *inventoryv1.StockLevel) bool { return m.GetAvailable() > 0 },
		Values: func(m *inventoryv1.StockLevel) []any { return []any{m.GetAvailable()} },
	}),
})

var (
	stockBySku       = project.Query{Params: []string{"sku"}, Order: []string{"warehouse"}}
	stockByWarehouse = project.Query{Params: []string{"warehouse"}, Order: []string{"available desc", "sku"}}
)

// NewStockWriter returns the route that keeps stock up to date from [StockLevel] events.
func NewStockWriter(db *sql.DB) consume.Route { return project.NewWriter(db, stock) }

// StockReader reads stock. It is one warehouse's stock, for the picking service.
type StockReader struct {
	r *project.Reader[*inventoryv1.StockRow]
}

// NewStockReader returns a reader of stock in db, which may be a replica.
func NewStockReader(db *sql.DB) *StockReader { return &StockReader{project.NewReader(db, stock)} }

// Get returns the row of a key. The error is [project.ErrNotFound] when there is none.
func (r *StockReader) Get(ctx context.Context, sku, warehouse string) (*inventoryv1.StockRow, error) {
	return r.r.Get(ctx, sku, warehouse)
}

// ListBySku returns rows with a sku, ordered by warehouse.
func (r *StockReader) ListBySku(ctx context.Context, sku string, page project.Page) (project.Rows[*inventoryv1.StockRow], error) {
	return r.r.List(ctx, &stockBySku, page, sku)
}

// ListByWarehouse returns rows with a warehouse, ordered by available desc, sku.
func (r *StockReader) ListByWarehouse(ctx context.Context, warehouse string, page project.Page) (project.Rows[*inventoryv1.StockRow], error) {
	return r.r.List(ctx, &stockByWarehouse, page, warehouse)
}

// WaitFor returns when the event of a receipt is in the projection: read your own write.
func (r *StockReader) WaitFor(ctx context.Context, receipt event.Receipt) error {
	return r.r.WaitFor(ctx, receipt)
}
