// Package source reads proto files and descriptor sets into a [Set], which package schema gives a meaning.
//
// Only evgen itself reads sources; as a plugin of buf or protoc it is handed descriptors, and needs schema alone. So this is the one
// package that knows a compiler of protobuf, directories, and what buf and protoc write. Of annotations it knows only the copy of
// evgen/v1/options.proto that it brings.
package source
