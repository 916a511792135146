package sqldb

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"

	"github.com/evgen-dev/evgen/runtime/event"
)

// LoadOffset returns the next offset of a partition for group, as committed by [AdvanceOffset]; found is false when there is none. The
// offset in p does not matter. If group has offsets of another topic with the same name, which was deleted since, and none of this
// one, the error is a [*TopicRecreatedError].
func LoadOffset(ctx context.Context, q Querier, group string, p event.Position) (next int64, found bool, err error) {
	// Other partitions count as well: a topic that came back with more of them is still another topic.
	rows, err := q.QueryContext(ctx, `SELECT topic_id, partition, next_offset FROM evgen_offset
WHERE grp = $1 AND topic = $2 AND (partition = $3 OR topic_id <> $4) ORDER BY partition`, group, p.Topic, p.Partition, uuid(p.TopicID))
	if err != nil {
		return 0, false, wrapOffset("read", group, p, err)
	}
	var recreated *TopicRecreatedError
	err = eachRow(rows, func() error {
		var id string
		var partition int32
		var offset int64
		err := rows.Scan(&id, &partition, &offset)
		if id == uuid(p.TopicID) {
			next, found = offset, true
		} else if recreated == nil {
			recreated = &TopicRecreatedError{group, p, id}
		}
		return err
	})
	switch {
	case err != nil:
		return 0, false, wrapOffset("read", group, p, err)
	case recreated != nil && !found:
		return 0, false, recreated
	}
	return next, found, nil
}

// AdvanceOffset moves the next offset of a partition from from.Offset to next, in the transaction of what it stands for. If it is not at from.Offset, somebody
// else owns the partition and has moved it: the error wraps [event.ErrFenced], and tx must be rolled back. The first one for a
// partition may start anywhere.
func AdvanceOffset(ctx context.Context, tx *sql.Tx, group string, from event.Position, next int64, leaderEpoch int32) error {
	n, err := rowsAffected(tx.ExecContext(ctx, `INSERT INTO evgen_offset AS o (grp, topic_id, topic, partition, next_offset, leader_epoch)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (grp, topic_id, partition) DO UPDATE
SET next_offset = EXCLUDED.next_offset, leader_epoch = EXCLUDED.leader_epoch, updated_at = EXCLUDED.updated_at
WHERE o.next_offset = $7`, group, uuid(from.TopicID), from.Topic, from.Partition, next, leaderEpoch, from.Offset))
	if err != nil {
		return wrapOffset("write", group, from, err)
	}
	if n == 0 {
		return wrapOffset("write", group, from, fmt.Errorf("evgen_offset is no longer at %d: %w", from.Offset, event.ErrFenced))
	}
	return nil
}

func wrapOffset(verb, group string, p event.Position, err error) error {
	return fmt.Errorf("%s the offset of %s/%d for %s: %w", verb, p.Topic, p.Partition, group, err)
}

// uuid spells a topic id as PostgreSQL does, e.g., 6ba7b810-9dad-11d1-80b4-00c04fd430c8.
func uuid(id event.TopicID) string {
	h := hex.EncodeToString(id[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// TopicRecreatedError says that the offsets of a group belong to a topic that was deleted. Where to go on in the new one, and
// whether the rows made from the old one are to stay, is for people to decide.
type TopicRecreatedError struct {
	Group    string         // e.g., installed_apps
	Position event.Position // in the new topic
	Stored   string         // id of the old one
}

func (e *TopicRecreatedError) Error() string {
	return fmt.Sprintf("read the offset of %[1]s/%[2]d for %[3]s: the topic was deleted and made anew, it had id %[4]s and has %[5]s. "+
		"To read the new topic from its start, run DELETE FROM evgen_offset WHERE grp = %[6]s AND topic_id = '%[4]s'; "+
		"before that, empty the target tables and run DELETE FROM evgen_revision WHERE handler = %[6]s if what came from the old one is to go, "+
		"or if the events have no revision: rows remember the old offsets then, and new ones look late",
		e.Position.Topic, e.Position.Partition, e.Group, e.Stored, uuid(e.Position.TopicID), literal(e.Group))
}
