package consume

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/typepb"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// fact is the message of all events in these tests: a well-known type whose fields are given another meaning, since no
// generated messages exist below this package. Use key, rev, id, text and deleted.
type fact = typepb.Field

func newFact(key string, rev int32, text string) *fact {
	return &fact{Name: key, Number: rev, DefaultValue: text}
}

type (
	delivery = event.Delivery[string, *fact]
	deletion = event.Deletion[string]
)

func keyOf(f *fact) string   { return f.GetName() }
func revOf(f *fact) int32    { return f.GetNumber() }
func idOf(f *fact) string    { return f.GetTypeUrl() }
func deletedOf(f *fact) bool { return f.GetPacked() }
func textOf(f *fact) string  { return f.GetDefaultValue() }
func at(p int32) event.Topic { return event.Topic{Name: "facts", Partitions: p} }
func quickRetry() event.Retry {
	return event.Retry{Attempts: 3, Backoff: time.Millisecond, MaxBackoff: 2 * time.Millisecond}
}
func deadLetters() event.Retry { r := quickRetry(); r.DeadLetter = true; return r }

// spec returns the specification of an event with a growing revision; tests change what they are about.
func spec() event.Spec[string, *fact] {
	return event.Spec[string, *fact]{
		Name: "acme.Fact", Topic: at(1), Key: event.TextKey(keyOf), Revision: event.Monotonic(revOf), Retry: quickRetry(),
	}
}

// world is a broker, a database, and what happened in them.
type world struct {
	t  *testing.T
	b  *fakeBroker
	db *sql.DB

	mu     sync.Mutex
	seen   []Observation
	change chan struct{}
}

func newWorld(t *testing.T) *world { return newWorldOn(t, realservers.SQLite(t)) }

func newWorldOn(t *testing.T, db *sql.DB) *world {
	t.Helper()
	w := &world{t: t, b: newFakeBroker(t), db: db, change: make(chan struct{})}
	if err := sqldb.Migrate(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	w.exec("create table effects (id " + w.counter() + " primary key, k text, rev bigint, note text)")
	return w
}

// counter is the type of a column that counts by itself.
func (w *world) counter() string {
	d, err := sqldb.DialectOf(w.t.Context(), w.db)
	if err != nil {
		w.t.Fatal(err)
	}
	if d.Name() == (sqldb.Postgres{}).Name() {
		return "bigserial"
	}
	return "integer"
}

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	if _, err := w.db.ExecContext(w.t.Context(), query, args...); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) topic(t event.Topic) {
	w.t.Helper()
	if err := w.b.CreateTopics(w.t.Context(), t); err != nil {
		w.t.Fatal(err)
	}
}

// publish appends the records of facts to partition 0.
func (w *world) publish(e *event.Event[string, *fact], facts ...*fact) {
	w.t.Helper()
	for _, f := range facts {
		r, err := e.Encode(f)
		if err != nil {
			w.t.Fatal(err)
		}
		w.append(r)
	}
}

func (w *world) remove(e *event.Event[string, *fact], key string, rev int64) {
	w.t.Helper()
	r, err := e.EncodeDeletion(key, rev)
	if err != nil {
		w.t.Fatal(err)
	}
	w.append(r)
}

// append puts r into partition 0, unless it says another.
func (w *world) append(r *event.Record) {
	r.Partition = max(r.Partition, 0)
	if r.Time.IsZero() {
		r.Time = time.Now()
	}
	w.b.mu.Lock()
	defer w.b.mu.Unlock()
	w.b.append(r)
}

// running is a call of Run.
type running struct {
	w    *world
	g    *Group
	stop context.CancelFunc
	end  chan error
}

// start runs a group whose observations w collects.
func (w *world) start(name string, opts ...Option) *running {
	ctx, stop := context.WithCancel(w.t.Context())
	r := &running{w: w, stop: stop, end: make(chan error, 1)}
	r.g = NewGroup(name, w.b, append([]Option{w.b.observer(), Observe(w.observe)}, opts...)...)
	go func() { r.end <- r.g.Run(ctx) }()
	w.t.Cleanup(stop)
	return r
}

// finish ends the group and wants it to end well.
func (r *running) finish() {
	r.w.t.Helper()
	r.stop()
	if err := r.wait(); err != nil {
		r.w.t.Errorf("Run: %v", err)
	}
}

func (r *running) wait() error {
	r.w.t.Helper()
	select {
	case err := <-r.end:
		return err
	case <-time.After(time.Minute):
		r.w.t.Fatal("Run does not return")
		return nil
	}
}

func (w *world) observe(o Observation) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, o)
	close(w.change)
	w.change = make(chan struct{})
}

// await waits until n records were finished and returns what became of each, e.g., "a1 applied".
func (w *world) await(n int) []string {
	w.t.Helper()
	deadline := time.After(time.Minute)
	for {
		w.mu.Lock()
		seen, change := w.seen, w.change
		w.mu.Unlock()
		if len(seen) >= n {
			return describe(seen)
		}
		select {
		case <-change:
		case <-deadline:
			w.t.Fatalf("%d of %d records were finished: %v", len(seen), n, describe(seen))
		}
	}
}

func describe(seen []Observation) []string {
	var all []string
	for _, o := range seen {
		rev, _, _ := o.Record.Revision()
		all = append(all, fmt.Sprintf("%s%d %s", o.Record.Key, rev, o.Outcome))
	}
	return all
}

// want compares what became of the records, in the order in which they were finished.
func (w *world) want(outcomes ...string) {
	w.t.Helper()
	if diff := cmp.Diff(outcomes, w.await(len(outcomes))); diff != "" {
		w.t.Errorf("outcomes (-want +got):\n%s", diff)
	}
}

// wantAnyOrder is want for records of several keys.
func (w *world) wantAnyOrder(outcomes ...string) {
	w.t.Helper()
	got := w.await(len(outcomes))
	slices.Sort(got)
	slices.Sort(outcomes)
	if diff := cmp.Diff(outcomes, got); diff != "" {
		w.t.Errorf("outcomes, sorted (-want +got):\n%s", diff)
	}
}

// effects returns what handlers wrote, e.g., "a1 text".
func (w *world) effects() []string {
	w.t.Helper()
	rows, err := w.db.QueryContext(w.t.Context(), "select k, rev, note from effects order by id")
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var k, note string
		var rev int64
		if err := rows.Scan(&k, &rev, &note); err != nil {
			w.t.Fatal(err)
		}
		all = append(all, strings.TrimSpace(k+strconv.FormatInt(rev, 10)+" "+note))
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return all
}

func (w *world) wantEffects(want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.effects()); diff != "" {
		w.t.Errorf("effects (-want +got):\n%s", diff)
	}
}

// write is a handler whose effect is a row.
func write(ctx context.Context, tx *sql.Tx, d *delivery) error {
	_, err := tx.ExecContext(ctx, "insert into effects (k, rev, note) values ($1, $2, $3)", d.Key, d.Revision, textOf(d.Message))
	return err
}

func writeDeletion(ctx context.Context, tx *sql.Tx, d *deletion) error {
	_, err := tx.ExecContext(ctx, "insert into effects (k, rev, note) values ($1, $2, 'deleted')", d.Key, d.Revision)
	return err
}

// encode returns the record of f with changes.
func encode(t *testing.T, e *event.Event[string, *fact], f *fact, change func(*event.Record)) *event.Record {
	t.Helper()
	r, err := e.Encode(f)
	if err != nil {
		t.Fatal(err)
	}
	change(r)
	return r
}

func marshal(t *testing.T, f *fact) []byte {
	t.Helper()
	b, err := proto.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
