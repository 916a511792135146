// Package payload turns the encoded message of an event into the value of a record and back. What it adds around
// a message, the header that names its schema in a registry, tells readers how to decode it, and is no part of the message.
//
// It stands below produce, consume and view, which use the same two functions, [Frame] and [Open]. Splitting large payloads
// into chunks is not part of this release; such values are recognised and refused.
package payload
