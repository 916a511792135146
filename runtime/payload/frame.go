package payload

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/runtime/event"
)

// First bytes that no protobuf message has: field number 0 does not exist, and neither does wire type 7.
const (
	magicID    = 0x00 // Confluent's wire format with a schema id
	magicGUID  = 0x01 // Confluent's wire format with a schema GUID
	magicChunk = 0x0F // part of a payload that was split over several records
)

const idLength = 4

// Frame returns body behind the schema header of Confluent's wire format: the id that the registry gave to the schema, and the path of the
// message in it as [Index] returns it. An empty index means [0], the first message.
func Frame(id uint32, index []int, body []byte) []byte {
	framed := make([]byte, 0, 1+idLength+(1+len(index))*binary.MaxVarintLen32+len(body))
	framed = append(framed, magicID)
	framed = binary.BigEndian.AppendUint32(framed, id)
	framed = appendIndex(framed, index)
	return append(framed, body...)
}

// appendIndex writes the count and each index as zigzag varints. The path [0], by far the most common, is a single zero.
func appendIndex(b []byte, index []int) []byte {
	if len(index) == 0 || len(index) == 1 && index[0] == 0 {
		return append(b, 0)
	}
	b = binary.AppendVarint(b, int64(len(index)))
	for _, i := range index {
		b = binary.AppendVarint(b, int64(i))
	}
	return b
}

// Open returns the encoded message in the value of r, without the schema header if there is one, nil for a tombstone. The result shares
// memory with r. An error, for a broken header or a form of payload that this release does not read, lacks the
// name of the event and the position of the record, which the caller knows.
func Open(r *event.Record) ([]byte, error) {
	if len(r.Value) == 0 {
		return r.Value, nil
	}
	switch r.Value[0] {
	case magicID:
		return openID(r.Value[1:])
	case magicGUID:
		return nil, errors.New("open payload: it begins with a schema GUID (0x01), not supported by this version: let the producer write schema ids, or GUIDs in the header __value_schema_id")
	case magicChunk:
		return nil, errors.New("open payload: it is chunked (0x0F), not supported by this version: upgrade the reader")
	}
	return r.Value, nil
}

func openID(b []byte) ([]byte, error) {
	if len(b) < idLength {
		return nil, fmt.Errorf("open payload: schema id has %d bytes instead of %d", len(b), idLength)
	}
	b = b[idLength:]
	count, b, err := cutVarint(b)
	if err != nil {
		return nil, fmt.Errorf("open payload: count of message indexes %w", err)
	}
	for n := range count {
		if _, b, err = cutVarint(b); err != nil {
			return nil, fmt.Errorf("open payload: message index %d of %d %w", n+1, count, err)
		}
	}
	return b, nil
}

// cutVarint reads a number that cannot be negative: one that is comes from a foreign encoder without zigzag, or is garbage.
func cutVarint(b []byte) (int64, []byte, error) {
	n, size := binary.Varint(b)
	if size == 0 {
		return 0, nil, errors.New("is cut off")
	}
	if size < 0 || n < 0 {
		return 0, nil, errors.New("is out of range")
	}
	return n, b[size:], nil
}

// Index returns the path of m from its file downward, as schema headers count it: map entries, which descriptors list among
// the nested messages, do not exist in the text of a schema and are not counted.
func Index(m protoreflect.MessageDescriptor) []int {
	var path []int
	for {
		parent, nested := m.Parent().(protoreflect.MessageDescriptor)
		if !nested {
			path = append(path, m.Index())
			slices.Reverse(path)
			return path
		}
		path = append(path, m.Index()-mapEntriesBefore(m, parent))
		m = parent
	}
}

func mapEntriesBefore(m, parent protoreflect.MessageDescriptor) int {
	n := 0
	for i := range m.Index() {
		if parent.Messages().Get(i).IsMapEntry() {
			n++
		}
	}
	return n
}
