// Package eventtest runs handlers, projections and views in a user's tests: in this process, against the embedded broker and SQLite,
// with the faults that production brings sooner or later.
//
//	h := eventtest.New(t)
//	eventtest.Publish(h, ordersv1ev.OrderPlaced, placed(1), placed(1), placed(3), placed(2)) // duplicate and late
//	h.Run(ordersv1ev.Handlers(h.DB(), billing))                                             // returns when there is nothing left to do
//	h.WantRows("select order_id from invoices", "order-1")
//
// It stands above all other packages of the runtime, and production code never links it.
package eventtest
