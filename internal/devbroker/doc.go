// Package devbroker is a Kafka broker inside the process, for development and tests: it speaks the protocol on a port of
// 127.0.0.1, so every Kafka client can use it, and needs no Java and no container.
//
// It is kfake with the manners of a real broker where kfake has none: topics come into being only when they are created,
// their settings are checked, a record without a key is refused on a compacted topic, one process at a time uses a data
// directory, and transactions that a crash left open are aborted. It says nothing about durability or replication: there is
// one node, which does not sync its files.
package devbroker
