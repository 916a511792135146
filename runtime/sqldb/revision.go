package sqldb

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/evgen-dev/evgen/runtime/event"
)

// Tiebreak says which of two contents with the same revision stays.
type Tiebreak uint8

const (
	KeepStored  Tiebreak = iota // the one that came first
	GreaterHash                 // the one with the greater SHA-256: all consumers end up with the same, whatever the order
)

type revisionGuard struct {
	dialect Dialect
	tie     Tiebreak
}

// NewRevisionGuard returns a guard that applies a record if its revision is greater than the one that evgen_revision has for its key. An
// older one is [event.Stale], the same one [event.Duplicate], or [event.Conflict] if the content differs. An offset
// in the entry breaks ties between different contents: the later one is applied. Of several revisions of a key in one call only
// the highest is applied.
func NewRevisionGuard(d Dialect, tie Tiebreak) Guard { return &revisionGuard{d, tie} }

// offer is a revision on its way into evgen_revision, and then what the table has instead of it.
type offer struct {
	entry   *Entry
	version version
	applied bool
	stored  version // if not applied
}

// version is what a guard compares.
type version struct {
	revision, offset int64
	hash             []byte
}

func (v version) sameRevision(w version) bool { return v.revision == w.revision }

func (v version) sameContent(w version) bool { return bytes.Equal(v.hash, w.hash) }

func (v version) same(w version) bool { return v.sameRevision(w) && v.sameContent(w) }

func (g *revisionGuard) Admit(ctx context.Context, tx *sql.Tx, handler string, e []Entry) ([]event.Outcome, error) {
	versions, err := versionsOf(handler, e)
	if err != nil {
		return nil, err
	}
	offers := g.highest(e, versions)
	if err := g.dialect.upsertRevisions(ctx, tx, handler, g.tie, offers); err != nil {
		return nil, fmt.Errorf("write evgen_revision for %s: %w", handler, err)
	}
	if err := g.explain(ctx, tx, handler, offers); err != nil {
		return nil, err
	}
	return g.outcomes(e, versions, offers), nil
}

func versionsOf(handler string, e []Entry) ([]version, error) {
	versions := make([]version, len(e))
	for i := range e {
		if e[i].Revision < 1 {
			return nil, &EntryError{handler, e[i].Key, "the record has no revision (header " + event.HeaderRevision + ")"}
		}
		versions[i] = version{e[i].Revision, e[i].Offset, e[i].hash()}
	}
	return versions, nil
}

// highest returns one offer per key, sorted by key: two transactions that lock rows in different orders would deadlock.
func (g *revisionGuard) highest(e []Entry, versions []version) []*offer {
	byKey := make(map[string]*offer, len(e))
	offers := make([]*offer, 0, len(e))
	for i := range e {
		o := byKey[string(e[i].Key)]
		switch {
		case o == nil:
			o = &offer{entry: &e[i], version: versions[i]}
			byKey[string(e[i].Key)] = o
			offers = append(offers, o)
		case g.newer(versions[i], o.version):
			o.entry, o.version = &e[i], versions[i]
		case versions[i].same(o.version):
			o.version.offset = max(o.version.offset, versions[i].offset)
		}
	}
	slices.SortFunc(offers, func(a, b *offer) int { return bytes.Compare(a.entry.Key, b.entry.Key) })
	return offers
}

// newer is the condition of the upserts, for records of one call.
func (g *revisionGuard) newer(v, than version) bool {
	switch {
	case !v.sameRevision(than):
		return v.revision > than.revision
	case v.sameContent(than):
		return false
	case v.offset != than.offset:
		return v.offset > than.offset
	}
	return g.tie == GreaterHash && bytes.Compare(v.hash, than.hash) > 0
}

// explain reads what was in the way of the offers that were not applied. Their rows are locked by the upsert, so the
// answer holds.
func (g *revisionGuard) explain(ctx context.Context, tx *sql.Tx, handler string, offers []*offer) error {
	refused := slices.DeleteFunc(slices.Clone(offers), func(o *offer) bool { return o.applied })
	if len(refused) == 0 {
		return nil
	}
	if err := g.dialect.storedRevisions(ctx, tx, handler, refused); err != nil {
		return fmt.Errorf("read evgen_revision for %s: %w", handler, err)
	}
	for _, o := range refused {
		if err := g.moveOffset(ctx, tx, handler, o); err != nil {
			return fmt.Errorf("move the offset in evgen_revision for %s: %w", handler, err)
		}
	}
	return nil
}

// moveOffset remembers the later offset of a content that is stored already: what came between the two must lose against it.
func (g *revisionGuard) moveOffset(ctx context.Context, tx *sql.Tx, handler string, o *offer) error {
	if !o.version.same(o.stored) || o.version.offset <= o.stored.offset {
		return nil
	}
	_, err := tx.ExecContext(ctx, "UPDATE evgen_revision SET record_offset = $1 WHERE handler = $2 AND entity_key = $3",
		o.version.offset, handler, keyBytes(o.entry.Key))
	return err
}

func (g *revisionGuard) outcomes(e []Entry, versions []version, offers []*offer) []event.Outcome {
	outcomes := make([]event.Outcome, len(e))
	for i := range e {
		at, _ := slices.BinarySearchFunc(offers, e[i].Key, func(o *offer, key []byte) int { return bytes.Compare(o.entry.Key, key) })
		o := offers[at]
		switch {
		case o.applied && o.entry == &e[i]:
			outcomes[i] = event.Applied
		case o.applied:
			outcomes[i] = compareWith(o.version, versions[i])
		default:
			outcomes[i] = compareWith(o.stored, versions[i])
		}
	}
	return outcomes
}

// compareWith says what a version is that does not replace the stored one.
func compareWith(stored, v version) event.Outcome {
	switch {
	case !v.sameRevision(stored):
		return event.Stale
	case v.sameContent(stored):
		return event.Duplicate
	case v.offset != stored.offset:
		return event.Stale
	}
	return event.Conflict
}

// keyBytes returns what drivers do not store as NULL: the key of a record without one is empty.
func keyBytes(key []byte) []byte {
	if key == nil {
		return []byte{}
	}
	return key
}

// nullable returns nil as NULL, which drivers do not all do by themselves.
func nullable(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}
