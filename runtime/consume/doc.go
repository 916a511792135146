// Package consume runs handlers of events: it reads topics as a member of a consumer group, calls each handler once per record and key in
// order, and commits what is done.
//
// A [Group] takes one [Route] per topic. A keyed route, for events with a revision or an id, handles the keys of a partition side by side;
// the guard that tells duplicates and late records (package sqldb) and the handler share one transaction, so a record that comes
// twice takes effect once. A serial route, for events without either and for projections, handles a partition in order, and
// keeps its position in that transaction. A route of [Func] cases has no database: its handlers see a record again after a
// crash or a rebalance.
//
// What fails is retried without holding other keys, then dead-lettered to "<topic>.<group>.dlq" or held, as the event's contract
// says; what fails for good is dead-lettered at once. When something that all handlers need is down, the group waits for it.
//
// The package stands on package event, whose adapters (package kafka, and in-process brokers of tests) bring the records.
package consume
