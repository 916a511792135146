package main

import (
	"errors"
	"fmt"
	"io"
)

// Exit codes.
const (
	exitOK          = 0
	exitFindings    = 1  // what was asked for has findings
	exitUsage       = 2  // usage or configuration
	exitOutOfDate   = 3  // generate --check: files differ
	exitEnvironment = 4  // a port, a directory, a server: CI may retry
	exitBug         = 70 // of evgen
)

// exitError is an error with an exit code of its own. Without a cause there is nothing left to say.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// exit returns an error that ends the process with code after printing err, if there is one.
func exit(code int, err error) error { return &exitError{code, err} }

// coded returns err with an exit code, unless it has one.
func coded(code int, err error) error {
	if _, ok := errors.AsType[*exitError](err); ok || err == nil {
		return err
	}
	return exit(code, err)
}

// conclude prints what went wrong and returns the exit code. What carries no code of its own is usage.
func conclude(stderr io.Writer, err error) int {
	if err == nil {
		return exitOK
	}
	code := exitUsage
	if e, ok := errors.AsType[*exitError](err); ok {
		code = e.code
		if e.err == nil {
			return code
		}
	}
	if code == exitBug {
		fmt.Fprintf(stderr, "evgen: this is a bug of evgen %s: %v\n%s\n", buildVersion(), err,
			"please report it at https://github.com/evgen-dev/evgen/issues with this text and the proto files that lead to it")
		return code
	}
	fmt.Fprintln(stderr, "evgen:", err)
	return code
}
