package sqldb_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"net/url"
	"syscall"
	"testing"

	"github.com/evgen-dev/evgen/runtime/sqldb"
)

type stateError string

func (e stateError) Error() string    { return "SQLSTATE " + string(e) }
func (e stateError) SQLState() string { return string(e) }

type codeError int

func (e codeError) Error() string { return fmt.Sprintf("code %d", int(e)) }
func (e codeError) Code() int     { return int(e) }

func TestClassOfErrors(t *testing.T) {
	t.Parallel()
	dial := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	cases := []struct {
		err  error
		want sqldb.Class
	}{
		{nil, sqldb.Retryable},
		{errors.New("a handler's own"), sqldb.Retryable},
		{stateError("40001"), sqldb.Serialization},
		{stateError("40P01"), sqldb.Serialization},
		{stateError("08006"), sqldb.Unavailable},
		{stateError("53300"), sqldb.Unavailable},
		{stateError("57P01"), sqldb.Unavailable},
		{stateError("58030"), sqldb.Unavailable},
		{stateError("25006"), sqldb.Unavailable},
		{stateError("57014"), sqldb.Retryable}, // canceled, also by a statement timeout
		{stateError("23505"), sqldb.Retryable},
		{stateError("42P01"), sqldb.Retryable},
		{stateError("22021"), sqldb.Permanent},
		{stateError("?"), sqldb.Retryable},
		{codeError(5), sqldb.Serialization},
		{codeError(517), sqldb.Serialization}, // BUSY_SNAPSHOT
		{codeError(6), sqldb.Serialization},
		{codeError(13), sqldb.Unavailable},
		{codeError(778), sqldb.Unavailable}, // IOERR_WRITE
		{codeError(18), sqldb.Permanent},
		{codeError(3091), sqldb.Permanent}, // CONSTRAINT_DATATYPE
		{codeError(2067), sqldb.Retryable}, // CONSTRAINT_UNIQUE
		{codeError(1), sqldb.Retryable},    // ERROR
		{errors.New("database is locked"), sqldb.Serialization},
		{errors.New("database table is locked: effect"), sqldb.Serialization},
		{driver.ErrBadConn, sqldb.Unavailable},
		{sql.ErrConnDone, sqldb.Unavailable},
		{sql.ErrTxDone, sqldb.Retryable},
		{errors.New("sql: database is closed"), sqldb.Unavailable},
		{errors.New("conn closed"), sqldb.Retryable}, // anybody's
		{dial, sqldb.Unavailable},
		{&url.Error{Op: "Get", URL: "http://payments", Err: dial}, sqldb.Retryable},
		{context.DeadlineExceeded, sqldb.Retryable},
		{context.Canceled, sqldb.Retryable},
		{&sqldb.ValueError{Type: sqldb.Text, Reason: "too odd"}, sqldb.Permanent},
		{&sqldb.EntryError{Handler: handler, Reason: "too odd"}, sqldb.Permanent},
	}
	for _, c := range cases {
		if got := sqldb.Classify(c.err); got != c.want {
			t.Errorf("%v is %s, want %s", c.err, got, c.want)
		}
		if c.err == nil {
			continue
		}
		if got := sqldb.Classify(fmt.Errorf("store row: %w", c.err)); got != c.want {
			t.Errorf("%v, wrapped, is %s, want %s", c.err, got, c.want)
		}
	}
}
