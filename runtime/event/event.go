package event

import (
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Event describes one event type: M is its message, K its key. It is immutable, safe for concurrent use,
// and made once per event by generated code.
type Event[K any, M proto.Message] struct {
	spec              Spec[K, M]
	contract          Contract
	changed, deletion Header // ce_type of records and tombstones, which share their bytes
}

// Spec is what generated code says about an event. The zero value of a field means that the event has no such thing.
type Spec[K any, M proto.Message] struct {
	Name        string // full name of the message, e.g., acme.sites.v1.Site
	Kind        Kind
	Topic       Topic
	Key         Key[K, M]      // zero with K = NoKey: records have no key
	Revision    Revision[M]    // zero: none
	ID          func(M) string // nil: the producer makes a UUIDv7
	Deleted     func(M) bool   // nil: only a tombstone deletes
	Attributes  []Attribute[M] // fields copied to record headers
	Compression Compression
	MaxRecord   int // bytes of a record's value before compression; 0: only the topic's limit holds
	Retry       Retry
	Subject     SubjectStrategy
}

// NoKey is the key type of events without a key.
type NoKey struct{}

// Attribute is a field that is also written as a record header, so that readers can filter without decoding.
type Attribute[M proto.Message] struct {
	Header string // e.g., buyer-id
	Of     func(M) string
}

// Topic is what a contract asks of a Kafka topic, or, from [Source.Topic], what the broker has. Zero values are left to the broker.
type Topic struct {
	Name               string
	Partitions         int32
	Replication        int16
	MinInSync          int16
	Compaction         Compaction
	Retention          time.Duration // of records that age removes, or [Forever]
	TombstoneRetention time.Duration // delete.retention.ms
	MaxCompactionLag   time.Duration
	Config             map[string]string // any other topic setting, verbatim
}

// Forever is the retention of a topic whose records age never removes.
const Forever time.Duration = -1

// Retry is what a group does with a record whose handler fails.
type Retry struct {
	Attempts   int           // calls of the handler in total before giving up
	Backoff    time.Duration // first wait, doubled each time with full jitter
	MaxBackoff time.Duration
	DeadLetter bool // after the last attempt: write to <topic>.<group>.dlq; false: the key stays blocked
}

// Contract is an event without its type parameters: what adapters, groups and tools need.
type Contract struct {
	Name        string // e.g., acme.sites.v1.Site
	Kind        Kind
	Topic       Topic
	Keyed       bool
	Identified  bool // messages carry their own id, which tells duplicates when there is no revision
	Revision    RevisionKind
	Compression Compression
	MaxRecord   int
	Retry       Retry
	Subject     SubjectStrategy
}

// SubjectName returns the subject of the event's values in a schema registry, e.g., acme.sites.v1.site-value; empty: they are not registered.
func (c *Contract) SubjectName() string {
	switch c.Subject {
	case RecordSubject:
		return c.Name
	case TopicRecordSubject:
		return c.Topic.Name + "-" + c.Name
	case Unregistered:
		return ""
	}
	return c.Topic.Name + "-value"
}

// New returns the event that s describes.
func New[K any, M proto.Message](s Spec[K, M]) *Event[K, M] {
	return &Event[K, M]{
		spec: s, contract: Contract{
			Name: s.Name, Kind: s.Kind, Topic: s.Topic,
			Keyed: s.Key.of != nil, Identified: s.ID != nil, Revision: s.Revision.kind,
			Compression: s.Compression, MaxRecord: s.MaxRecord, Retry: s.Retry, Subject: s.Subject,
		},
		changed:  Header{HeaderType, []byte(s.Name)},
		deletion: Header{HeaderType, []byte(s.Name + DeletedSuffix)},
	}
}

// Contract returns what the event promises. The caller must not change it.
func (e *Event[K, M]) Contract() *Contract { return &e.contract }

// Descriptor returns the descriptor of the message, as it is linked into the program.
func (e *Event[K, M]) Descriptor() protoreflect.MessageDescriptor {
	var zero M
	return zero.ProtoReflect().Descriptor()
}

// IsDeleted says whether the message itself marks its entity as deleted.
func (e *Event[K, M]) IsDeleted(m M) bool { return e.spec.Deleted != nil && e.spec.Deleted(m) }

// KeyOf returns the key that the fields of m hold.
func (e *Event[K, M]) KeyOf(m M) K {
	if e.spec.Key.of == nil {
		var none K
		return none
	}
	return e.spec.Key.of(m)
}

// Encode returns the record of m: topic, key, value, and the headers that follow from the message
// (ce_type, ce_entityrevision, ce_id if the message has one, attributes). Who sends it, and in which context, is added by
// the producer. It fails with [ErrKey] or [ErrRevision] when m lacks what its contract needs.
func (e *Event[K, M]) Encode(m M) (*Record, error) {
	r, err := e.keyed(e.KeyOf(m))
	if err != nil {
		return nil, err
	}
	// A map field in another order would look like other content under the same revision when m is published again.
	if r.Value, err = (proto.MarshalOptions{Deterministic: true}).Marshal(m); err != nil {
		return nil, fmt.Errorf("encode %s: %w", e.spec.Name, err)
	}
	if r.Value == nil {
		r.Value = []byte{} // an empty message is a value; nil would be a tombstone
	}
	r.Headers = append(e.newHeaders(), e.changed)
	if err := e.revise(r, m); err != nil {
		return nil, err
	}
	if e.spec.ID != nil {
		id := e.spec.ID(m)
		if id == "" {
			return nil, fmt.Errorf("encode %s with key %s: the field of its event id is empty", e.spec.Name, TextOf(r.Key))
		}
		r.Headers = append(r.Headers, Header{HeaderID, []byte(id)})
	}
	for _, a := range e.spec.Attributes {
		r.Headers = append(r.Headers, Header{a.Header, []byte(a.Of(m))})
	}
	return r, nil
}

// EncodeDeletion returns the tombstone of key: no value, and the revision in its header, because a late older
// record must not bring the entity back. The revision is ignored when the event has none.
func (e *Event[K, M]) EncodeDeletion(key K, revision int64) (*Record, error) {
	r, err := e.keyed(key)
	if err != nil {
		return nil, err
	}
	r.Headers = append(e.newHeaders(), e.deletion)
	if e.spec.Revision.kind == Unrevised {
		return r, nil
	}
	if revision < 1 {
		return nil, fmt.Errorf("delete %s with key %s: revision %d: %w", e.spec.Name, TextOf(r.Key), revision, ErrRevision)
	}
	r.Headers = append(r.Headers, revisionHeader(revision))
	return r, nil
}

// newHeaders returns no headers, with room for those of a record and for what a producer adds to them.
func (e *Event[K, M]) newHeaders() Headers {
	const own, added = 3, 9 // type, revision, id; the version of CloudEvents, source, content type, id, correlation, causation, expiry, the two of a trace
	return make(Headers, 0, own+len(e.spec.Attributes)+added)
}

func (e *Event[K, M]) keyed(key K) (*Record, error) {
	r := &Record{Position: Position{Topic: e.spec.Topic.Name, Partition: -1, Offset: -1}, Compression: e.spec.Compression}
	if e.spec.Key.of == nil {
		return r, nil
	}
	r.Key, r.PartitionKey = e.spec.Key.encode(key)
	if len(r.Key) == 0 {
		return nil, fmt.Errorf("encode %s: %w", e.spec.Name, ErrKey)
	}
	return r, nil
}

func (e *Event[K, M]) revise(r *Record, m M) error {
	if e.spec.Revision.kind == Unrevised {
		return nil
	}
	rev, err := e.spec.Revision.of(m)
	if err != nil {
		return fmt.Errorf("encode %s with key %s: %w", e.spec.Name, TextOf(r.Key), err)
	}
	r.Headers = append(r.Headers, revisionHeader(rev))
	return nil
}

// EncodeKey returns the bytes of key in a record, nil for events without a key.
func (e *Event[K, M]) EncodeKey(key K) []byte {
	if e.spec.Key.of == nil {
		return nil
	}
	b, _ := e.spec.Key.encode(key)
	return b
}

// Decode returns the message of r, whose value must be plain protobuf. The error is a [*DecodeError]; a revision
// header that differs from the revision in the message is one, because one of both is a lie.
func (e *Event[K, M]) Decode(r *Record) (M, error) {
	var zero M
	m := zero.ProtoReflect().New().Interface().(M)
	if err := proto.Unmarshal(r.Value, m); err != nil {
		return zero, e.decodeError(r, err)
	}
	if e.spec.Revision.kind == Unrevised {
		return m, nil
	}
	inMessage, err := e.spec.Revision.of(m)
	if err != nil {
		return zero, e.decodeError(r, err)
	}
	if inHeader, ok, err := r.Revision(); err != nil || ok && inHeader != inMessage {
		return zero, e.decodeError(r, errors.Join(err, fmt.Errorf("header %s says %d, the message says %d", HeaderRevision, inHeader, inMessage)))
	}
	return m, nil
}

// Delivery decodes r whole: key, message and envelope. The error is a [*DecodeError].
func (e *Event[K, M]) Delivery(r *Record) (*Delivery[K, M], error) {
	m, err := e.Decode(r)
	if err != nil {
		return nil, err
	}
	d := &Delivery[K, M]{Message: m}
	if d.Key, err = e.DecodeKey(r); err != nil {
		return nil, err
	}
	if d.Envelope, err = OpenEnvelope(r); err != nil {
		return nil, e.decodeError(r, err)
	}
	if d.Revision == 0 && e.spec.Revision.kind != Unrevised {
		d.Revision, _ = e.spec.Revision.of(m) // a foreign producer without the header
	}
	return d, nil
}

// Deletion decodes a tombstone. The error is a [*DecodeError]; a tombstone that lacks the revision which its
// event needs is one.
func (e *Event[K, M]) Deletion(r *Record) (*Deletion[K], error) {
	d := &Deletion[K]{}
	var err error
	if d.Key, err = e.DecodeKey(r); err != nil {
		return nil, err
	}
	if d.Envelope, err = OpenEnvelope(r); err != nil {
		return nil, e.decodeError(r, err)
	}
	if d.Revision == 0 && e.spec.Revision.kind != Unrevised {
		return nil, e.decodeError(r, fmt.Errorf("tombstone has no header %s", HeaderRevision))
	}
	return d, nil
}

// DecodeKey returns the key of r. The error is a [*DecodeError].
func (e *Event[K, M]) DecodeKey(r *Record) (K, error) {
	var key K
	if e.spec.Key.of == nil {
		return key, nil
	}
	key, err := e.spec.Key.decode(r.Key)
	if err != nil {
		return key, e.decodeError(r, fmt.Errorf("key %s: %w", TextOf(r.Key), err))
	}
	return key, nil
}

func (e *Event[K, M]) decodeError(r *Record, err error) error {
	return &DecodeError{Event: e.spec.Name, Record: r.Position, Err: err}
}
