package event

import (
	"errors"
	"fmt"
)

var (
	// ErrKey says that the field, or all fields, of an event's key are empty: an entity without an id is a mistake.
	ErrKey = errors.New("the key is empty: set its fields before publishing")
	// ErrRevision says that a revision is not within 1 to 2^63-1.
	ErrRevision = errors.New("a revision must be between 1 and 9223372036854775807")
	// ErrUnknown says that publishing was given up while its outcome was open: the event may still be written later.
	ErrUnknown = errors.New("the outcome is unknown, the event may still be written")
	// ErrFenced says that a member of a group lost its membership: others may own its partitions, and nothing more may be committed.
	ErrFenced = errors.New("this member was fenced by its group")
	// ErrReplaced says that the topic which a reader read is gone, and that its name belongs to a new one.
	ErrReplaced = errors.New("the topic was deleted and another one with its name created: its records start anew")
	// ErrNoTopic says that a topic does not exist and that nobody made it.
	ErrNoTopic = errors.New("the topic does not exist: create it with CreateTopics or your own tools")
)

// DecodeError says that a record is not the event that its topic promises.
type DecodeError struct {
	Event  string // e.g., acme.sites.v1.Site
	Record Position
	Err    error
}

func (e *DecodeError) Error() string {
	return fmt.Sprintf("decode %s at %s: %v", e.Event, e.Record, e.Err)
}

// Unwrap returns the cause.
func (e *DecodeError) Unwrap() error { return e.Err }

// TooLargeError says that a record was refused before it was sent, because the broker would have refused it
// together with its innocent neighbours in the batch.
type TooLargeError struct {
	Event string // e.g., acme.sites.v1.Site
	Key   string
	Size  int // bytes
	Limit int // bytes: the event's max_record or the topic's max.message.bytes
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("publish %s with key %s: %d bytes are over the limit of %d: make the message smaller, or raise max_record and the topic's max.message.bytes", e.Event, e.Key, e.Size, e.Limit)
}

// TrimmedError says that records were removed before the reader got to them.
type TrimmedError struct {
	Position Position // that the reader wanted
	LogStart int64    // first offset that still exists
}

func (e *TrimmedError) Error() string {
	return fmt.Sprintf("read %s: the log starts at %d now, %d records were removed unread", e.Position, e.LogStart, e.LogStart-e.Position.Offset)
}
