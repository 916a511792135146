// Package normal writes a file descriptor as proto text that depends on nothing but its content.
//
// A schema registry takes two texts for one schema only if they are equal, or, as Confluent's does, if they are equal after its own
// printing. So evgen registers one text per content: the same bytes come out whether the descriptor was compiled from a source file, is
// linked into a program by its .pb.go, or was read from an image of buf or protoc. A service can therefore compute at its start
// what was registered at its release, and look it up.
//
// The package needs google.golang.org/protobuf and nothing else, since services link it.
package normal
