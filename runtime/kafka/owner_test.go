package kafka_test

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/evgen-dev/evgen/runtime/event"
)

// owner records what it is told, in words, and keeps what it holds.
type owner struct {
	calls    chan call
	assigned func([]event.Assignment)
	revoked  func([]event.Position)
	lost     func([]event.Position)
}

type call struct {
	what        string // assigned, revoked, lost
	assignments []event.Assignment
	positions   []event.Position
}

func newOwner() *owner { return &owner{calls: make(chan call, 1000)} }

func (o *owner) Assigned(_ context.Context, as []event.Assignment) error {
	given := slices.Clone(as)
	if o.assigned != nil {
		o.assigned(as)
	}
	o.calls <- call{what: "assigned", assignments: given}
	return nil
}

func (o *owner) Revoked(_ context.Context, at []event.Position) error {
	if o.revoked != nil {
		o.revoked(at)
	}
	o.calls <- call{what: "revoked", positions: at}
	return nil
}

func (o *owner) Lost(at []event.Position) {
	if o.lost != nil {
		o.lost(at)
	}
	o.calls <- call{what: "lost", positions: at}
}

// join enters a group; the membership ends with the test if not before.
func (f *fixture) join(group string, o *owner, topics ...string) event.Member {
	f.Helper()
	m, err := f.Join(f.ctx, event.Membership{Group: group, Topics: topics, Owner: o})
	f.must(err)
	return m
}

// next returns the next call of the owner while it keeps the member polling.
func (f *fixture) next(o *owner, m event.Member) call {
	f.Helper()
	defer f.keepPolling(m)()
	return f.told(o)
}

func (f *fixture) told(o *owner) call {
	f.Helper()
	select {
	case c := <-o.calls:
		return c
	case <-f.ctx.Done():
		f.Fatal("the owner was told nothing")
		return call{}
	}
}

// poll polls until n records came.
func (f *fixture) poll(m event.Member, n int) []*event.Record {
	f.Helper()
	var records []*event.Record
	for len(records) < n {
		more, err := m.Poll(f.ctx, n-len(records))
		f.must(err)
		records = append(records, more...)
		m.Release()
	}
	return records
}

// committed returns what a group has stored for a partition, -1 for nothing.
func (f *fixture) committed(group, topic string, partition int32) kadm.Offset {
	f.Helper()
	offsets, err := f.admin.FetchOffsets(f.ctx, group)
	for errors.Is(err, io.EOF) { // of a connection from before the broker came back, which kgo does not always try again
		offsets, err = f.admin.FetchOffsets(f.ctx, group)
	}
	f.must(err)
	at, ok := offsets.Lookup(topic, partition)
	if !ok {
		return kadm.Offset{At: -1}
	}
	return at.Offset
}
