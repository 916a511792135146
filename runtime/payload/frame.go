package payload

import (
	"encoding/binary"
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/runtime/event"
)

// Names of the record headers in which serializers put the schema of a record's value and key, instead of before them.
const (
	HeaderValueSchema = "__value_schema_id"
	HeaderKeySchema   = "__key_schema_id"
)

// First bytes that no protobuf message has: field number 0 does not exist, and neither does wire type 7.
const (
	magicID    = 0x00 // V0 of Confluent's wire format: a schema id
	magicGUID  = 0x01 // V1: a schema GUID
	magicChunk = 0x0F // part of a payload that was split over several records
)

const idLength = 4

// Frame returns body behind the schema header of Confluent's wire format: the id that the registry gave to the schema, and the path of the
// message in it as [Index] returns it. An empty index means [0], the first message.
func Frame(id uint32, index []int, body []byte) []byte {
	framed := make([]byte, 0, 1+idLength+indexRoom(index)+len(body))
	framed = append(framed, magicID)
	framed = binary.BigEndian.AppendUint32(framed, id)
	framed = appendIndex(framed, index)
	return append(framed, body...)
}

// GUIDHeader returns the record header that names the schema of the value by its GUID; the value is the bare message then.
func GUIDHeader(guid GUID, index []int) event.Header {
	value := make([]byte, 0, 1+len(guid)+indexRoom(index))
	value = append(value, magicGUID)
	value = append(value, guid[:]...)
	return event.Header{Key: HeaderValueSchema, Value: appendIndex(value, index)}
}

func indexRoom(index []int) int { return (1 + len(index)) * binary.MaxVarintLen32 }

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
