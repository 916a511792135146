package eventtest

import (
	"math/rand/v2"

	"google.golang.org/protobuf/proto"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/produce"
)

// Publish creates the event's topic if need be, publishes the messages in order, and returns where they went. After [Harness.Reorder] the order
// holds per key only.
func Publish[K any, M proto.Message](h *Harness, e *event.Event[K, M], ms ...M) []event.Receipt {
	h.t.Helper()
	ctx, cancel := h.context()
	defer cancel()
	h.must("create topic", h.CreateTopics(ctx, e.Contract().Topic))
	p := produce.New(h, e)
	receipts := make([]event.Receipt, len(ms))
	for _, i := range h.order(len(ms), func(i int) string { return string(e.EncodeKey(e.KeyOf(ms[i]))) }) {
		var err error
		receipts[i], err = p.Publish(ctx, ms[i])
		h.must("publish", err)
	}
	return receipts
}

// Delete publishes the tombstone of a document.
func Delete[K any, M proto.Message](h *Harness, e *event.Event[K, M], key K, revision int64) event.Receipt {
	h.t.Helper()
	ctx, cancel := h.context()
	defer cancel()
	h.must("create topic", h.CreateTopics(ctx, e.Contract().Topic))
	receipt, err := produce.NewDocument(h, e).Delete(ctx, key, revision)
	h.must("delete", err)
	return receipt
}

// order returns the numbers below n: as they are, or shuffled so that those of one key stay in order.
func (h *Harness) order(n int, key func(int) string) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	if h.faults.shuffle == nil {
		return order
	}
	perKey := map[string][]int{}
	for i := range order {
		perKey[key(i)] = append(perKey[key(i)], i)
	}
	slots := make([]string, n)
	for i := range slots {
		slots[i] = key(i)
	}
	h.faults.shuffle.Shuffle(n, func(i, j int) { slots[i], slots[j] = slots[j], slots[i] })
	for i, k := range slots {
		order[i] = perKey[k][0]
		perKey[k] = perKey[k][1:]
	}
	return order
}

// Reorder shuffles what later calls of [Publish] publish: events of different keys come in another order, those of one key do
// not. The same seed gives the same order.
func (h *Harness) Reorder(seed uint64) { h.faults.shuffle = rand.New(rand.NewPCG(seed, 0)) }
