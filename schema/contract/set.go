// Package contract compares what annotations promise: topics, keys, revisions, headers and projections, as they are after defaults.
//
// It stands above packages schema, whose Model says what the annotations of a tree mean, and compat, in whose terms it speaks.
// A [Set] holds the facts by value, without descriptors: [Of] takes them from a Model, [ReadLock] from an evgen.lock, so that a
// release can be compared when its sources are out of reach. [Compare] applies the event rules of the gate to two sets. Changes
// of payloads are the subject of package compat; here they are one fingerprint.
package contract

import (
	"slices"
	"strings"
	"time"

	"github.com/evgen-dev/evgen/schema/compat"
)

// Set is the contract of a set of files. Each list is sorted by name.
type Set struct {
	Topics      []Topic
	Events      []Event
	Projections []Projection
}

// Topic is the contract of a topic. Capacity, such as the number of replicas, is not part of it.
type Topic struct {
	origin
	Name               string // e.g., acme.sites.v1.site
	File               string // import path of the proto file that declares it
	Shared             bool   // declared for several events
	Partitions         int32
	Compaction         string        // NONE, COMPACT or COMPACT_AND_DELETE
	Retention          time.Duration // schema.Forever: never removed by age
	TombstoneRetention time.Duration
	MaxCompactionLag   time.Duration
	Config             []Entry // sorted by key
}

// Entry is one setting of a topic under its name in Kafka.
type Entry struct{ Key, Value string }

// Event is the contract of an event. Words are as annotations spell them.
type Event struct {
	origin
	Name          string // full name, e.g., acme.sites.v1.Site
	File          string
	Owner         string
	Deprecated    bool
	Kind          string // EVENT, DOCUMENT or COMMAND
	Topic         string
	Key           []Field // Optional: a producer can leave it out
	KeyEncoding   string  // TEXT or RAW; empty without a key
	PartitionBy   []string
	Revision      *Revision
	EventID       *Field
	Deleted       *Field
	Headers       []Header
	MaxRecord     int // bytes
	Chunking      *Chunking
	ClaimCheck    *ClaimCheck
	Compression   string
	RetryMode     string // as declared; BLOCK by default
	Delivery      string // as declared; DIRECT by default
	Subject       string // strategy
	SubjectName   string // empty: it is not registered
	Compatibility string
	Replaces      string // full name of the event that it supersedes
	Reply         string // full name of the event that answers a command
	DataSubject   *Field
	Payload       string // fingerprint of the message's shape: numbers, names, types and defaults, but no order, comments or other options
	Messages      []Message
	Classes       []Class
	Constraints   []Constraint
	holders       map[string][]Field // of what is compiled: the fields that have a message as their type, by its name
}

// Field is a field that an annotation speaks of.
type Field struct {
	Path     string // from the event, e.g., order.id; of another message its full name, e.g., acme.orders.v1.Line.sku
	Numbers  string // the same path by numbers, e.g., 1.2; 0: not a field
	Type     string // e.g., string, int64, enum, google.protobuf.Timestamp
	Optional bool   // has presence, so that a message can lack it
	Place    compat.Place
}

// Same says whether two fields have one place on the wire, whatever they are called.
func (f Field) Same(other Field) bool { return f.Numbers == other.Numbers }

// identity tells the fields of an event's payload apart, whatever they are called; what is not a field has its name only.
func (f Field) identity() string {
	if f.Numbers == "0" {
		return f.Path
	}
	return f.owner() + "#" + f.Numbers
}

// owner is the full name of the field's message; empty: the event.
func (f Field) owner() string {
	owner, _, _ := cutLast(f.Path, ".")
	return owner
}

// Revision is the field that versions an entity.
type Revision struct {
	Field
	Kind string // MONOTONIC, SEQUENCE or TIMESTAMP
}

// Header is a field that is copied to a record header.
type Header struct {
	Field
	Name     string
	Required bool // validation or proto2 refuses an event without it
}

// Chunking says how values are split.
type Chunking struct{ ChunkSize, MaxSize int }

// ClaimCheck says where large values are stored.
type ClaimCheck struct {
	Store   string
	MaxSize int
}

// Message is a message within an event's payload, with the numbers of its fields. They tell a new field from an old one.
type Message struct {
	Name    string // full name; empty: the event itself
	Numbers []int32
}

// Class is a field that tools must be careful with.
type Class struct {
	Field
	Sensitivity string // PERSONAL or SECRET
}

// Constraint is one rule of buf.validate. Rules of a message or a oneof have the number 0 and no type of a field.
type Constraint struct {
	Field
	Rule   string   // path in the rules, e.g., string.min_len, cel[order.total]
	Values []string // one but for lists
}

// Projection is the contract of a table.
type Projection struct {
	origin
	Name     string
	File     string
	Table    string
	Source   string // full name of the event
	ForEach  *Field
	Where    string // canonical text
	OnDelete string // DELETE_ROW, CLEAR_COLUMNS or KEEP
	Columns  []Column
	Unique   []Unique
}

// Column is one column of a projection.
type Column struct {
	Name     string
	Number   int32  // of the field of the row message
	Kind     string // e.g., text, int64
	SQLType  string // verbatim; empty: by kind and dialect
	Key      bool
	Nullable bool
	From     *Field // nil: the revision of the source
	Place    compat.Place
}

// Unique is a unique index.
type Unique struct {
	Columns []string // sorted
	Place   compat.Place
}

// Topic returns the topic with a name, or nil.
func (s *Set) Topic(name string) *Topic {
	return find(s.Topics, name, func(t Topic) string { return t.Name })
}

// Event returns the event with a full name, or nil.
func (s *Set) Event(name string) *Event {
	return find(s.Events, name, func(e Event) string { return e.Name })
}

// Projection returns the projection with a full name, or nil.
func (s *Set) Projection(name string) *Projection {
	return find(s.Projections, name, func(p Projection) string { return p.Name })
}

// eventsOn returns the events of a topic.
func (s *Set) eventsOn(topic string) []*Event {
	var events []*Event
	for i := range s.Events {
		if s.Events[i].Topic == topic {
			events = append(events, &s.Events[i])
		}
	}
	return events
}

func (s *Set) sort() {
	slices.SortFunc(s.Topics, func(a, b Topic) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(s.Events, func(a, b Event) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(s.Projections, func(a, b Projection) int { return strings.Compare(a.Name, b.Name) })
}

func find[T any](sorted []T, name string, of func(T) string) *T {
	i, ok := slices.BinarySearchFunc(sorted, name, func(v T, name string) int { return strings.Compare(of(v), name) })
	if !ok {
		return nil
	}
	return &sorted[i]
}

func (t *Topic) config(key string) string {
	for _, e := range t.Config {
		if e.Key == key {
			return e.Value
		}
	}
	return ""
}

// compacted says whether compaction removes superseded records.
func (t *Topic) compacted() bool {
	return t.Compaction == "COMPACT" || t.Compaction == "COMPACT_AND_DELETE"
}

// ages says whether age removes records.
func (t *Topic) ages() bool { return t.Compaction != "COMPACT" }

func (e *Event) hasKey() bool { return len(e.Key) > 0 }

// tombstones says whether a null value stands for a deletion.
func (e *Event) tombstones() bool { return e.Kind == "DOCUMENT" }

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return "", s, false
}
