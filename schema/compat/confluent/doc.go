// Package confluent says what a Confluent Schema Registry answers when the schema of a subject changes: which differences it sees between two proto
// files, and which of them it refuses.
//
// It is a profile over the snapshots of package compat, as package buf is, but looks at declarations instead of facts: a registry pairs
// messages by name level by level within one file, follows imports, and has a logic of its own for oneofs, which differs by [Version]. What it refuses is a table.
package confluent
