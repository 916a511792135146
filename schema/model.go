package schema

import (
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/filter"
)

// Model is what the annotations of a set of proto files mean: defaults applied, names resolved, rules checked. Slices are in
// source order, nodes point at each other, and nobody writes to it after [Resolve].
type Model struct {
	Files []*File
}

// File is one proto file that code is generated for. A file without events and projections still has its messages.
type File struct {
	Desc        protoreflect.FileDescriptor
	Doc         string // comment of the package statement
	Topics      []*Topic
	Events      []*Event
	Projections []*Projection
}

// Topic is a Kafka topic with the events that live on it. A topic belongs to the one file whose events it carries.
type Topic struct {
	Name   string // e.g., acme.sites.v1.site
	Pos    Position
	Shared bool // declared in (evgen.v1.file).topics; else it belongs to its one event
	Events []*Event
	Guard  Guard

	Partitions         int32
	Replication        int32 // 0: the broker's
	MinInSync          int32 // 0: the broker's
	Compaction         Compaction
	Retention          time.Duration // [Forever]: never removed by age
	TombstoneRetention time.Duration
	MaxCompactionLag   time.Duration
	Config             []Entry // sorted by key
	Settings           []Setting
}

// Forever is the duration that the annotation spells "forever".
const Forever time.Duration = -1

// Entry is one entry of an annotation's map.
type Entry struct{ Key, Value string }

// Guard is how handlers of a topic tell duplicates and late records. All events of a topic share it, because the guard runs
// for every record of the topic.
type Guard uint8

const (
	ByPosition  Guard = iota // no revision and no id: the position in the log
	ByRevision               // MONOTONIC, TIMESTAMP: apply if newer
	BySequence               // SEQUENCE: apply if next
	ByEventID                // event_id without a revision: once per id
	ByCommandID              // kind COMMAND: once per id, until it expires
)

// String says what a guard compares.
func (g Guard) String() string {
	return [...]string{
		ByPosition: "position", ByRevision: "revision", BySequence: "sequence", ByEventID: "event id", ByCommandID: "command id",
	}[g]
}

// Kind is what an event says. Like the other enums of the Model it has no "unspecified": defaults are applied.
type Kind uint8

// The kinds of events.
const (
	Fact Kind = iota
	Document
	Command
)

// Compaction says what the broker may remove.
type Compaction uint8

// The forms of compaction.
const (
	NoCompaction Compaction = iota
	Compact
	CompactAndDelete
)

// KeyEncoding says how a key becomes bytes.
type KeyEncoding uint8

// The encodings of keys.
const (
	TextKey KeyEncoding = iota
	RawKey
)

// RevisionKind says how a revision grows.
type RevisionKind uint8

// The kinds of revisions; an event without one has no [Revision] at all.
const (
	Monotonic RevisionKind = iota + 1
	Sequence
	Timestamp
)

// Compression is a codec of record batches.
type Compression uint8

// The codecs.
const (
	Zstd Compression = iota
	Uncompressed
	Gzip
	Snappy
	LZ4
)

// SubjectStrategy says under which subject of a schema registry the schema of an event's values is registered.
type SubjectStrategy uint8

// The strategies.
const (
	TopicSubject       SubjectStrategy = iota // <topic>-value
	RecordSubject                             // <full name of the message>
	TopicRecordSubject                        // <topic>-<full name of the message>
	Unregistered                              // none
)

// Compatibility says what a new version of an event's schema must satisfy, with the levels of schema registries.
type Compatibility uint8

// The levels.
const (
	Unchecked Compatibility = iota
	Backward
	BackwardTransitive
	Forward
	ForwardTransitive
	Full
	FullTransitive
)

// Event is a message annotated with (evgen.v1.event).
type Event struct {
	Desc       protoreflect.MessageDescriptor
	Doc        string // the message's leading comment, without comment signs
	Pos        Position
	Kind       Kind
	Topic      *Topic
	Key        []Path // empty: no key
	Encoding   KeyEncoding
	Partition  []Path // the part of Key that chooses the partition; empty: all of it
	Revision   *Revision
	EventID    *Path
	Deleted    *Path
	Headers    []Header
	MaxRecord  int // bytes
	Codec      Compression
	Retry      Retry
	Subject    SubjectStrategy
	Compatible Compatibility
	Owner      string
	Deprecated bool
	Settings   []Setting // every option, for explain
}

// HasKey says whether records of the event have a key.
func (e *Event) HasKey() bool { return len(e.Key) > 0 }

// HasView says whether a view of the event's topic in memory is generated.
func (e *Event) HasView() bool { return e.Kind == Document }

// Path is a way from an event to a field, as filters have it.
type Path = filter.Path

// Revision is the field that holds the version of an entity.
type Revision struct {
	Kind RevisionKind
	Path Path
}

// Header is a field that is copied into a record header.
type Header struct {
	Name string
	Path Path
}

// Retry is the resolved policy of generated handlers.
type Retry struct {
	Attempts            int
	Backoff, MaxBackoff time.Duration
	DeadLetter          bool
}

// Setting is one resolved option and where its value comes from.
type Setting struct {
	Name   string // e.g., max_record
	Value  string // as one would write it
	Origin string // e.g., "default of DOCUMENT", "(evgen.v1.file).topics", "orders.proto:12:5"
}

// Projection is a message annotated with (evgen.v1.projection): a row of a table that events keep up to date.
type Projection struct {
	Desc    protoreflect.MessageDescriptor
	Doc     string
	Pos     Position
	Table   string // name of the view that readers use; the base table adds "_p"
	Source  *Source
	Columns []*Column // in source order
	Key     []*Column // the primary key, in source order
	Indexes []*Index
	Queries []*Query // in order: prefixes of the key, then indexes
	// Settings are what the annotations decide, for explain.
	Settings []Setting
}

// Source feeds a projection.
type Source struct {
	Event    *Event
	As       string       // name of the event in paths and filters
	ForEach  Path         // repeated or map field with one row per element; empty: one row per event
	Where    *filter.Expr // nil: all
	OnDelete OnDelete
	Owner    []*Column // the columns that hold the event's key, in its order; with ForEach they say whose rows to replace
}

// OnDelete says what a deleted entity does to its rows.
type OnDelete uint8

// What a delete does.
const (
	DeleteRow OnDelete = iota
	ClearColumns
	Keep
)

// Column is one field of a row.
type Column struct {
	Field    protoreflect.FieldDescriptor // of the row message
	Doc      string
	Name     string // in SQL
	Kind     ColumnKind
	SQLType  string // verbatim from the annotation; empty: by kind and dialect
	Key      bool
	From     filter.Ref // unused with Revision
	Revision bool       // holds the revision of the source, as an int64
	// Present is set if the value can be absent: the column is null where it does not hold. Nil: the column always has a value. Only
	// a field that has presence itself can be null; others take the zero value.
	Present *filter.Expr
}

// ColumnKind is what a column holds; dialects give it a type.
type ColumnKind uint8

// The kinds of columns.
const (
	TextColumn ColumnKind = iota
	BytesColumn
	BoolColumn
	Int32Column  // int32, sint32, sfixed32, enums
	Int64Column  // int64 and its forms, uint32
	Uint64Column // uint64, fixed64: more than a signed column holds
	FloatColumn
	DoubleColumn
	TimestampColumn // google.protobuf.Timestamp
	DurationColumn  // google.protobuf.Duration, as microseconds
)

// Index is a secondary index.
type Index struct {
	Name string // of the SQL index, e.g., installed_apps_site_id
	Pos  Position
	// Columns are those of the SQL index. Unless it is unique, they end with the rest of the primary key, which pages are ordered by.
	Columns []Ordering
	Params  int  // so many of Columns, from the first, are parameters of the query; the others order its rows
	Unique  bool // among rows that are not deleted
	Auto    bool // not declared: finds the rows of a for_each's event, to replace them
}

// Query is a method ListBy… of a reader. Its result is ordered by Order, which ends with what it lacks of the primary key.
type Query struct {
	Name   string // what follows ListBy, in snake case: the index's own name; empty: the names of the parameters
	Params []*Column
	Order  []Ordering
}

// Ordering is a column in an order.
type Ordering struct {
	Column     *Column
	Descending bool
}
