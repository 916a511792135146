// Package projecttest holds the messages that tests of package project write and read: events in the open struct API, rows
// in the opaque one.
//
// The Go files come from the protos beside them, made in the directory above:
//
//	protoc --go_out=. --go_opt=paths=source_relative,apilevelMprojecttest/row.proto=API_OPAQUE projecttest/*.proto
package projecttest
