package sqldb_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

func TestPanicAfterTheGuardRollsBack(t *testing.T) {
	t.Parallel()
	eachContender(t, func(t *testing.T, w *world, g sqldb.Guard, _ contender) {
		func() {
			defer func() {
				if got := recover(); got != "handler" {
					t.Errorf("recovered %v, want the handler's panic", got)
				}
			}()
			_ = sqldb.InTx(t.Context(), w.db, func(tx *sql.Tx) error {
				if _, err := admit(t.Context(), tx, g, rev("a", 1, "x")); err != nil {
					t.Error(err)
				}
				panic("handler")
			})
		}()
		wantEffects(t, w)
		wantOutcomes(t, w.handle(g, rev("a", 1, "x")), event.Applied)
		if n := w.db.Stats().InUse; n != 0 {
			t.Errorf("%d connections are still in use", n)
		}
	})
}

// Under REPEATABLE READ the guard's row has changed since the snapshot was taken, which only a new transaction can heal.
func TestSerializationFailureIsRetried(t *testing.T) {
	t.Parallel()
	for _, isolation := range []string{"repeatable read", "serializable"} {
		t.Run(isolation, func(t *testing.T) {
			t.Parallel()
			db := realservers.Postgres(t)
			w := newWorld(t, db)
			w.exec("DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || quote_ident(current_database()) || ' SET default_transaction_isolation = ''" + isolation + "'''; END $$")
			db.SetMaxIdleConns(0) // new connections only
			g := sqldb.NewRevisionGuard(w.d, sqldb.KeepStored)
			w.handle(g, rev("a", 1, "x"))
			attempts := 0
			err := sqldb.InTx(t.Context(), db, func(tx *sql.Tx) error {
				attempts++
				if err := tx.QueryRowContext(t.Context(), "SELECT count(*) FROM effect").Scan(new(int)); err != nil {
					return err
				}
				if attempts == 1 {
					w.handle(g, rev("a", 2, "y"))
				}
				_, err := admit(t.Context(), tx, g, rev("a", 3, "z"))
				return err
			})
			if err != nil || attempts != 2 {
				t.Errorf("%d attempts, %v; want 2 and no error", attempts, err)
			}
			wantEffects(t, w, "a1", "a2", "a3")
		})
	}
}

// A transaction that did not begin with the write lock meets another writer.
func TestBusyIsRetried(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "busy.db")
	impatient := openSQLite(t, "file:"+file+"?_pragma=journal_mode(WAL)")
	w := newWorld(t, impatient)
	other, err := openSQLite(t, "file:"+file+"?_txlock=immediate").BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	attempts := 0
	err = sqldb.InTx(t.Context(), impatient, func(tx *sql.Tx) error {
		attempts++
		_, err := admit(t.Context(), tx, sqldb.NewRevisionGuard(w.d, sqldb.KeepStored), rev("a", 1, "x"))
		if attempts == 1 {
			if got := sqldb.Classify(err); got != sqldb.Serialization {
				t.Errorf("beside another writer: %v is %s, want serialization", err, got)
			}
			return errors.Join(err, other.Rollback())
		}
		return err
	})
	if err != nil || attempts != 2 {
		t.Errorf("%d attempts, %v; want 2 and no error", attempts, err)
	}
	wantEffects(t, w, "a1")
}

func TestTwoProcessesShareASQLiteFile(t *testing.T) {
	t.Parallel()
	dsn := "file:" + filepath.Join(t.TempDir(), "shared.db") +
		"?_pragma=busy_timeout(20000)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_txlock=immediate"
	w := newWorld(t, openSQLite(t, dsn))
	second := &world{t, openSQLite(t, dsn), w.d}
	g := sqldb.NewSequenceGuard(w.d, sqldb.Gaps{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		second.deliver(g, steps(4, 20))
	}()
	w.deliver(g, steps(4, 20))
	<-done
	if n := w.int("SELECT count(*) FROM effect"); n != 80 {
		t.Errorf("%d effects, want 80", n)
	}
}

func openSQLite(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestTransactionGivesUpWhenOthersAreAlwaysInTheWay(t *testing.T) {
	t.Parallel()
	eachWorld(t, func(t *testing.T, w *world) {
		attempts := 0
		err := sqldb.InTx(t.Context(), w.db, func(*sql.Tx) error {
			attempts++
			return stateError("40001")
		})
		if sqldb.Classify(err) != sqldb.Serialization || attempts != 6 {
			t.Errorf("%d attempts, %v; want 6 and the error", attempts, err)
		}
	})
}

// The connection breaks after the server has committed and before it could say so. Nobody knows, and the redelivery
// must find out.
func TestUnknownCommitIsADuplicateAtRedelivery(t *testing.T) {
	t.Parallel()
	direct := realservers.Postgres(t)
	w := newWorld(t, direct)
	g := sqldb.NewRevisionGuard(w.d, sqldb.KeepStored)
	cut := &world{t, viaProxy(t, direct), w.d}
	_, err := cut.try(g, rev("a", 1, "x"))
	if err == nil {
		t.Fatal("the commit through the cut connection has an answer")
	}
	if c := sqldb.Classify(err); c == sqldb.Permanent || c == sqldb.Serialization {
		t.Errorf("%v is %s, want another attempt later", err, c)
	}
	wantOutcomes(t, w.handle(g, rev("a", 1, "x")), event.Duplicate)
	wantEffects(t, w, "a1")
}

// A connection that broke unnoticed before the COMMIT is nobody's fault.
func TestConnectionThatBreaksBeforeTheCommitIsUnavailable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, realservers.Postgres(t))
	err := sqldb.InTx(t.Context(), w.db, func(tx *sql.Tx) error {
		if _, err := admit(t.Context(), tx, sqldb.NewRevisionGuard(w.d, sqldb.KeepStored), rev("a", 1, "x")); err != nil {
			return err
		}
		// The handler swallows the error that tells it.
		_, _ = tx.ExecContext(t.Context(), "SELECT pg_terminate_backend(pg_backend_pid())")
		return nil
	})
	if err == nil || sqldb.Classify(err) != sqldb.Unavailable {
		t.Errorf("%v is %s, want unavailable", err, sqldb.Classify(err))
	}
}

// A pool of one connection, as small as users make it, deadlocks whoever asks for a second one.
func TestOneConnectionIsEnough(t *testing.T) {
	t.Parallel()
	eachContender(t, func(t *testing.T, w *world, g sqldb.Guard, _ contender) {
		w.db.SetMaxOpenConns(1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		errs := []error{sqldb.Migrate(ctx, w.db), sqldb.Verify(ctx, w.db), sqldb.CheckSettings(ctx, w.db)}
		_, err := sqldb.PurgeInbox(ctx, w.db, time.Now())
		errs = append(errs, err)
		_, err = sqldb.PurgeDeleted(ctx, w.db, 7*24*time.Hour)
		errs = append(errs, err)
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		w.deliver(g, steps(2, 5))
		if n := w.int("SELECT count(DISTINCT entity) FROM effect"); n != 2 {
			t.Errorf("%d entities had effects, want 2", n)
		}
	})
}

// viaProxy reaches the database of db through a proxy that closes a connection instead of answering to COMMIT.
func viaProxy(t *testing.T, db *sql.DB) *sql.DB {
	t.Helper()
	cfg, err := pgx.ParseConfig(os.Getenv("EVGEN_TEST_POSTGRES"))
	if err != nil {
		t.Fatal(err)
	}
	if err := db.QueryRowContext(t.Context(), "SELECT current_database()").Scan(&cfg.Database); err != nil {
		t.Fatal(err)
	}
	server := cfg.DialFunc
	cfg.TLSConfig = nil
	cfg.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := server(ctx, network, address)
		return &cutConn{Conn: conn}, err
	}
	cut := stdlib.OpenDB(*cfg)
	t.Cleanup(func() { _ = cut.Close() })
	return cut
}

// cutConn loses the server's answer to a COMMIT.
type cutConn struct {
	net.Conn
	committing bool
}

func (c *cutConn) Write(b []byte) (int, error) {
	c.committing = bytes.Contains(bytes.ToLower(b), []byte("commit"))
	return c.Conn.Write(b)
}

func (c *cutConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.committing && n > 0 {
		_ = c.Close()
		return 0, io.ErrUnexpectedEOF
	}
	return n, err
}
