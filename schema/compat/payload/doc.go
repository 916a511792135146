// Package payload is evgen's own profile of compatibility: it passes a change only if no record of an event can be lost or misread by it.
//
// The other profiles say what a tool or a registry would answer. This one says what readers experience: for each fact a table tells what a reader of one side makes of the bytes of
// the other, and rules follow from that. Only what events reach is judged. A test encodes random messages with one side and decodes them with the other, so that tables and bytes
// agree.
package payload
