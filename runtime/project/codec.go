package project

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
)

// The codec writes the values of columns as bytes, one after the other: to put them into a cursor, to compare and to hash them.
const (
	tagNull     = 'n'
	tagText     = 's'
	tagBytes    = 'b'
	tagFalse    = '0'
	tagTrue     = '1'
	tagInt      = 'i'
	tagUint     = 'u'
	tagFloat    = 'f'
	tagDouble   = 'd'
	tagTime     = 't' // unix microseconds
	tagDuration = 'm' // microseconds
)

func appendValue(b []byte, v any) []byte {
	switch x := v.(type) {
	case nil:
		return append(b, tagNull)
	case string:
		return append(binary.AppendUvarint(append(b, tagText), uint64(len(x))), x...)
	case []byte:
		return append(binary.AppendUvarint(append(b, tagBytes), uint64(len(x))), x...)
	case bool:
		if x {
			return append(b, tagTrue)
		}
		return append(b, tagFalse)
	case int32:
		return binary.AppendVarint(append(b, tagInt), int64(x))
	case int64:
		return binary.AppendVarint(append(b, tagInt), x)
	case uint64:
		return binary.AppendUvarint(append(b, tagUint), x)
	case float32:
		return binary.BigEndian.AppendUint32(append(b, tagFloat), math.Float32bits(x))
	case float64:
		return binary.BigEndian.AppendUint64(append(b, tagDouble), math.Float64bits(x))
	case time.Time:
		return binary.AppendVarint(append(b, tagTime), x.UnixMicro())
	case time.Duration:
		return binary.AppendVarint(append(b, tagDuration), x.Microseconds())
	default:
		return appendValue(b, fmt.Sprint(x))
	}
}

func keyOf(values []any) string { return string(encodeValues(values)) }

func encodeValues(values []any) []byte {
	b := make([]byte, 0, 24*len(values))
	for _, v := range values {
		b = appendValue(b, v)
	}
	return b
}

var errValue = errors.New("is cut off or no value")

// parseValue reads a value that appendValue wrote, and returns the bytes after it. Integers come back as int64.
func parseValue(b []byte) (v any, rest []byte, err error) {
	if len(b) == 0 {
		return nil, nil, errValue
	}
	tag, b := b[0], b[1:]
	switch tag {
	case tagNull:
		return nil, b, nil
	case tagFalse, tagTrue:
		return tag == tagTrue, b, nil
	case tagText, tagBytes:
		return parseText(tag, b)
	case tagFloat, tagDouble:
		return parseFloat(tag, b)
	case tagUint:
		n, size := binary.Uvarint(b)
		return parsed(n, b, size)
	}
	n, size := binary.Varint(b)
	switch tag {
	case tagInt:
		return parsed(n, b, size)
	case tagTime:
		return parsed(time.UnixMicro(n).UTC(), b, size)
	case tagDuration:
		return parseDuration(n, b, size)
	default:
		return nil, nil, errValue
	}
}

// parsed takes a number that binary found to have size bytes.
func parsed(v any, b []byte, size int) (any, []byte, error) {
	if size <= 0 {
		return nil, nil, errValue
	}
	return v, b[size:], nil
}

func parseDuration(micros int64, b []byte, size int) (any, []byte, error) {
	d := time.Duration(micros) * time.Microsecond
	if d.Microseconds() != micros {
		return nil, nil, errValue
	}
	return parsed(d, b, size)
}

func parseText(tag byte, b []byte) (any, []byte, error) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size) {
		return nil, nil, errValue
	}
	text, rest := b[size:size+int(n)], b[size+int(n):]
	if tag == tagText {
		return string(text), rest, nil
	}
	return text, rest, nil
}

func parseFloat(tag byte, b []byte) (any, []byte, error) {
	switch {
	case tag == tagFloat && len(b) >= 4:
		return math.Float32frombits(binary.BigEndian.Uint32(b)), b[4:], nil
	case tag == tagDouble && len(b) >= 8:
		return math.Float64frombits(binary.BigEndian.Uint64(b)), b[8:], nil
	default:
		return nil, nil, errValue
	}
}
