package baseline

import "fmt"

// Error says why a baseline cannot be compared with, and what to do about it.
type Error struct {
	Class    Class
	Baseline string // e.g., git:origin/main
	Problem  string // e.g., there is no revision "origin/mian" in the repository
	Help     string // the next step
	Err      error  // what it comes from; may be nil
}

// Error returns baseline, problem and next step in one line.
func (e *Error) Error() string {
	return fmt.Sprintf("read baseline %s: %s: %s", e.Baseline, e.Problem, e.Help)
}

// Unwrap returns what the error comes from.
func (e *Error) Unwrap() error { return e.Err }

// Class says who can do something about an [Error].
type Class uint8

// The classes. None of them is a pass.
const (
	Usage       Class = iota // the baseline is written wrong, or names what does not exist
	Content                  // it is there, but cannot be compared with: damaged, empty, or of another kind
	Environment              // git or the clone: the same command works once they are in order
)
