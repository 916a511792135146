package devbroker

import (
	"encoding/binary"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// hasNullKey says whether a record of the batch has no key. A batch that cannot be read has none: kfake refuses it itself.
func hasNullKey(raw []byte) bool {
	var batch kmsg.RecordBatch
	if batch.ReadFrom(raw) != nil {
		return false
	}
	const codecBits = 0x7
	records, err := kgo.DefaultDecompressor().Decompress(batch.Records, kgo.CompressionCodecType(batch.Attributes&codecBits))
	if err != nil {
		return false
	}
	for range batch.NumRecords {
		length, n := binary.Varint(records)
		if n <= 0 || length < 0 || int64(len(records)-n) < length {
			return false
		}
		if keyLength(records[n:]) < 0 {
			return true
		}
		records = records[n+int(length):]
	}
	return false
}

// keyLength returns the length of the key of an encoded record, which comes after its attributes and two differences.
func keyLength(record []byte) int64 {
	var length int64
	rest := record[min(1, len(record)):]
	for range 3 { // time, offset, key
		n := 0
		if length, n = binary.Varint(rest); n <= 0 {
			return 0
		}
		rest = rest[n:]
	}
	return length
}
