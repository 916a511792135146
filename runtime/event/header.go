package event

import (
	"strconv"
	"strings"
)

// Names of record headers. What describes the event is an attribute of CloudEvents in binary mode (Kafka protocol binding 1.0.2),
// what describes the hop is evgen's or W3C's.
const (
	HeaderSpecVersion = "ce_specversion"
	HeaderID          = "ce_id"
	HeaderSource      = "ce_source"
	HeaderType        = "ce_type"
	HeaderRevision    = "ce_entityrevision" // decimal, 1 to 2^63-1; also on tombstones
	HeaderCorrelation = "ce_correlationid"
	HeaderCausation   = "ce_causationid"
	HeaderExpiry      = "ce_expirytime" // RFC 3339
	HeaderDataSchema  = "ce_dataschema" // where a registry has the schema of the value
	HeaderContentType = "content-type"

	HeaderOrigin       = "evgen-orig" // topic;partition;offset;timestamp ms;topic id
	HeaderAttempt      = "evgen-attempt"
	HeaderErrorKind    = "evgen-error-kind"
	HeaderError        = "evgen-error"
	HeaderFirstFailure = "evgen-first-failure" // RFC 3339
	HeaderHandler      = "evgen-handler"       // <group>/<topic>
	HeaderVersion      = "evgen-version"       // of the service that gave up
)

// DeletedSuffix follows the event's name in the ce_type of a tombstone.
const DeletedSuffix = ".deleted"

// Header is one header of a record.
type Header struct {
	Key   string
	Value []byte
}

// Headers are a record's headers in order. Evgen writes a name once; of foreign doubles the last one counts, as in Kafka's Java client.
type Headers []Header

// Get returns the last header called key.
func (h Headers) Get(key string) (string, bool) {
	for i := len(h) - 1; i >= 0; i-- {
		if h[i].Key == key {
			return string(h[i].Value), true
		}
	}
	return "", false
}

// Set replaces all headers called key by one, or appends it.
func (h *Headers) Set(key, value string) {
	kept := (*h)[:0:0]
	for _, x := range *h {
		if x.Key != key {
			kept = append(kept, x)
		}
	}
	*h = append(kept, Header{key, []byte(value)})
}

// EventType returns the event's name in ce_type, without the suffix of a tombstone; empty for a foreign record.
func (h Headers) EventType() string {
	t, _ := h.Get(HeaderType)
	return strings.TrimSuffix(t, DeletedSuffix)
}

func revisionHeader(rev int64) Header {
	return Header{HeaderRevision, strconv.AppendInt(nil, rev, 10)}
}
