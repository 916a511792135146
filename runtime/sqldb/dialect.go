package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Dialect is how one kind of database spells things: [Postgres] or [SQLite]. It is a value without state.
type Dialect interface {
	// Name is "postgres" or "sqlite".
	Name() string
	// Placeholder is the n-th argument of a statement, counted from 1.
	Placeholder(n int) string
	// Quote makes an identifier of any text.
	Quote(ident string) string
	// TypeName is the SQL type of a column, e.g., bigint.
	TypeName(ColumnType) string
	// Bind turns a value of a message into an argument for a column of type t. Nil, and a nil pointer, is NULL.
	// The error is a [*ValueError].
	Bind(t ColumnType, v any) (any, error)
	// Array is a whole column as one argument, for unnest($1::<TypeName>[]). It is text, which every driver takes. SQLite
	// has no arrays, and answers [errors.ErrUnsupported]: there one prepared statement per row is as fast as any batch.
	Array(t ColumnType, values []any) (any, error)
	// Value turns what a driver scanned into an any back into the Go type of t, nil for NULL.
	Value(t ColumnType, scanned any) (any, error)

	ddl(DDL) string
	// lockMigrations makes concurrent calls of Migrate wait for each other until tx ends, and makes evgen_migration.
	lockMigrations(ctx context.Context, tx *sql.Tx) error
	checkSettings(ctx context.Context, db *sql.DB) error
	upsertRevisions(ctx context.Context, tx *sql.Tx, handler string, tie Tiebreak, offers []*offer) error
	storedRevisions(ctx context.Context, tx *sql.Tx, handler string, offers []*offer) error
	insertCommands(ctx context.Context, tx *sql.Tx, handler string, commands []*command) error
	// now is the SQL of the database's own time: one clock for all instances.
	now() string
	// ago is the SQL of the time that lies as many microseconds back as the argument says.
	ago(argument string) string
	// expiry is a time as an argument; the zero time is never.
	expiry(time.Time) any
	// forUpdate is what a SELECT ends with to lock the row that it returns.
	forUpdate() string
}

const (
	minPostgres = 12
	minSQLite   = "3.37" // STRICT tables
)

// DialectOf asks the server what it is, without writing. A server that is neither PostgreSQL nor SQLite, or too old, is an error.
func DialectOf(ctx context.Context, db Querier) (Dialect, error) {
	var version string
	// PostgreSQL logs failing statements, SQLite does not: hence this order.
	errServer := db.QueryRowContext(ctx, "SELECT version()").Scan(&version)
	if errServer == nil {
		return serverDialect(version)
	}
	if err := db.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return nil, fmt.Errorf("ask the database for its version: %w", errors.Join(errServer, err))
	}
	if !atLeast(version, minSQLite) {
		return nil, fmt.Errorf("the driver brings SQLite %s, which is too old: evgen needs %s, use a newer driver", version, minSQLite)
	}
	return SQLite{}, nil
}

// serverDialect knows servers by what version() says, e.g., "PostgreSQL 15.8 (Debian …) on x86_64-pc-linux-gnu, …".
func serverDialect(version string) (Dialect, error) {
	number, ok := strings.CutPrefix(version, "PostgreSQL ")
	if !ok {
		return nil, fmt.Errorf("the database calls itself %q: evgen knows PostgreSQL %d and newer, and SQLite %s and newer", version, minPostgres, minSQLite)
	}
	if !atLeast(number, strconv.Itoa(minPostgres)) {
		return nil, fmt.Errorf("the database calls itself %q, which is too old: evgen needs PostgreSQL %d", version, minPostgres)
	}
	return Postgres{}, nil
}

// atLeast compares the leading numbers of two versions, e.g., "15.8 (Debian …)" and "12".
func atLeast(version, minimum string) bool {
	have, want := numbers(version), numbers(minimum)
	for i, w := range want {
		if i >= len(have) || have[i] != w {
			return i < len(have) && have[i] > w
		}
	}
	return true
}

func numbers(version string) []int {
	end := strings.IndexFunc(version, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if end >= 0 {
		version = version[:end]
	}
	var ns []int
	for part := range strings.SplitSeq(version, ".") {
		if n, err := strconv.Atoi(part); err == nil {
			ns = append(ns, n)
		}
	}
	return ns
}

func quote(ident string) string { return `"` + strings.ReplaceAll(ident, `"`, `""`) + `"` }
