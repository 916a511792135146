// Package evgenpb is the Go form of evgen/v1/options.proto, the annotations that evgen reads. Generated message packages link
// it because their proto files import that file; it needs nothing but protobuf.
//
// After a change of the proto file, run go test ./schema/evgenpb -update.
package evgenpb
