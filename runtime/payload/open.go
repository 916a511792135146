package payload

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/evgen-dev/evgen/runtime/event"
)

// Open returns the encoded message in the value of r, without the schema header if there is one, nil for a tombstone. The result shares
// memory with r. An error, for a broken header or a form of payload that this release does not read, lacks the
// name of the event and the position of the record, which the caller knows.
func Open(r *event.Record) ([]byte, error) {
	if len(r.Value) == 0 {
		return r.Value, nil
	}
	if r.Value[0] == magicChunk {
		return nil, errors.New("open payload: it is chunked (0x0F), not supported by this version: upgrade the reader")
	}
	if header := lastHeader(r.Headers, HeaderValueSchema); header != nil {
		if err := checkHeader(HeaderValueSchema, header); err != nil {
			return nil, fmt.Errorf("open payload: %w", err)
		}
		return r.Value, nil
	}
	if !isFramed(r.Value) {
		return r.Value, nil
	}
	body, err := skipFrame(r.Value)
	if err != nil {
		return nil, fmt.Errorf("open payload: %w", err)
	}
	return body, nil
}

// lastHeader returns the value of the last header with a name, nil if there is none, or if it is null, which counts the same.
func lastHeader(h event.Headers, name string) []byte {
	for i := len(h) - 1; i >= 0; i-- {
		if h[i].Key == name {
			return h[i].Value
		}
	}
	return nil
}

func isFramed(value []byte) bool {
	return len(value) > 0 && (value[0] == magicID || value[0] == magicGUID)
}

// checkHeader says what is wrong with a header that should be a frame without a message behind it. More bytes are those of a newer form, or
// garbage.
func checkHeader(name string, value []byte) error {
	if !isFramed(value) {
		return fmt.Errorf("header %s: it begins neither with 0x00 nor with 0x01: [% x]", name, value[:min(len(value), 8)])
	}
	rest, err := skipFrame(value)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%d bytes follow the schema", len(rest))
	}
	if err != nil {
		return fmt.Errorf("header %s: %w", name, err)
	}
	return nil
}

// skipFrame returns what follows the frame that b begins with. Unlike [readFrame] it allocates nothing.
func skipFrame(b []byte) ([]byte, error) {
	b, err := skipName(b)
	if err != nil {
		return nil, err
	}
	count, b, err := cutCount(b)
	for n := 0; n < count && err == nil; n++ {
		_, b, err = cutIndex(b, n, count)
	}
	return b, err
}

// skipName returns what follows the id or GUID that b, a frame, begins with.
func skipName(b []byte) ([]byte, error) {
	what, length := "id", idLength
	if b[0] == magicGUID {
		what, length = "GUID", len(GUID{})
	}
	if b = b[1:]; len(b) < length {
		return nil, fmt.Errorf("schema %s has %d bytes instead of %d", what, len(b), length)
	}
	return b[length:], nil
}

// maxDepth is how deep messages may be nested. No compiler takes more, and indexes cost memory before anybody can check them.
const maxDepth = 100

func cutCount(b []byte) (int, []byte, error) {
	count, rest, err := cutVarint(b)
	if err == nil && count > maxDepth {
		err = errOutOfRange
	}
	if err != nil {
		return 0, nil, fmt.Errorf("count of message indexes %w", err)
	}
	return count, rest, nil
}

func cutIndex(b []byte, n, count int) (int, []byte, error) {
	index, rest, err := cutVarint(b)
	if err != nil {
		return 0, nil, fmt.Errorf("message index %d of %d %w", n+1, count, err)
	}
	return index, rest, nil
}

var errOutOfRange = errors.New("is out of range")

// cutVarint reads a number that cannot be negative: one that is comes from a foreign encoder without zigzag, or is garbage.
func cutVarint(b []byte) (int, []byte, error) {
	n, size := binary.Varint(b)
	if size == 0 {
		return 0, nil, errors.New("is cut off")
	}
	if size < 0 || n < 0 || n > math.MaxInt32 {
		return 0, nil, errOutOfRange
	}
	return int(n), b[size:], nil
}
