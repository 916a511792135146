// Package catalog is what a schema registry knows: schemas, the versions of subjects, and their settings, in memory and in a journal.
//
// It holds what it is told and judges nothing: which schema may become a version is decided by its caller.
package catalog
