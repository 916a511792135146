package main

import (
	"context"
	"database/sql"
	"fmt"

	paymentsv1 "github.com/evgen-dev/evgen/examples/gen/acme/payments/v1"
	"github.com/evgen-dev/evgen/examples/gen/acme/payments/v1/paymentsv1ev"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// ledger adds up what was paid for each order. A payment has no revision: its id makes it count once.
type ledger struct{}

func (ledger) HandlePaymentCompleted(ctx context.Context, tx *sql.Tx, d *paymentsv1ev.PaymentCompletedDelivery) error {
	_, err := tx.ExecContext(ctx, "insert into ledger (order_id, cents) values ($1, $2) on conflict (order_id) do update set cents = ledger.cents + excluded.cents",
		d.Key, d.Message.GetAmountCents())
	return err
}

func newLedger(ctx context.Context, s *shop) (*service, error) {
	db, err := s.database("ledger")
	if err != nil {
		return nil, err
	}
	if err := sqldb.Migrate(ctx, db); err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, "create table ledger (order_id text primary key, cents bigint)"); err != nil {
		return nil, err
	}
	v := newService("ledger", paymentsv1ev.PaymentCompleted.Contract().Topic.Name, db, paymentsv1ev.PaymentCompletedHandlers(db, ledger{}))
	v.differences = func(ctx context.Context, d *day) (int, []string, error) {
		got, err := table(ctx, db, "select order_id, cents from ledger")
		return len(got), compare(got, d.paid()), err
	}
	return v, nil
}

// paymentHistory is an order that is paid in parts.
func (d *day) paymentHistory(i int) []happening {
	topic := paymentsv1ev.PaymentCompleted.Contract().Topic.Name
	var history []happening
	for part := range 3 {
		history = append(history, happening{topic, &paymentsv1.PaymentCompleted{
			PaymentId: fmt.Sprintf("payment-%03d-%d", i, part), OrderId: fmt.Sprintf("order-%03d", i), AmountCents: int64(100 + d.random.IntN(900)),
		}})
	}
	return d.disturb(history)
}

// paid folds the day: each payment id counts once.
func (d *day) paid() map[string]string {
	seen, sums := map[string]bool{}, map[string]int64{}
	for _, h := range d.happenings {
		if m, ok := h.message.(*paymentsv1.PaymentCompleted); ok && !seen[m.GetPaymentId()] {
			seen[m.GetPaymentId()] = true
			sums[m.GetOrderId()] += m.GetAmountCents()
		}
	}
	rows := map[string]string{}
	for id, cents := range sums {
		rows[id] = fmt.Sprint(cents)
	}
	return rows
}
