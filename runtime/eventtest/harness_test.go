package eventtest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"

	ordersv1 "github.com/evgen-dev/evgen/examples/gen/acme/orders/v1"
	"github.com/evgen-dev/evgen/examples/gen/acme/orders/v1/ordersv1ev"
	sitesv1 "github.com/evgen-dev/evgen/examples/gen/acme/sites/v1"
	"github.com/evgen-dev/evgen/examples/gen/acme/sites/v1/sitesv1ev"
	"github.com/evgen-dev/evgen/runtime/consume"
	"github.com/evgen-dev/evgen/runtime/eventtest"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

const orders = "orders"

// seen writes down each call, and nothing protects it but its transaction.
type seen struct{ fail func() error }

func (s *seen) HandleOrderPlaced(ctx context.Context, tx *sql.Tx, d *ordersv1ev.OrderPlacedDelivery) error {
	return s.insert(ctx, tx, d.Key, d.Revision)
}

func (s *seen) HandleOrderCancelled(ctx context.Context, tx *sql.Tx, d *ordersv1ev.OrderCancelledDelivery) error {
	return s.insert(ctx, tx, d.Key, d.Revision)
}

func (s *seen) insert(ctx context.Context, tx *sql.Tx, key string, revision int64) error {
	_, err := tx.ExecContext(ctx, "insert into seen (order_id, revision) values (?, ?)", key, revision)
	if s.fail != nil {
		err = errors.Join(err, s.fail())
	}
	return err
}

func newSeen(t *testing.T) (*eventtest.Harness, *seen) {
	h := eventtest.New(t)
	if _, err := h.DB().ExecContext(t.Context(), "create table seen (order_id text, revision integer)"); err != nil {
		t.Fatal(err)
	}
	return h, &seen{}
}

func placed(id string, revision int64) *ordersv1.OrderPlaced {
	return &ordersv1.OrderPlaced{OrderId: id, Revision: revision}
}

func TestDuplicatesAndLateRevisionsTakeEffectOnceAndInOrder(t *testing.T) {
	t.Parallel()
	h, s := newSeen(t)
	eventtest.Publish(h, ordersv1ev.OrderPlaced, placed("a", 1), placed("a", 1), placed("a", 3), placed("a", 2))
	h.Run(ordersv1ev.Handlers(h.DB(), s))
	h.WantRows("select revision from seen order by rowid", 1, 2, 3)
}

func TestRunAlsoHandlesWhatHandlersPublish(t *testing.T) {
	t.Parallel()
	h, s := newSeen(t)
	cancelled := ordersv1ev.NewOrderCancelledProducer(h)
	s.fail = func() error { return nil }
	chain := consume.On(ordersv1ev.OrderPlaced, func(ctx context.Context, tx *sql.Tx, d *ordersv1ev.OrderPlacedDelivery) error {
		if _, err := cancelled.Publish(ctx, &ordersv1.OrderCancelled{OrderId: d.Key, Revision: d.Revision + 1}); err != nil {
			return err
		}
		return s.HandleOrderPlaced(ctx, tx, d)
	})
	eventtest.Publish(h, ordersv1ev.OrderPlaced, placed("a", 1))
	h.Run(consume.NewRoute(h.DB(), nil, chain, consume.On(ordersv1ev.OrderCancelled, s.HandleOrderCancelled)))
	h.WantRows("select revision from seen", 1, 2)
}

func TestFaultsAddDeliveriesAndNoEffects(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(*eventtest.Harness){
		"kill":        func(h *eventtest.Harness) { h.Kill(20) },
		"rebalance":   func(h *eventtest.Harness) { h.Rebalance(20) },
		"drop commit": func(h *eventtest.Harness) { h.DropCommit() },
		"redeliver": func(h *eventtest.Harness) {
			h.Run(consume.NewRoute(h.DB(), nil, consume.On(ordersv1ev.OrderPlaced, func(context.Context, *sql.Tx, *ordersv1ev.OrderPlacedDelivery) error { return nil })))
			h.Redeliver(orders)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s := newSeen(t)
			var want []any
			for i := range 50 {
				id := fmt.Sprintf("order-%02d", i)
				eventtest.Publish(h, ordersv1ev.OrderPlaced, placed(id, 1))
				want = append(want, []any{id, 1})
			}
			if name == "redeliver" {
				want = nil // the first run took the effects, so the second one has none
			}
			fault(h)
			h.Run(ordersv1ev.Handlers(h.DB(), s))
			h.Run(ordersv1ev.Handlers(h.DB(), s))
			h.WantRows("select order_id, revision from seen", want...)
		})
	}
}

func TestKilledMemberDeliversAgain(t *testing.T) {
	t.Parallel()
	h, s := newSeen(t)
	for i := range 50 {
		eventtest.Publish(h, ordersv1ev.OrderPlaced, placed(fmt.Sprint(i), 1))
	}
	counts := make(chan int, 1)
	counts <- 0
	h.Kill(20)
	h.Run(ordersv1ev.Handlers(h.DB(), s), consume.Observe(func(consume.Observation) { counts <- <-counts + 1 }))
	if n := <-counts; n <= 50 {
		t.Errorf("%d deliveries of 50 records: the killed member's were not repeated", n)
	}
}

func TestReorderKeepsTheOrderOfEachKey(t *testing.T) {
	t.Parallel()
	h, _ := newSeen(t)
	h.Reorder(1)
	var ms []*ordersv1.OrderPlaced
	for i := range 300 {
		ms = append(ms, placed(fmt.Sprint(i%60), int64(i/60+1)))
	}
	receipts := eventtest.Publish(h, ordersv1ev.OrderPlaced, ms...)
	moved := false
	last := map[string]int64{}
	positions := map[int32]int64{}
	for i, r := range receipts {
		if key := string(r.Key); r.Offset < last[key] {
			t.Errorf("key %s: revision %d is before its predecessor", key, ms[i].GetRevision())
		} else {
			last[key] = r.Offset
		}
		moved = moved || r.Offset < positions[r.Partition]
		positions[r.Partition] = r.Offset
	}
	if !moved {
		t.Error("nothing was reordered")
	}
}

func TestProjectionFollowsDocumentsAndTheirDeletion(t *testing.T) {
	t.Parallel()
	h := eventtest.New(t)
	if err := sqldb.Migrate(t.Context(), h.DB(), sitesv1ev.InstalledAppTable); err != nil {
		t.Fatal(err)
	}
	site := func(id string, revision int64, apps ...string) *sitesv1.Site {
		s := &sitesv1.Site{SiteId: id, Revision: revision}
		for _, a := range apps {
			s.Apps = append(s.Apps, &sitesv1.Site_App{AppId: a, State: sitesv1.Site_ACTIVE})
		}
		return s
	}
	eventtest.Publish(h, sitesv1ev.Site, site("a", 1, "blog", "shop"), site("b", 1, "shop"), site("a", 3, "shop"), site("a", 2, "chat"))
	h.Run(sitesv1ev.NewInstalledAppWriter(h.DB()))
	h.WantRows("select app_id, site_id from installed_apps", []any{"shop", "a"}, []any{"shop", "b"})

	eventtest.Delete(h, sitesv1ev.Site, "a", 4)
	h.Run(sitesv1ev.NewInstalledAppWriter(h.DB()))
	h.WantRows("select app_id, site_id from installed_apps", []any{"shop", "b"})

	zero := sitesv1ev.NewInstalledAppReader(h.DB())
	if row, err := zero.Get(t.Context(), "shop", "b"); err != nil || row.GetSiteId() != "b" {
		t.Errorf("got %v, %v", row, err)
	}
}
