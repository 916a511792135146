// Package output puts generated files into a directory: it compares, writes what changed, and removes what is stale.
// A file that does not change is not touched, so that build caches and editors stay quiet.
//
// Files of evgen carry a marker in their first line, and nothing without it is overwritten or removed. The .pb.go files are an
// exception: they are byte for byte what protoc-gen-go writes, marker included, so they are updated, but nobody can tell whose they are when
// their proto file is gone. They stay, and the .ev.go beside them goes; delete them as you delete the proto file.
package output
