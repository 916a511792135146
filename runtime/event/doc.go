// Package event is the contract between generated code, user code and adapters: what an event is
// ([Event]), what its bytes are ([Record]), and what a broker must do ([Sink], [Source]).
//
// It stands below every other package of the runtime and imports protobuf only. It has no clock and no I/O: what runs lives above it in produce, consume, project and view, and what talks
// to Kafka in package kafka.
package event

// SupportsGeneration1 is what generated code refers to, so that code of a generation that this runtime
// does not know fails to compile, instead of misbehaving.
const SupportsGeneration1 = true
