package payload

import (
	"encoding/binary"
	"fmt"

	"github.com/evgen-dev/evgen/runtime/event"
)

// Schema is the name of the schema that a record was written with, in the registry of those who wrote it.
type Schema struct {
	ID    uint32 // 0: unknown, the record has a GUID
	GUID  GUID   // zero: unknown, the record has an id
	Index []int  // which message of the schema it is, as [Index] counts; never empty when read
	URI   string // where the schema can be read; empty: the record does not say
}

// String returns the name for messages to people, e.g., "schema 42, message [0]".
func (s Schema) String() string {
	if s.GUID != (GUID{}) {
		return fmt.Sprintf("schema %s, message %v", s.GUID, s.Index)
	}
	return fmt.Sprintf("schema %d, message %v", s.ID, s.Index)
}

// SchemaOf returns which schema the value of r names, and false if it names none: a tombstone, a bare message. As in Confluent's deserializers
// the last header [HeaderValueSchema] decides, with an id or a GUID, and without one the first bytes of the value.
func SchemaOf(r *event.Record) (Schema, bool, error) {
	if len(r.Value) == 0 {
		return Schema{}, false, nil
	}
	s, ok, err := headerSchema(r.Headers, HeaderValueSchema)
	if !ok && err == nil && isFramed(r.Value) {
		ok = true
		s, err = readFrame(r.Value)
	}
	if err != nil {
		return Schema{}, false, fmt.Errorf("read schema header: %w", err)
	}
	if ok {
		s.URI, _ = r.Headers.Get(event.HeaderDataSchema)
	}
	return s, ok, nil
}

// KeySchemaOf returns which schema the header [HeaderKeySchema] of r names, and false if there is none. The bytes of the key are not looked at: the
// keys of events are scalars, which may begin with any byte.
func KeySchemaOf(r *event.Record) (Schema, bool, error) {
	s, ok, err := headerSchema(r.Headers, HeaderKeySchema)
	if err != nil {
		return Schema{}, false, fmt.Errorf("read schema header of the key: %w", err)
	}
	return s, ok, nil
}

func headerSchema(h event.Headers, name string) (Schema, bool, error) {
	value := lastHeader(h, name)
	if value == nil {
		return Schema{}, false, nil
	}
	if err := checkHeader(name, value); err != nil {
		return Schema{}, false, err
	}
	s, err := readFrame(value)
	return s, err == nil, err
}

// readFrame reads the frame that b begins with.
func readFrame(b []byte) (Schema, error) {
	rest, err := skipName(b)
	if err != nil {
		return Schema{}, err
	}
	var s Schema
	if b[0] == magicGUID {
		copy(s.GUID[:], b[1:])
	} else {
		s.ID = binary.BigEndian.Uint32(b[1:])
	}
	s.Index, err = readIndex(rest)
	return s, err
}

func readIndex(b []byte) ([]int, error) {
	count, b, err := cutCount(b)
	if err != nil || count == 0 {
		return []int{0}, err
	}
	index := make([]int, count)
	for n := range index {
		if index[n], b, err = cutIndex(b, n, count); err != nil {
			return nil, err
		}
	}
	return index, nil
}
