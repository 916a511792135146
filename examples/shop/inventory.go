package main

import (
	"context"
	"fmt"

	inventoryv1 "github.com/evgen-dev/evgen/examples/gen/acme/inventory/v1"
	"github.com/evgen-dev/evgen/examples/gen/acme/inventory/v1/inventoryv1ev"
	"github.com/evgen-dev/evgen/runtime/project"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

var warehouses = []string{"berlin", "lisbon"}

// newPicking is the service that shows pickers what a warehouse has in stock.
func newPicking(ctx context.Context, s *shop) (*service, error) {
	db, err := s.database("picking")
	if err != nil {
		return nil, err
	}
	if err := sqldb.Migrate(ctx, db, inventoryv1ev.StockTable); err != nil {
		return nil, err
	}
	v := newService("picking", inventoryv1ev.StockLevel.Contract().Topic.Name, db, inventoryv1ev.NewStockWriter(db))
	v.differences = func(ctx context.Context, d *day) (int, []string, error) {
		got, err := stock(ctx, inventoryv1ev.NewStockReader(db))
		return len(got), compare(got, d.stock()), err
	}
	return v, nil
}

// stockHistory is a SKU whose stock moves in one warehouse; now and then it sells out.
func (d *day) stockHistory(i int) []happening {
	topic := inventoryv1ev.StockLevel.Contract().Topic.Name
	var history []happening
	for version := int64(1); version <= 4; version++ {
		history = append(history, happening{topic, &inventoryv1.StockLevel{
			Sku: fmt.Sprintf("sku-%03d", i/2), Warehouse: warehouses[i%2], Version: version, Available: int64(d.random.IntN(5)),
		}})
	}
	return d.disturb(history)
}

func stock(ctx context.Context, r *inventoryv1ev.StockReader) (map[string]string, error) {
	rows := map[string]string{}
	for _, warehouse := range warehouses {
		page := project.Page{Size: 50}
		for {
			found, err := r.ListByWarehouse(ctx, warehouse, page)
			if err != nil {
				return nil, err
			}
			for _, row := range found.Rows {
				rows[row.GetSku()+" in "+row.GetWarehouse()] = fmt.Sprint(row.GetAvailable())
			}
			if found.Next == "" {
				break
			}
			page.After = found.Next
		}
	}
	return rows, nil
}

// stock folds the day: the newest version counts, and what is sold out has no row.
func (d *day) stock() map[string]string {
	newest := map[string]*inventoryv1.StockLevel{}
	for _, h := range d.happenings {
		if m, ok := h.message.(*inventoryv1.StockLevel); ok {
			key := m.GetSku() + " in " + m.GetWarehouse()
			if m.GetVersion() > newest[key].GetVersion() {
				newest[key] = m
			}
		}
	}
	rows := map[string]string{}
	for key, m := range newest {
		if m.GetAvailable() > 0 {
			rows[key] = fmt.Sprint(m.GetAvailable())
		}
	}
	return rows
}
