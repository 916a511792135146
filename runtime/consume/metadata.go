package consume

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"strings"

	"github.com/evgen-dev/evgen/runtime/event"
)

const (
	metadataPrefix = "eg1:"
	// maxMetadata is below the broker's limit of 4096: what does not fit costs the offset's commit a second attempt.
	maxMetadata = 3500
)

// encodeMetadata returns what goes beside a committed offset, so that the next owner of the partition does not repeat what was
// finished above it: the offset, the topic's id, and the lengths of the runs that are alternately not done and done, as
// varints in base64. It is empty when nothing is done above, when the topic has no id, and when it would be too long.
func encodeMetadata(base int64, id event.TopicID, done spans) string {
	if len(done) == 0 || id == (event.TopicID{}) {
		return ""
	}
	b := binary.AppendUvarint(nil, uint64(base))
	b = append(b, id[:]...)
	at := base
	for _, s := range done {
		b = binary.AppendUvarint(b, uint64(s.from-at))
		b = binary.AppendUvarint(b, uint64(s.to-s.from))
		at = s.to
	}
	text := metadataPrefix + base64.RawStdEncoding.EncodeToString(b)
	if len(text) > maxMetadata {
		return ""
	}
	return text
}

// decodeMetadata returns what text says is done above committed. An administrator may move an offset and keep its metadata, or another
// tool may have written it, and a wrong answer skips records for ever: so everything that does not fit exactly means nothing is done.
func decodeMetadata(text string, committed int64, id event.TopicID) spans {
	encoded, ok := strings.CutPrefix(text, metadataPrefix)
	if !ok || len(text) > maxMetadata || id == (event.TopicID{}) {
		return nil
	}
	b, err := base64.RawStdEncoding.DecodeString(encoded)
	if err != nil {
		return nil
	}
	base, b, ok := cutUvarint(b)
	if !ok || base != uint64(committed) || len(b) < len(id) || event.TopicID(b[:len(id)]) != id {
		return nil
	}
	return decodeRuns(b[len(id):], committed)
}

func decodeRuns(b []byte, at int64) spans {
	var done spans
	for len(b) > 0 {
		gap, rest, ok := cutUvarint(b)
		if !ok {
			return nil
		}
		length, rest, ok := cutUvarint(rest)
		room := uint64(math.MaxInt64 - at)
		if !ok || gap == 0 || length == 0 || gap > room || length > room-gap {
			return nil
		}
		from := at + int64(gap)
		at = from + int64(length)
		done = append(done, span{from, at})
		b = rest
	}
	return done
}

func cutUvarint(b []byte) (uint64, []byte, bool) {
	n, size := binary.Uvarint(b)
	if size <= 0 {
		return 0, nil, false
	}
	return n, b[size:], true
}
