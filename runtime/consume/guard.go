package consume

import (
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// guardKind is how a topic's duplicates and late records are told. All events of a topic share it.
type guardKind uint8

const (
	byPosition guardKind = iota // no revision and no id: in the order of the partition
	byRevision                  // apply if newer
	byTime                      // apply if newer, equal times by offset
	bySequence                  // apply if next
	byID                        // once per id
	byCommand                   // once per id, until it expires
)

// String returns the kind for messages, e.g., "revision".
func (k guardKind) String() string {
	return [...]string{"position", "revision", "timestamp revision", "sequence", "event id", "command id"}[k]
}

func guardKindOf(c *event.Contract) guardKind {
	switch c.Revision {
	case event.Growing:
		return byRevision
	case event.Timed:
		return byTime
	case event.Gapless:
		return bySequence
	}
	switch {
	case c.Kind == event.Command:
		return byCommand
	case c.Identified:
		return byID
	}
	return byPosition
}

const (
	// commandLife is how long a command without an expiry time may be executed.
	commandLife = 7 * 24 * time.Hour
	// inboxSlack is how much longer than its record an id is kept: a broker removes whole segments, and clocks differ.
	inboxSlack = time.Hour
)

// expiryOf returns when the guard may forget the record, which is also when a command may no longer be executed; zero: never.
func (r *route) expiryOf(rec *event.Record, e *event.Envelope) time.Time {
	switch {
	case r.kind == byCommand && !e.Expires.IsZero():
		return e.Expires
	case r.kind == byCommand:
		return rec.Time.Add(commandLife)
	case r.kind == byID && r.retention > 0:
		return rec.Time.Add(r.retention + inboxSlack)
	}
	return time.Time{}
}

// retentionOf returns how long records stay in the topic; zero: forever, or nobody knows.
func retentionOf(wanted, actual event.Topic) time.Duration {
	t := actual
	if t.Retention == 0 {
		t = wanted
	}
	if t.Compaction == event.Compact || t.Retention < 0 {
		return 0
	}
	return t.Retention
}

// entry returns what the guard needs to know of rec.
func (r *route) entry(rec *event.Record, value []byte, o opened) sqldb.Entry {
	e := sqldb.Entry{
		Key: rec.Key, Revision: o.envelope.Revision, Deleted: o.deletes,
		Value: value, EventID: o.envelope.ID, Expires: r.expiryOf(rec, o.envelope), Record: rec,
	}
	if r.kind == byTime {
		e.Offset = rec.Offset
	}
	return e
}
