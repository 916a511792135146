// Package view holds the latest state of every key of a topic in memory, so that reading it costs a map access
// instead of a request.
//
// A [View] reads the whole topic when it opens and follows it from then on. It belongs to one process and has no
// consumer group: every instance of a service has a view of its own, and all show the same after the same records. Use package project
// for states that must outgrow memory or be found by more than their key.
//
// What a key holds follows from its records alone. The newest revision wins, whatever the order in the log; without revisions the last
// record of a partition does. A deleted key is remembered for as long as the topic keeps tombstones, so that a late older record does not
// bring it back. A record that cannot be read is logged and leaves its key without a state, as a view that
// opens after compaction would have it.
package view
