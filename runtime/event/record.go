package event

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// TopicID is the id that a broker gives to one incarnation of a topic (KIP-516). Zero: unknown.
type TopicID [16]byte

// String returns the id in hexadecimal.
func (id TopicID) String() string { return hex.EncodeToString(id[:]) }

// Position is where a record stands in the log. Offset -1 means not known yet.
type Position struct {
	Topic     string
	TopicID   TopicID
	Partition int32
	Offset    int64
}

// String returns the position as people write it, e.g., "orders/3@17".
func (p Position) String() string { return fmt.Sprintf("%s/%d@%d", p.Topic, p.Partition, p.Offset) }

// Record is an event as bytes. A nil Value is a tombstone. Received records share memory with their fetch: clone what is kept.
type Record struct {
	Position
	Key, PartitionKey, Value []byte // PartitionKey nil: Key chooses the partition
	Headers                  Headers
	Time                     time.Time // zero when sending: now
	LeaderEpoch              int32
	Compression              Compression // of the batch, when sending
}

// IsTombstone says whether the record deletes its key.
func (r *Record) IsTombstone() bool { return r.Value == nil }

// Revision returns the revision in the record's header, and whether it has one.
func (r *Record) Revision() (int64, bool, error) {
	text, ok := r.Headers.Get(HeaderRevision)
	if !ok {
		return 0, false, nil
	}
	rev, err := strconv.ParseInt(text, 10, 64)
	if err != nil || rev < 1 {
		return 0, true, fmt.Errorf("header %s is %q: %w", HeaderRevision, text, ErrRevision)
	}
	return rev, true, nil
}

// Size estimates the bytes of the record in a batch before compression: key, value, headers and framing.
func (r *Record) Size() int {
	const framing = 73 // of a batch with a single record, measured
	n := framing + len(r.Key) + len(r.Value)
	for _, h := range r.Headers {
		n += len(h.Key) + len(h.Value) + 4
	}
	return n
}

// Receipt says where a published event went. Offset is -1 when the broker has not told yet.
type Receipt struct {
	Position
	EventID  string
	Key      []byte
	Revision int64
}

// shownKey is how many bytes of a key people get to see: a foreign producer's may have a megabyte, and errors are logged often.
const shownKey = 256

// TextOf returns a record key for messages to people: as text if it is text, else in hexadecimal. Of a long key it is the start.
func TextOf(key []byte) string {
	if key == nil {
		return "(none)"
	}
	shown, rest := key, ""
	if len(key) > shownKey {
		shown, rest = key[:shownKey], fmt.Sprintf("… (%d bytes)", len(key))
	}
	if !utf8.Valid(key) {
		return "0x" + hex.EncodeToString(shown) + rest
	}
	return strconv.Quote(strings.ToValidUTF8(string(shown), "")) + rest
}
