// Package devregistry is a schema registry inside the process, for development and tests: it answers the REST API of Confluent's Schema
// Registry on a port of 127.0.0.1, so every client can use it, and needs no Java and no container.
//
// It compiles what it is given with evgen's own compiler, and judges compatibility with evgen's own confluent profile, so that it refuses what
// a real one refuses. It takes protobuf schemas alone, and has no contexts, no rules that run, no encryption and no access control.
package devregistry
