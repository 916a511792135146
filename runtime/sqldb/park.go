package sqldb

import (
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/evgen-dev/evgen/runtime/event"
)

// parkFormat is the first byte of a parked record. After it come fields as in a protobuf message, so that a newer
// runtime can add some.
const parkFormat = 1

const (
	parkTopic protowire.Number = iota + 1
	parkTopicID
	parkPartition
	parkOffset
	parkKey
	parkPartitionKey
	parkValue // absent: a tombstone
	parkHeader
	parkTime // unix microseconds; absent: zero time
	parkLeaderEpoch
	parkCompression
)

const (
	headerKey protowire.Number = iota + 1
	headerValue
)

// park encodes a record with its original coordinates.
func park(r *event.Record) []byte {
	b := make([]byte, 1, r.Size()+64)
	b[0] = parkFormat
	b = appendBytes(b, parkTopic, []byte(r.Topic))
	b = appendBytes(b, parkTopicID, r.TopicID[:])
	b = appendInt(b, parkPartition, int64(r.Partition))
	b = appendInt(b, parkOffset, r.Offset)
	b = appendBytes(b, parkKey, r.Key)
	b = appendBytes(b, parkPartitionKey, r.PartitionKey)
	b = appendBytes(b, parkValue, r.Value)
	for _, h := range r.Headers {
		b = appendBytes(b, parkHeader, appendBytes(appendBytes([]byte{}, headerKey, []byte(h.Key)), headerValue, h.Value))
	}
	if !r.Time.IsZero() {
		b = appendInt(b, parkTime, r.Time.UnixMicro())
	}
	b = appendInt(b, parkLeaderEpoch, int64(r.LeaderEpoch))
	return appendInt(b, parkCompression, int64(r.Compression))
}

// appendBytes leaves nil out, which tells it from empty.
func appendBytes(b []byte, n protowire.Number, v []byte) []byte {
	if v == nil {
		return b
	}
	return protowire.AppendBytes(protowire.AppendTag(b, n, protowire.BytesType), v)
}

func appendInt(b []byte, n protowire.Number, v int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, n, protowire.VarintType), protowire.EncodeZigZag(v))
}

// unpark decodes what park made. The record shares the memory of b.
func unpark(b []byte) (*event.Record, error) {
	if len(b) == 0 || b[0] != parkFormat {
		return nil, errors.New("the parked record has a format of a newer runtime")
	}
	r := &event.Record{}
	err := eachField(b[1:], func(n protowire.Number, text []byte, number int64) error {
		switch n {
		case parkTopic:
			r.Topic = string(text)
		case parkTopicID:
			copy(r.TopicID[:], text)
		case parkPartition:
			r.Partition = int32(number)
		case parkOffset:
			r.Offset = number
		case parkKey:
			r.Key = text
		case parkPartitionKey:
			r.PartitionKey = text
		case parkValue:
			r.Value = text
		case parkHeader:
			return unparkHeader(r, text)
		case parkTime:
			r.Time = time.UnixMicro(number).UTC()
		case parkLeaderEpoch:
			r.LeaderEpoch = int32(number)
		case parkCompression:
			r.Compression = event.Compression(number)
		}
		return nil
	})
	return r, err
}

func unparkHeader(r *event.Record, b []byte) error {
	var h event.Header
	err := eachField(b, func(n protowire.Number, text []byte, _ int64) error {
		switch n {
		case headerKey:
			h.Key = string(text)
		case headerValue:
			h.Value = text
		}
		return nil
	})
	r.Headers = append(r.Headers, h)
	return err
}

// eachField calls f with each field: text of bytes, the number of integers. It steps over types that it does not know.
func eachField(b []byte, f func(n protowire.Number, text []byte, number int64) error) error {
	for len(b) > 0 {
		n, kind, size := protowire.ConsumeTag(b)
		if size < 0 {
			return fmt.Errorf("the parked record is damaged: %w", protowire.ParseError(size))
		}
		b = b[size:]
		text, number, size := field(n, kind, b)
		if size < 0 {
			return fmt.Errorf("the parked record is damaged: %w", protowire.ParseError(size))
		}
		b = b[size:]
		if err := f(n, text, number); err != nil {
			return err
		}
	}
	return nil
}

// field returns the value at the start of b and its size, negative if it is damaged.
func field(n protowire.Number, kind protowire.Type, b []byte) ([]byte, int64, int) {
	switch kind {
	case protowire.BytesType:
		text, size := protowire.ConsumeBytes(b)
		return text[:len(text):len(text)], 0, size
	case protowire.VarintType:
		v, size := protowire.ConsumeVarint(b)
		return nil, protowire.DecodeZigZag(v), size
	default:
		return nil, 0, protowire.ConsumeFieldValue(n, kind, b)
	}
}
