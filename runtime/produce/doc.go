// Package produce publishes events: it encodes a message, adds the headers that say who sent it and why, and hands
// the record to a sink, one record of a key after the other.
//
// It stands above package event and below generated code, whose NewXProducer functions are calls of [New] and [NewDocument]. It knows no
// broker: package kafka has a sink that writes to one, and an outbox is another.
package produce
