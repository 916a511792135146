package event

// Kind says what an event means; its defaults follow from it.
type Kind uint8

const (
	Fact     Kind = iota // something that happened; append-only
	Document             // the whole current state of an entity; a tombstone deletes it
	Command              // a request that one consumer group handles once per command id
)

// String returns the kind in lower case, e.g., "document".
func (k Kind) String() string { return name(k, "fact", "document", "command") }

// Compaction says which records the broker may remove from a topic, as cleanup.policy does.
type Compaction uint8

const (
	NoCompaction     Compaction = iota // delete: records older than the retention
	Compact                            // compact: records superseded by a newer one with the same key
	CompactAndDelete                   // compact,delete: both
)

// String returns the value of Kafka's cleanup.policy.
func (c Compaction) String() string { return name(c, "delete", "compact", "compact,delete") }

// RevisionKind says how the revision of an entity moves, and so what a handler does with an old one.
type RevisionKind uint8

const (
	Unrevised RevisionKind = iota // no revision: the position in the log, or an id, tells duplicates
	Growing                       // only grows per key, gaps are fine: apply if newer
	Gapless                       // grows by exactly one per key: apply if next, hold while one is missing
	Timed                         // unix microseconds, newest wins, equal times by offset
)

// String returns the kind in lower case, e.g., "gapless".
func (k RevisionKind) String() string { return name(k, "unrevised", "growing", "gapless", "timed") }

// Compression is the codec of record batches.
type Compression uint8

const (
	Zstd Compression = iota // the default
	Uncompressed
	Gzip
	Snappy
	LZ4
)

// String returns the codec's name as in Kafka's compression.type.
func (c Compression) String() string { return name(c, "zstd", "uncompressed", "gzip", "snappy", "lz4") }

// SubjectStrategy says under which subject of a schema registry the schema of an event's values is registered.
type SubjectStrategy uint8

const (
	TopicSubject       SubjectStrategy = iota // <topic>-value
	RecordSubject                             // <full name of the message>
	TopicRecordSubject                        // <topic>-<full name of the message>
	Unregistered
)

// String returns the strategy in lower case, e.g., "topic and record".
func (s SubjectStrategy) String() string {
	return name(s, "topic", "record", "topic and record", "unregistered")
}

// Outcome is what became of one record in one handler.
type Outcome uint8

const (
	Applied   Outcome = iota // the effect was committed
	Duplicate                // the same revision, id or position had been applied before
	Stale                    // a newer revision had been applied before
	Conflict                 // the same revision with different content: the stored one was kept
	Parked                   // waits in the database for a missing predecessor
	Expired                  // a command that came after its expiry time; not executed
	Skipped                  // the handler, or its absence, said that there is nothing to do
	Dead                     // written to the dead-letter topic
)

// String returns the outcome in lower case, e.g., "duplicate".
func (o Outcome) String() string {
	return name(o, "applied", "duplicate", "stale", "conflict", "parked", "expired", "skipped", "dead")
}

func name[T ~uint8](v T, names ...string) string {
	if int(v) < len(names) {
		return names[v]
	}
	return "unknown"
}
