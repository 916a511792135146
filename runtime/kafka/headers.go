package kafka

import (
	"unsafe"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/runtime/event"
)

// This compiles only while the two kinds of headers are the same in memory.
var _ = kgo.RecordHeader(event.Header{})

// shareHeaders returns the headers as kgo's, without copying them: most are the same for every record of a producer, and a copy
// was a fifth of what a record cost. The capacity ends with the last, so that a hook which appends one gets memory of its own.
func shareHeaders(h event.Headers) []kgo.RecordHeader {
	return unsafe.Slice((*kgo.RecordHeader)(unsafe.Pointer(unsafe.SliceData(h))), len(h))
}

// takeHeaders is the way back; received headers are kgo's to give away.
func takeHeaders(h []kgo.RecordHeader) event.Headers {
	return unsafe.Slice((*event.Header)(unsafe.Pointer(unsafe.SliceData(h))), len(h))
}
