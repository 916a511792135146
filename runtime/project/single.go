package project

import (
	"google.golang.org/protobuf/proto"

	"github.com/evgen-dev/evgen/runtime/event"
)

// SingleSpec is what generated code says about a table with one row per key of an event.
type SingleSpec[K any, M proto.Message] struct {
	Event    *event.Event[K, M]
	Key      func(K) []any // values of the key columns, in the table's order
	Values   func(M) []any // values of the other columns, without those that hold the revision
	Where    func(M) bool  // nil: all; a row that stops matching is deleted
	OnDelete OnDelete
}

// Single returns a source with one row per key.
//
// Values are what messages hold: scalars, enums, timestamps, durations, and pointers to them; nil is NULL.
func Single[K any, M proto.Message](s SingleSpec[K, M]) Source {
	return Source{
		contract: s.Event.Contract(),
		onDelete: s.OnDelete,
		open:     s.open,
		entity:   entityOf(s.Event, s.Key),
	}
}

func (s SingleSpec[K, M]) open(r *event.Record) (*change, error) {
	o, err := open(s.Event, r)
	if err != nil {
		return nil, err
	}
	o.entity = s.Key(o.key)
	if !o.deleted && (s.Where == nil || s.Where(o.message)) {
		o.rows = [][]any{s.Values(o.message)}
	}
	return &o.change, nil
}
