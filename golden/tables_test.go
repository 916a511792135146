package golden_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/evgen-dev/evgen/golden/tables/tablesv1"
	"github.com/evgen-dev/evgen/golden/tables/tablesv1/tablesv1ev"
	"github.com/evgen-dev/evgen/runtime/consume"
	"github.com/evgen-dev/evgen/runtime/eventtest"
	"github.com/evgen-dev/evgen/runtime/project"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

var tables = []sqldb.Table{
	tablesv1ev.OrderTable, tablesv1ev.LineTable, tablesv1ev.BasketTable, tablesv1ev.TagTable, tablesv1ev.StateTable,
	tablesv1ev.CountTable, tablesv1ev.ShelfTable, tablesv1ev.MarkTable, tablesv1ev.FilterTable,
}

// runWriters runs all projections, one after the other: a group has one route per topic. A projection that is new to the database starts
// where its group is, so the group goes back to the start each time; those that are not new keep their position.
func runWriters(h *eventtest.Harness) {
	for _, w := range []consume.Route{
		tablesv1ev.NewOrderWriter(h.DB()), tablesv1ev.NewLineWriter(h.DB()), tablesv1ev.NewBasketWriter(h.DB()),
		tablesv1ev.NewTagWriter(h.DB()), tablesv1ev.NewStateWriter(h.DB()), tablesv1ev.NewCountWriter(h.DB()),
		tablesv1ev.NewShelfWriter(h.DB()), tablesv1ev.NewMarkWriter(h.DB()), tablesv1ev.NewFilterWriter(h.DB()),
	} {
		h.Redeliver(tablesv1ev.Order.Contract().Topic.Name)
		h.Run(w)
	}
}

// full is an order that has everything, and that the filter of FilterRow takes.
func full() *tablesv1.Order {
	line := func(sku string, amount int32, state tablesv1.Order_State) *tablesv1.Order_Line {
		return &tablesv1.Order_Line{Sku: sku, Amount: amount, State: state}
	}
	priced := line("hat", 2, tablesv1.Order_OPEN)
	priced.Price, priced.Due = proto.Float64(1.5), &timestamppb.Timestamp{Seconds: 5}
	return &tablesv1.Order{
		Tenant: "axc", Number: 1, Revision: 2, State: tablesv1.Order_OPEN,
		Buyer: &tablesv1.Order_Buyer{Id: "b", Note: proto.String("hurry"), Address: &tablesv1.Order_Address{City: "Rome", Floor: proto.Uint32(0)}},
		Lines: []*tablesv1.Order_Line{
			priced, line("test-hat", 1, tablesv1.Order_OPEN), line("none", 0, tablesv1.Order_OPEN), line("lost", 1, tablesv1.Order_LOST),
			line("shoe", 1, tablesv1.Order_SHIPPED),
		},
		Basket:   &tablesv1.Order_Basket{Lines: []*tablesv1.Order_Line{priced, line("cheap", 1, tablesv1.Order_OPEN)}},
		Tags:     []string{"new", "x", "axc", "new"},
		States:   []tablesv1.Order_State{tablesv1.Order_SHIPPED, tablesv1.Order_STATE_UNSPECIFIED, tablesv1.Order_OPEN},
		Counts:   map[string]int64{"a": 1, "zero": 0, "": 5},
		ByShelf:  map[uint32]*tablesv1.Order_Line{99: line("top", 1, 0), 100: line("far", 1, 0), 3: line("empty", 0, 0)},
		Marks:    map[bool][]byte{true: {1}, false: {}},
		PlacedAt: &timestamppb.Timestamp{Seconds: 1_900_000_000, Nanos: 123_000}, Patience: &durationpb.Duration{Seconds: 60},
		Picture: []byte{0, 0xff}, Share: 1.5, Total: 2.5, Checksum: 8, Stars: 2,
		Coupon: proto.String(""), Seal: []byte{}, Channel: &tablesv1.Order_Shop{Shop: ""},
	}
}

func TestColumnsOfEachKindComeBack(t *testing.T) {
	t.Parallel()
	h := newHarness(t, tables...)
	bare := &tablesv1.Order{Tenant: "axc", Number: 2, Revision: 1, Buyer: &tablesv1.Order_Buyer{}, Checksum: 1 << 63}
	eventtest.Publish(h, tablesv1ev.Order, full(), bare)
	runWriters(h)
	orders := tablesv1ev.NewOrderReader(h.DB())
	want := []*tablesv1.OrderRow{
		{
			Tenant: "axc", Number: 1, State: tablesv1.Order_OPEN, BuyerId: "b", BuyerNote: proto.String("hurry"), City: proto.String("Rome"),
			Floor: proto.Uint32(0), PlacedAt: &timestamppb.Timestamp{Seconds: 1_900_000_000, Nanos: 123_000}, Patience: &durationpb.Duration{Seconds: 60},
			Picture: []byte{0, 0xff}, Share: 1.5, Total: 2.5, Checksum: 8, Stars: 2, Coupon: proto.String(""), Seal: []byte{}, Version: 2,
		},
		{Tenant: "axc", Number: 2, Checksum: 1 << 63, Version: 1},
	}
	got := all(t, func(p project.Page) (project.Rows[*tablesv1.OrderRow], error) {
		return orders.ListByTenant(t.Context(), "axc", p)
	})
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	newest := all(t, func(p project.Page) (project.Rows[*tablesv1.OrderRow], error) {
		return orders.ListByNewest(t.Context(), p)
	})
	if diff := cmp.Diff(want, newest, protocmp.Transform()); diff != "" {
		t.Errorf("newest (-want +got):\n%s", diff)
	}
	largest := all(t, func(p project.Page) (project.Rows[*tablesv1.OrderRow], error) {
		return orders.ListByChecksum(t.Context(), 1<<63, p)
	})
	if diff := cmp.Diff(want[1:], largest, protocmp.Transform()); diff != "" {
		t.Errorf("by checksum (-want +got):\n%s", diff)
	}
}

func TestElementsOfEachKindAreRows(t *testing.T) {
	t.Parallel()
	h := newHarness(t, tables...)
	eventtest.Publish(h, tablesv1ev.Order, full(), full()) // a duplicate
	runWriters(h)
	h.WantRows(`select sku, amount, price, due, version from line`, []any{"hat", 2, 1.5, 5_000_000, 2}, []any{"shoe", 1, nil, nil, 2})
	h.WantRows(`select sku from basket`, "hat")
	h.WantRows(`select tag from tag`, "new")
	h.WantRows(`select state from state`, 1, 2)
	h.WantRows(`select name, count from count`, []any{"a", 1})
	h.WantRows(`select shelf, sku from shelf`, []any{99, "top"})
	h.WantRows(`select mark, hex(value) from mark`, []any{0, ""}, []any{1, "01"})
	lines := tablesv1ev.NewLineReader(h.DB())
	hat, err := lines.Get(t.Context(), "hat", "axc", 1)
	want := &tablesv1.LineRow{
		Sku: "hat", Tenant: "axc", Number: 1, Amount: 2, Price: proto.Float64(1.5), Due: &timestamppb.Timestamp{Seconds: 5}, Version: 2,
	}
	if diff := cmp.Diff(want, hat, protocmp.Transform()); err != nil || diff != "" {
		t.Errorf("row (-want +got), %v:\n%s", err, diff)
	}
}

// Whatever comes twice, late, or again after a crash: rows are those of the newest revision, and a deletion is one.
func TestRowsAreThoseOfTheNewestRevision(t *testing.T) {
	t.Parallel()
	h := newHarness(t, tables...)
	newest, late := full(), full()
	newest.Revision, newest.Lines = 3, newest.Lines[:1]
	late.Revision, late.Lines = 1, nil
	h.Kill(1)
	eventtest.Publish(h, tablesv1ev.Order, full(), newest, late, newest)
	runWriters(h)
	h.WantRows(`select sku, version from line`, []any{"hat", 3})
	h.WantRows(`select version from "order"`, 3)
	receipt := eventtest.Delete(h, tablesv1ev.Order, tablesv1ev.OrderKey{Tenant: "axc", Number: 1}, 4)
	eventtest.Publish(h, tablesv1ev.Order, newest)
	h.Kill(1)
	runWriters(h)
	if err := tablesv1ev.NewOrderReader(h.DB()).WaitFor(t.Context(), receipt); err != nil {
		t.Error(err)
	}
	h.WantRows(`select * from "order"`)
	h.WantRows(`select * from line`)
	h.WantRows(`select sku from basket`, "hat")                       // KEEP
	h.WantRows(`select number, buyer_id from filters`, []any{1, nil}) // CLEAR_COLUMNS
}

// Each case spoils one condition of the filter, and so loses its row.
func TestFilterIsTheGoOfItsCEL(t *testing.T) {
	t.Parallel()
	cases := map[string]func(*tablesv1.Order){
		"has(order.buyer)":          func(o *tablesv1.Order) { o.Buyer = nil },
		"has(order.buyer.note)":     func(o *tablesv1.Order) { o.Buyer.Note = nil },
		"has(order.coupon)":         func(o *tablesv1.Order) { o.Coupon = nil },
		"has(order.stars)":          func(o *tablesv1.Order) { o.Stars = 0 },
		"has(order.lines)":          func(o *tablesv1.Order) { o.Lines = nil },
		"has(order.counts)":         func(o *tablesv1.Order) { o.Counts = nil },
		"has(order.shop)":           func(o *tablesv1.Order) { o.Channel = &tablesv1.Order_Partner{} },
		"state != State.LOST":       func(o *tablesv1.Order) { o.State = tablesv1.Order_LOST },
		"state >= 1":                func(o *tablesv1.Order) { o.State = tablesv1.Order_STATE_UNSPECIFIED },
		"state in":                  func(o *tablesv1.Order) { o.State = 3 },
		"stars > number":            func(o *tablesv1.Order) { o.Stars = 1 },
		"stars in":                  func(o *tablesv1.Order) { o.Stars = -3 },
		"checksum in":               func(o *tablesv1.Order) { o.Checksum = 1 << 63 },
		"size(tags) <= checksum":    func(o *tablesv1.Order) { o.Tags = make([]string, 9) },
		"size(picture)":             func(o *tablesv1.Order) { o.Picture = []byte{0} },
		"picture ==":                func(o *tablesv1.Order) { o.Picture = []byte{0, 1} },
		"size(seal) != stars":       func(o *tablesv1.Order) { o.Seal = []byte{1, 2} },
		"total > 1":                 func(o *tablesv1.Order) { o.Total = 1 },
		"total in":                  func(o *tablesv1.Order) { o.Total = 2.25 },
		"share < 2.5":               func(o *tablesv1.Order) { o.Share = 2.5 },
		"placed_at":                 func(o *tablesv1.Order) { o.PlacedAt = nil },
		"patience < 36h":            func(o *tablesv1.Order) { o.Patience = &durationpb.Duration{Seconds: 36 * 3600} },
		"patience > -1.5s":          func(o *tablesv1.Order) { o.Patience = &durationpb.Duration{Seconds: -2} },
		"gift == paid":              func(o *tablesv1.Order) { o.Gift = true },
		"!gift == (stars in)":       func(o *tablesv1.Order) { o.Gift, o.Paid = true, proto.Bool(true) },
		"buyer.id in":               func(o *tablesv1.Order) { o.Buyer.Id = "c" },
		"tenant.contains('x') || …": func(o *tablesv1.Order) { o.Tenant = "nothing of it" },
	}
	h := newHarness(t, tablesv1ev.FilterTable)
	good := full()
	good.Tenant = "x: nothing spoilt"
	orders := []*tablesv1.Order{good}
	for name, spoil := range cases {
		o := full()
		o.Tenant = "x: " + name
		spoil(o)
		orders = append(orders, o)
	}
	eventtest.Publish(h, tablesv1ev.Order, orders...)
	h.Run(tablesv1ev.NewFilterWriter(h.DB()))
	h.WantRows(`select tenant from filters`, good.Tenant)
}
