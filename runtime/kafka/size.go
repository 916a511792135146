package kafka

import (
	"math/bits"

	"github.com/evgen-dev/evgen/runtime/event"
)

// batchOverhead is what kgo counts for a batch besides its records: the header of 61 bytes, and the length before it.
const batchOverhead = 65

// encodedSize returns the bytes of a batch that holds r alone, uncompressed: what kgo compares with the topic's limit.
func encodedSize(r *event.Record) int {
	const attributesAndDifferences = 3
	n := attributesAndDifferences + varintSize(len(r.Headers))
	n += varintSize(len(r.Key)) + len(r.Key) + varintSize(len(r.Value)) + len(r.Value)
	for _, h := range r.Headers {
		n += varintSize(len(h.Key)) + len(h.Key) + varintSize(len(h.Value)) + len(h.Value)
	}
	return batchOverhead + varintSize(n) + n
}

// varintSize returns the bytes of n ≥ 0 as a zigzag varint.
func varintSize(n int) int { return (bits.Len(uint(n)<<1|1) + 6) / 7 }
