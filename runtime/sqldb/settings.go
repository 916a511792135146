package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// CheckSettings says whether db is opened in a way that handlers can rely on. For SQLite the error names all that is missing, and the
// parameters to add to the data source name: a file in WAL mode, a busy timeout, and transactions that take the
// write lock when they begin. A PostgreSQL database must take writes.
func CheckSettings(ctx context.Context, db *sql.DB) error {
	d, err := DialectOf(ctx, db)
	if err != nil {
		return err
	}
	return d.checkSettings(ctx, db)
}

func (Postgres) checkSettings(ctx context.Context, db *sql.DB) error {
	var readOnly string
	if err := db.QueryRowContext(ctx, "SELECT current_setting('transaction_read_only')").Scan(&readOnly); err != nil {
		return fmt.Errorf("read PostgreSQL's settings: %w", err)
	}
	if readOnly == "on" {
		return errors.New("the PostgreSQL database takes no writes: it is a replica, or default_transaction_read_only is on " +
			"for its role or database; connect to the primary with a role that may write")
	}
	return nil
}

// setting is what SQLite needs, with its spelling in the data source names of the two common drivers.
type setting struct {
	problem func(context.Context, *sql.Conn) (string, error) // empty: none
	modernc string
	mattn   string
}

var sqliteSettings = []setting{
	{journalProblem, "_pragma=journal_mode(WAL)", "_journal_mode=WAL"},
	{timeoutProblem, "_pragma=busy_timeout(10000)", "_busy_timeout=10000"},
	{lockProblem, "_txlock=immediate", "_txlock=immediate"},
}

func (SQLite) checkSettings(ctx context.Context, db *sql.DB) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect to SQLite: %w", err)
	}
	defer conn.Close()
	if problem, err := memoryProblem(ctx, conn); err != nil || problem != "" {
		return settingsError(err, []string{problem}, setting{modernc: "file:events.db", mattn: "file:events.db"})
	}
	var problems []string
	var missing []setting
	for _, s := range sqliteSettings {
		problem, err := s.problem(ctx, conn)
		if err != nil {
			return settingsError(err, nil)
		}
		if problem != "" {
			problems, missing = append(problems, problem), append(missing, s)
		}
	}
	return settingsError(nil, problems, missing...)
}

func settingsError(err error, problems []string, missing ...setting) error {
	if err != nil {
		return fmt.Errorf("read SQLite's settings: %w", err)
	}
	if len(problems) == 0 {
		return nil
	}
	var modernc, mattn []string
	for _, s := range missing {
		modernc, mattn = append(modernc, s.modernc), append(mattn, s.mattn)
	}
	return fmt.Errorf("the SQLite database is not opened for handling events: %s; its data source name needs %s (modernc.org/sqlite) or %s (mattn/go-sqlite3)",
		strings.Join(problems, "; "), strings.Join(modernc, "&"), strings.Join(mattn, "&"))
}

func memoryProblem(ctx context.Context, conn *sql.Conn) (string, error) {
	var file string
	err := conn.QueryRowContext(ctx, "SELECT coalesce(file, '') FROM pragma_database_list WHERE name = 'main'").Scan(&file)
	if err != nil || file != "" {
		return "", err
	}
	return "it is in memory, where each connection has a database of its own or readers block writers", nil
}

func journalProblem(ctx context.Context, conn *sql.Conn) (string, error) {
	var mode string
	err := conn.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode)
	if err != nil || mode == "wal" {
		return "", err
	}
	return "journal_mode is " + mode + " instead of wal, so readers block the writer", nil
}

func timeoutProblem(ctx context.Context, conn *sql.Conn) (string, error) {
	var ms int
	err := conn.QueryRowContext(ctx, "PRAGMA busy_timeout").Scan(&ms)
	if err != nil || ms > 0 {
		return "", err
	}
	return "busy_timeout is 0, so a transaction fails at once while another one writes", nil
}

// lockProblem begins a transaction and tries a checkpoint, which SQLite refuses to whoever holds the write lock. It works
// with a single connection.
func lockProblem(ctx context.Context, conn *sql.Conn) (string, error) {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return "", err
	}
	defer func() { _ = tx.Rollback() }()
	var busy, log, moved int
	err = tx.QueryRowContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &log, &moved)
	switch {
	case err == nil:
		return "transactions lock when they first write, and fail if somebody else wrote since they first read", nil
	case Classify(err) == Serialization:
		return "", nil
	}
	return "", err
}
