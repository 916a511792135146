package project

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/evgen-dev/evgen/runtime/event"
)

// OnDelete says what becomes of an entity's rows when it is deleted, by a tombstone or by a field that says so.
type OnDelete uint8

const (
	DeleteRow    OnDelete = iota // they go
	ClearColumns                 // the row stays, all columns but its key are NULL; for [Single] only
	Keep                         // nothing: the event of the deletion is skipped
)

// Source is an event that fills a table. [Single] and [Each] make one.
type Source struct {
	contract *event.Contract
	each     bool
	onDelete OnDelete
	open     func(*event.Record) (*change, error)
	entity   func(key []byte) ([]any, error) // values of the entity columns
}

// change is what one record says about its entity.
type change struct {
	at      int // index of the record in its batch
	record  *event.Record
	version version
	hash    []byte  // of the record's value, where it is compared here and not by a guard
	entity  []any   // values of the columns that hold the event's key
	deleted bool    // by the producer
	rows    [][]any // values of the filled columns, one slice per row
}

// version orders the changes of an entity.
type version struct{ revision, offset int64 }

func (v version) less(w version) bool {
	return v.revision < w.revision || v.revision == w.revision && v.offset < w.offset
}

// versionOf returns how r counts among the records of its key. Only where revisions are missing or may be equal the offset decides: elsewhere a
// duplicate that the producer wrote must not look newer than the original.
func versionOf(kind event.RevisionKind, revision int64, r *event.Record) version {
	switch kind {
	case event.Unrevised:
		return version{offset: r.Offset}
	case event.Timed:
		return version{revision, r.Offset}
	default:
		return version{revision: revision}
	}
}

// opened is a decoded record.
type opened[K any, M proto.Message] struct {
	key     K
	message M // unset for a tombstone
	change
}

func open[K any, M proto.Message](e *event.Event[K, M], r *event.Record) (*opened[K, M], error) {
	o := &opened[K, M]{change: change{record: r}}
	if r.IsTombstone() {
		d, err := e.Deletion(r)
		if err != nil {
			return nil, err
		}
		o.key, o.deleted = d.Key, true
		o.version = versionOf(e.Contract().Revision, d.Revision, r)
		return o, nil
	}
	d, err := e.Delivery(r)
	if err != nil {
		return nil, err
	}
	o.key, o.message, o.deleted = d.Key, d.Message, e.IsDeleted(d.Message)
	o.version = versionOf(e.Contract().Revision, d.Revision, r)
	return o, nil
}

// entityOf returns the decoder of record keys into column values.
func entityOf[K any, M proto.Message](e *event.Event[K, M], values func(K) []any) func([]byte) ([]any, error) {
	return func(key []byte) ([]any, error) {
		k, err := e.DecodeKey(&event.Record{Position: event.Position{Topic: e.Contract().Topic.Name, Partition: -1, Offset: -1}, Key: key})
		if err != nil {
			return nil, fmt.Errorf("decode key %s: %w", event.TextOf(key), err)
		}
		return values(k), nil
	}
}
