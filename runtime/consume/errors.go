package consume

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// Permanent says that no retry can help: the record is written to the dead-letter topic at once. Nil stays nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanentError{err}
}

// Unavailable says that something which all records need is down, e.g., a service that the handler calls. The whole group waits, and
// tries one record every five seconds until it works again. Such a call is not counted as an attempt and never leads
// to the dead-letter topic. Errors of a database that cannot be reached are recognised without it. Nil stays nil.
func Unavailable(err error) error {
	if err == nil {
		return nil
	}
	return &unavailableError{err}
}

// Skip says that the record needs no effect. It is finished as Skipped; what the handler wrote in its transaction
// is committed.
func Skip(reason string) error { return &skipError{reason} }

type permanentError struct{ err error }

func (e *permanentError) Error() string { return e.err.Error() }
func (e *permanentError) Unwrap() error { return e.err }

type unavailableError struct{ err error }

func (e *unavailableError) Error() string { return e.err.Error() }
func (e *unavailableError) Unwrap() error { return e.err }

type skipError struct{ reason string }

func (e *skipError) Error() string { return "skipped: " + e.reason }

// panicError is a handler that panicked or called runtime.Goexit.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string {
	return fmt.Sprintf("the handler panicked: %v\n%s", e.value, e.stack)
}

// ownError is a failure of the runtime's own statements, before the handler was called.
type ownError struct{ err error }

func (e *ownError) Error() string { return e.err.Error() }
func (e *ownError) Unwrap() error { return e.err }

// rebaseError is a failure of the user's Rebase, which a guard calls.
type rebaseError struct{ err error }

func (e *rebaseError) Error() string { return e.err.Error() }
func (e *rebaseError) Unwrap() error { return e.err }

// class is what an error means for its record.
type class uint8

const (
	retryable   class = iota
	contended         // somebody else was in the way: again, without counting
	unavailable       // see Unavailable
	permanent         // see Permanent
)

// classOf lets what the handler said go before what the database said.
func classOf(err error) class {
	var (
		p      *permanentError
		u      *unavailableError
		d      *event.DecodeError
		own    *ownError
		l      *letterError
		rebase *rebaseError
	)
	switch {
	case errors.As(err, &u):
		return unavailable
	case errors.As(err, &p), errors.As(err, &d):
		return permanent
	case errors.As(err, &l):
		return contended
	}
	switch sqldb.Classify(err) {
	case sqldb.Permanent:
		return permanent
	case sqldb.Unavailable:
		return unavailable
	case sqldb.Serialization:
		return contended
	}
	if errors.As(err, &own) && !errors.As(err, &rebase) {
		return classOfOwn(err)
	}
	return retryable
}

// classOfOwn never blames the record: a guard that waited too long met a lock or a full pool, one that is told to fail at a gap
// waits until it is filled, and one that cannot run at all, since its table is missing, cannot run for any record.
func classOfOwn(err error) class {
	var gap *sqldb.GapError
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, sql.ErrTxDone) || errors.As(err, &gap) {
		return contended
	}
	return unavailable
}
