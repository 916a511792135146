// Package payload turns the encoded message of an event into the value of a record and back. What it adds, the name of the schema that the
// message was written with, tells readers how to decode it, and is no part of the message. The name comes in the two forms of Confluent's
// serializers: an id before the message, or a GUID in a record header beside it.
//
// It stands below produce, consume and view: produce writes with [Frame] and [GUIDHeader], the others read both with [Open]. [SchemaOf] says
// which schema a record names. Splitting large payloads into chunks is not part of this release; such values are recognised and refused.
package payload
