// Package golden defines the flag -update of tests that compare files. Every test package links it, because
// go test ./... -update fails in a package that does not know the flag.
package golden

import "flag"

var update = flag.Bool("update", false, "write golden files instead of comparing them")

// Update says whether golden files are to be written. Call it after flags are parsed, that is, within a test.
func Update() bool { return *update }
