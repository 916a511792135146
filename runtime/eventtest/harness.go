package eventtest

import (
	"context"
	"database/sql"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	_ "modernc.org/sqlite" // the driver of [Harness.DB]

	"github.com/evgen-dev/evgen/internal/devbroker"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/kafka"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// group is the consumer group of every [Harness.Run].
const group = "test"

// timeout bounds every call of the harness: what takes longer will never end.
const timeout = 30 * time.Second

// Harness is a broker, a database and the faults between them, for one test. It is a Broker itself: give it to producers, views and groups.
// Its methods fail the test instead of returning an error, and belong to the test's goroutine.
type Harness struct {
	event.Broker

	t      testing.TB
	broker *devbroker.Broker
	db     *sql.DB
	faults faults
}

// New starts a broker in memory and an empty SQLite database in the test's folder, with the tables of the runtime. Both end with the
// test.
func New(t testing.TB) *Harness {
	t.Helper()
	broker, err := devbroker.Start(devbroker.Config{})
	if err != nil {
		t.Fatalf("start broker: %v", err)
	}
	cl, err := kgo.NewClient(
		kgo.SeedBrokers(broker.Addrs()...),
		kgo.HeartbeatInterval(50*time.Millisecond), // a member hears of a rebalance with a heartbeat
		kgo.FetchMaxWait(100*time.Millisecond),
	)
	if err != nil {
		t.Fatalf("start client: %v", err)
	}
	client, err := kafka.New(cl)
	if err != nil {
		t.Fatalf("start client: %v", err)
	}
	h := &Harness{Broker: client, t: t, broker: broker, db: openDB(t)}
	t.Cleanup(func() {
		ctx, cancel := h.context()
		defer cancel()
		if err := client.Close(ctx); err != nil {
			t.Errorf("close client: %v", err)
		}
		cl.Close()
		if err := broker.Close(); err != nil {
			t.Errorf("close broker: %v", err)
		}
	})
	return h
}

// openDB opens a file: "in memory" SQLite gives readers SQLITE_BUSY while a guard's transaction is open.
func openDB(t testing.TB) *sql.DB {
	t.Helper()
	pragmas := url.Values{
		"_pragma": {"journal_mode(wal)", "synchronous(off)", "busy_timeout(10000)"},
		"_txlock": {"immediate"},
	}
	file := url.URL{Scheme: "file", Path: filepath.Join(t.TempDir(), "test.db"), RawQuery: pragmas.Encode()}
	db, err := sql.Open("sqlite", file.String())
	if err != nil {
		t.Fatalf("open database: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	if err := sqldb.Migrate(t.Context(), db); err != nil {
		t.Fatalf("migrate database: %v", err)
	}
	return db
}

// DB returns the test's database. Tables of projections are created by sqldb.Migrate, those of handlers as the service does it.
func (h *Harness) DB() *sql.DB { return h.db }

// context returns one that outlives the test's own, which ends before clean-ups run.
func (h *Harness) context() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(h.t.Context()), timeout)
}

// must fails the test if doing something failed.
func (h *Harness) must(doing string, err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("%s: %v", doing, err)
	}
}
