package project

import (
	"cmp"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/evgen-dev/evgen/runtime/event"
)

// EachSpec is what generated code says about a table with one row per element of an event's repeated or map field.
type EachSpec[K any, M proto.Message, E any] struct {
	Event    *event.Event[K, M]
	Owner    func(K) []any    // values of the owner columns, in the table's order
	Elements func(M) []E      // for a map: [Entries]
	Values   func(M, E) []any // values of the other columns, without those that hold the revision
	Where    func(M, E) bool  // nil: all; a row that stops matching is deleted
	OnDelete OnDelete         // not ClearColumns
}

// Each returns a source with one row per element. When two elements of one event have the same row key, the last one
// wins, and a warning is logged. Values are as for [Single].
func Each[K any, M proto.Message, E any](s EachSpec[K, M, E]) Source {
	return Source{
		contract: s.Event.Contract(),
		each:     true,
		onDelete: s.OnDelete,
		open:     s.open,
		entity:   entityOf(s.Event, s.Owner),
	}
}

func (s EachSpec[K, M, E]) open(r *event.Record) (*change, error) {
	o, err := open(s.Event, r)
	if err != nil {
		return nil, err
	}
	o.entity = s.Owner(o.key)
	if o.deleted {
		return &o.change, nil
	}
	for _, e := range s.Elements(o.message) {
		if s.Where == nil || s.Where(o.message, e) {
			o.rows = append(o.rows, s.Values(o.message, e))
		}
	}
	return &o.change, nil
}

// Entry is an element of a map field.
type Entry[K MapKey, V any] struct {
	Key   K
	Value V
}

// MapKey is what the keys of a map field can be.
type MapKey interface {
	comparable
	string | bool | int32 | int64 | uint32 | uint64
}

// Entries returns the entries of a map field in the order of their keys, so that the same message always gives the same rows.
func Entries[K MapKey, V any](m map[K]V) []Entry[K, V] {
	entries := make([]Entry[K, V], 0, len(m))
	for k, v := range m {
		entries = append(entries, Entry[K, V]{k, v})
	}
	slices.SortFunc(entries, func(a, b Entry[K, V]) int { return compareKeys(a.Key, b.Key) })
	return entries
}

func compareKeys[K MapKey](a, b K) int {
	switch x := any(a).(type) {
	case string:
		return cmp.Compare(x, any(b).(string))
	case bool:
		return compareBools(x, any(b).(bool))
	case int32:
		return cmp.Compare(x, any(b).(int32))
	case int64:
		return cmp.Compare(x, any(b).(int64))
	case uint32:
		return cmp.Compare(x, any(b).(uint32))
	default:
		return cmp.Compare(any(a).(uint64), any(b).(uint64))
	}
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}
