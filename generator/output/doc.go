// Package output puts generated files into a directory: it compares, writes what changed, and removes what is stale.
// A file that does not change is not touched, so that build caches and editors stay quiet.
package output
