package main

import (
	"context"
	"database/sql"
	"fmt"

	ordersv1 "github.com/evgen-dev/evgen/examples/gen/acme/orders/v1"
	"github.com/evgen-dev/evgen/examples/gen/acme/orders/v1/ordersv1ev"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// billing writes an invoice for each order and voids it when the order is cancelled. It is wrong as soon as one event is
// handled twice, or a cancellation before its order, and does nothing about it: the revisions do.
type billing struct{}

func (billing) HandleOrderPlaced(ctx context.Context, tx *sql.Tx, d *ordersv1ev.OrderPlacedDelivery) error {
	_, err := tx.ExecContext(ctx, "insert into invoices (order_id, cents, calls) values ($1, $2, 1)", d.Key, total(d.Message))
	return err
}

func (billing) HandleOrderCancelled(ctx context.Context, tx *sql.Tx, d *ordersv1ev.OrderCancelledDelivery) error {
	_, err := tx.ExecContext(ctx, "update invoices set cents = 0, calls = calls + 1 where order_id = $1", d.Key)
	return err
}

func total(o *ordersv1.OrderPlaced) (cents int64) {
	for _, l := range o.GetLines() {
		cents += int64(l.GetQuantity()) * l.GetPriceCents()
	}
	return cents
}

func newBilling(ctx context.Context, s *shop) (*service, error) {
	db, err := s.database("billing")
	if err != nil {
		return nil, err
	}
	if err := sqldb.Migrate(ctx, db); err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, "create table invoices (order_id text primary key, cents bigint, calls bigint)"); err != nil {
		return nil, err
	}
	v := newService("billing", ordersv1ev.OrderPlaced.Contract().Topic.Name, db, ordersv1ev.Handlers(db, billing{}))
	v.differences = func(ctx context.Context, d *day) (int, []string, error) {
		got, err := table(ctx, db, "select order_id, cents || ' cents, ' || calls || ' calls' from invoices")
		return len(got), compare(got, d.invoices()), err
	}
	return v, nil
}

// orderHistory is an order that is placed and, every third time, cancelled. Its revisions have no gaps.
func (d *day) orderHistory(i int) []happening {
	topic := ordersv1ev.OrderPlaced.Contract().Topic.Name
	id := fmt.Sprintf("order-%03d", i)
	history := []happening{{topic, &ordersv1.OrderPlaced{
		OrderId: id, Revision: 1, BuyerId: fmt.Sprintf("buyer-%d", i%20),
		Lines: []*ordersv1.OrderPlaced_Line{{Sku: "sku-001", Quantity: uint32(1 + d.random.IntN(3)), PriceCents: 1990}},
	}}}
	if i%3 == 0 {
		history = append(history, happening{topic, &ordersv1.OrderCancelled{OrderId: id, Revision: 2, Reason: "too late"}})
	}
	return d.disturb(history)
}

// invoices folds the day: each order counts once, each cancellation once and after its order.
func (d *day) invoices() map[string]string {
	placed, cancelled := map[string]int64{}, map[string]bool{}
	for _, h := range d.happenings {
		switch m := h.message.(type) {
		case *ordersv1.OrderPlaced:
			placed[m.GetOrderId()] = total(m)
		case *ordersv1.OrderCancelled:
			cancelled[m.GetOrderId()] = true
		}
	}
	rows := map[string]string{}
	for id, cents := range placed {
		rows[id] = fmt.Sprintf("%d cents, 1 calls", cents)
		if cancelled[id] {
			rows[id] = "0 cents, 2 calls"
		}
	}
	return rows
}
