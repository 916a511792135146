package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"net/url"
	"strings"
)

// Class says what to do about an error in a transaction.
type Class uint8

const (
	Retryable     Class = iota // unknown: try again later, and count the attempts
	Serialization              // other transactions were in the way: run the transaction again at once
	Unavailable                // the database cannot be reached or takes no work: wait for it, and count no attempts
	Permanent                  // the value will never fit: another attempt ends the same
)

// String returns the class in lower case, e.g., "unavailable".
func (c Class) String() string {
	names := [...]string{"retryable", "serialization", "unavailable", "permanent"}
	if int(c) < len(names) {
		return names[c]
	}
	return "unknown"
}

// Classify reads the class from what drivers attach to their errors: an SQLSTATE, a result code of SQLite, or a broken
// connection. Anything else is [Retryable], also an error of a context and nil.
func Classify(err error) Class {
	var state interface{ SQLState() string }
	var code interface{ Code() int }
	var value *ValueError
	var entry *EntryError
	switch {
	case err == nil:
		return Retryable
	case errors.As(err, &value), errors.As(err, &entry):
		return Permanent
	case errors.As(err, &state):
		return classifyState(state.SQLState())
	case isConnection(err):
		return Unavailable
	case errors.As(err, &code):
		return classifyCode(code.Code())
	case isLockText(err.Error()):
		return Serialization
	}
	return Retryable
}

func classifyState(state string) Class {
	switch state {
	case "40001", "40P01": // serialization failure, deadlock
		return Serialization
	case "57014": // a statement timeout is about the statement
		return Retryable
	case "25006": // read only: a former primary after a failover
		return Unavailable
	}
	if len(state) != 5 {
		return Retryable
	}
	switch state[:2] {
	case "08", "53", "57", "58": // connection, resources, operator, system
		return Unavailable
	case "22", "54": // data exception, e.g., a NUL byte in text; a limit, e.g., of the bytes that an index entry takes
		return Permanent
	}
	return Retryable
}

// classifyCode looks at the primary code, which is the low byte of an extended one, except where only the extended one tells.
func classifyCode(code int) Class {
	const constraintDatatype = 3091 // a type that a STRICT column refuses
	if code == constraintDatatype {
		return Permanent
	}
	switch code & 0xff {
	case 5, 6: // BUSY, LOCKED
		return Serialization
	case 8, 10, 13, 14: // READONLY, IOERR, FULL, CANTOPEN
		return Unavailable
	case 18, 20: // TOOBIG, MISMATCH
		return Permanent
	}
	return Retryable
}

func isConnection(err error) bool {
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || isClosed(err) {
		return true
	}
	// A context's deadline looks like an error of the network, and so does an HTTP call of a handler.
	var call *url.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &call) {
		return false
	}
	var network net.Error
	return errors.As(err, &network)
}

// isClosed knows what has no type: pgx's connection that broke before a COMMIT could be sent, and a pool that somebody closed too early.
func isClosed(err error) bool {
	var unsent interface {
		error
		SafeToRetry() bool
	}
	return errors.As(err, &unsent) && unsent.Error() == "conn closed" || strings.Contains(err.Error(), "sql: database is closed")
}

// isLockText knows SQLite's own words for BUSY and LOCKED, for drivers whose errors have no Code method.
func isLockText(text string) bool {
	return strings.Contains(text, "database is locked") || strings.Contains(text, "database table is locked")
}
