// Package registry knows the schemas of events in a schema registry with Confluent's REST API: [Verify] tells a service at its start that what it
// was built with is registered, and the names of its schemas for the headers of records; [Client] reads and registers.
//
// It stands above franz-go's sr, whose client is the caller's own, as kafka stands above kgo. Servers differ, and several answer
// less than Confluent's: the client asks for what all of them have, compares schemas by what they compile to, never by their text, and does
// what a server leaves out itself. It is the one package of the runtime that links the compiler of protobuf and the rules of
// compatibility, so a service that does not import it links neither.
package registry
