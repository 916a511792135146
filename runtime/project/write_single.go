package project

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"slices"

	"github.com/evgen-dev/evgen/runtime/event"
)

// writeSingle writes one row per entity. The row itself says whether a change is newer, so that effect and guard are one statement.
func writeSingle(ctx context.Context, tx *sql.Tx, s *store, b *batch) error {
	newest := b.collapse()
	rows := make([][]any, 0, len(newest))
	for _, c := range newest {
		row, err := b.layout.singleRow(c)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	refused, err := s.upsertNewer(ctx, tx, rows)
	if err != nil || len(refused) == 0 {
		return err
	}
	stamps, err := s.stamps(ctx, tx, pick(rows, refused))
	if err != nil {
		return err
	}
	for i, at := range refused {
		b.outcomes[newest[at].at] = repeated(newest[at], stamps[i])
	}
	return nil
}

// collapse returns the newest change of each entity, ordered by key, so that concurrent writers never wait for each other in a circle, and
// settles the outcomes of the others. It is legal because a row, unlike the effect of a handler, is all that its
// revision leaves behind.
func (b *batch) collapse() []*change {
	byKey := make(map[string]*change, len(b.changes))
	for _, c := range b.changes {
		c.hash = hashOf(c.record.Value)
		old := byKey[string(c.record.Key)]
		switch {
		case old == nil:
			byKey[string(c.record.Key)] = c
		case old.version.less(c.version):
			byKey[string(c.record.Key)] = c
			b.outcomes[old.at] = event.Stale
		default:
			b.outcomes[c.at] = repeated(c, stamp{old.version, old.hash})
		}
	}
	newest := make([]*change, 0, len(byKey))
	for _, c := range byKey {
		newest = append(newest, c)
	}
	slices.SortFunc(newest, func(x, y *change) int { return bytes.Compare(x.record.Key, y.record.Key) })
	return newest
}

// hashOf is the hash that tells a duplicate from a conflict, nil for a tombstone.
func hashOf(value []byte) []byte {
	if value == nil {
		return nil
	}
	hash := sha256.Sum256(value)
	return hash[:]
}

// stamp is what a row remembers of the change that wrote it.
type stamp struct {
	version version
	hash    []byte
}

// repeated is the outcome of a change that is not newer than what was there.
func repeated(c *change, there stamp) event.Outcome {
	switch {
	case c.version.less(there.version):
		return event.Stale
	case bytes.Equal(c.hash, there.hash):
		return event.Duplicate
	default:
		return event.Conflict
	}
}

func pick[T any](all []T, numbers []int) []T {
	picked := make([]T, len(numbers))
	for i, n := range numbers {
		picked[i] = all[n]
	}
	return picked
}
