package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"

	configv1 "github.com/evgen-dev/evgen/examples/gen/acme/config/v1"
	"github.com/evgen-dev/evgen/examples/gen/acme/config/v1/configv1ev"
	inventoryv1 "github.com/evgen-dev/evgen/examples/gen/acme/inventory/v1"
	"github.com/evgen-dev/evgen/examples/gen/acme/inventory/v1/inventoryv1ev"
	ordersv1 "github.com/evgen-dev/evgen/examples/gen/acme/orders/v1"
	"github.com/evgen-dev/evgen/examples/gen/acme/orders/v1/ordersv1ev"
	paymentsv1 "github.com/evgen-dev/evgen/examples/gen/acme/payments/v1"
	"github.com/evgen-dev/evgen/examples/gen/acme/payments/v1/paymentsv1ev"
	sitesv1 "github.com/evgen-dev/evgen/examples/gen/acme/sites/v1"
	"github.com/evgen-dev/evgen/examples/gen/acme/sites/v1/sitesv1ev"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/kafka"
)

// day is what happens in the shop, in the order of publishing. It is the same every day.
type day struct {
	random     *rand.Rand
	happenings []happening
}

// happening is one event on its way to a topic.
type happening struct {
	topic   string
	message any // e.g., *sitesv1.Site, or siteDeleted
}

// siteDeleted is a tombstone.
type siteDeleted struct {
	siteID   string
	revision int64
}

// newDay writes the history of each entity, repeats some events and moves some behind their successors, and shuffles all histories together.
func newDay() *day {
	d := &day{random: rand.New(rand.NewPCG(2026, 11))}
	var histories [][]happening
	for i := range 250 {
		histories = append(histories, d.siteHistory(i), d.orderHistory(i), d.stockHistory(i), d.paymentHistory(i))
	}
	for i := range 50 {
		histories = append(histories, d.zoneHistory(i))
	}
	d.interleave(histories)
	return d
}

func (d *day) size() int { return len(d.happenings) }

// count returns how many events go to a topic.
func (d *day) count(topic string) int {
	n := 0
	for _, h := range d.happenings {
		if h.topic == topic {
			n++
		}
	}
	return n
}

// disturb repeats about every eighth event and swaps about every eighth with its successor.
func (d *day) disturb(history []happening) []happening {
	var out []happening
	for _, h := range history {
		out = append(out, h)
		if d.random.IntN(8) == 0 {
			out = append(out, h)
		}
	}
	for i := 1; i < len(out); i++ {
		if d.random.IntN(8) == 0 {
			out[i-1], out[i] = out[i], out[i-1]
		}
	}
	return out
}

// interleave mixes histories, each of which keeps its order.
func (d *day) interleave(histories [][]happening) {
	var turns []int
	for i, h := range histories {
		for range h {
			turns = append(turns, i)
		}
	}
	d.random.Shuffle(len(turns), func(i, j int) { turns[i], turns[j] = turns[j], turns[i] })
	for _, i := range turns {
		d.happenings = append(d.happenings, histories[i][0])
		histories[i] = histories[i][1:]
	}
}

// producers are those of all services.
type producers struct {
	sites     *sitesv1ev.SiteProducer
	placed    *ordersv1ev.OrderPlacedProducer
	cancelled *ordersv1ev.OrderCancelledProducer
	stock     *inventoryv1ev.StockLevelProducer
	paid      *paymentsv1ev.PaymentCompletedProducer
	zones     *configv1ev.TimeZoneProducer
}

// publish sends the day and returns when all of it is acknowledged. Events of one key arrive in the order of these calls.
func (d *day) publish(ctx context.Context, client *kafka.Client) error {
	p := producers{
		sitesv1ev.NewSiteProducer(client), ordersv1ev.NewOrderPlacedProducer(client), ordersv1ev.NewOrderCancelledProducer(client),
		inventoryv1ev.NewStockLevelProducer(client), paymentsv1ev.NewPaymentCompletedProducer(client), configv1ev.NewTimeZoneProducer(client),
	}
	var mu sync.Mutex
	var errs error
	var open sync.WaitGroup
	for _, h := range d.happenings {
		open.Add(1)
		p.publish(ctx, h.message, func(_ event.Receipt, err error) {
			mu.Lock()
			errs = errors.Join(errs, err)
			mu.Unlock()
			open.Done()
		})
	}
	open.Wait()
	return errs
}

func (p *producers) publish(ctx context.Context, message any, done func(event.Receipt, error)) {
	switch m := message.(type) {
	case *sitesv1.Site:
		p.sites.PublishAsync(ctx, m, done)
	case siteDeleted:
		p.sites.DeleteAsync(ctx, m.siteID, m.revision, done)
	case *ordersv1.OrderPlaced:
		p.placed.PublishAsync(ctx, m, done)
	case *ordersv1.OrderCancelled:
		p.cancelled.PublishAsync(ctx, m, done)
	case *inventoryv1.StockLevel:
		p.stock.PublishAsync(ctx, m, done)
	case *paymentsv1.PaymentCompleted:
		p.paid.PublishAsync(ctx, m, done)
	case *configv1.TimeZone:
		p.zones.PublishAsync(ctx, m, done)
	}
}
