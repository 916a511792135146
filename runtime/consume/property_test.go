package consume

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/runtime/event"
)

// Every history of records, with duplicates and late ones, under every disturbance of members and handlers, must have the effects
// that reading the log once, in order and alone, would have. The broker checks the commits meanwhile.
func TestEffectsAreThoseOfReadingTheLogOnce(t *testing.T) {
	t.Parallel()
	histories := 40
	if testing.Short() {
		histories = 4
	}
	for seed := range uint64(histories) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { newHistory(t, seed).run() })
		})
	}
}

// history is one random run of a group with three routes: facts by revision, steps by sequence, notes by position.
type history struct {
	*world
	seed               uint64
	facts, steps, note *event.Event[string, *fact]

	mu      sync.Mutex
	rng     *rand.Rand
	calm    bool            // nothing is disturbed any more
	slow    bool            // handlers may outlive their lease
	calls   map[string]bool // keys in a handler, by instance
	members []*running
	want    map[string][]string
}

func newHistory(t *testing.T, seed uint64) *history {
	h := &history{
		world: newWorld(t), seed: seed, rng: rand.New(rand.NewPCG(seed, 0)), slow: seed%2 == 0,
		calls: map[string]bool{}, want: map[string][]string{},
	}
	h.db.SetMaxOpenConns(1) // SQLite waits for a writer in real time, database/sql for a connection in that of the test
	s := spec()
	h.facts = event.New(s)
	s = sequence()
	s.Name, s.Topic.Name = "acme.Step", "steps"
	h.steps = event.New(s)
	s = positional()
	s.Name, s.Topic.Name = "acme.Note", "notes"
	h.note = event.New(s)
	for _, topic := range []string{"facts", "steps", "notes"} {
		h.topic(event.Topic{Name: topic, Partitions: 2})
	}
	return h
}

func (h *history) intN(n int) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.rng.IntN(n)
}

func (h *history) run() {
	h.join()
	for range 60 {
		h.write()
		h.disturb()
		time.Sleep(time.Duration(h.intN(4000)) * time.Millisecond)
	}
	h.fillGaps()
	h.mu.Lock()
	h.calm = true
	h.mu.Unlock()
	if len(h.members) == 0 {
		h.join()
	}
	h.balance()
	time.Sleep(10 * time.Minute)
	synctest.Wait()
	h.check()
	for _, m := range h.members {
		m.finish()
	}
}

// write appends a few records, each with its place in the fold.
func (h *history) write() {
	for range h.intN(6) {
		key := fmt.Sprint("f", h.intN(5))
		h.send(h.facts, newFact(key, int32(1+h.intN(12)), ""))
	}
	for range h.intN(6) {
		key := fmt.Sprint("s", h.intN(3))
		h.send(h.steps, newFact(key, int32(1+h.intN(12)), ""))
	}
	for range h.intN(6) {
		key := fmt.Sprint("n", h.intN(3))
		h.send(h.note, newFact(key, 0, fmt.Sprint(len(h.want[key]))))
	}
}

func (h *history) send(e *event.Event[string, *fact], f *fact) {
	r, err := e.Encode(f)
	if err != nil {
		h.t.Fatal(err)
	}
	r.Partition, r.Time = int32(f.Name[1])%2, time.Now()
	h.append(r)
	effect := strings.TrimSpace(fmt.Sprint(f.Name, f.Number, " ", f.DefaultValue))
	fold := h.want[f.Name]
	switch e {
	case h.facts:
		if len(fold) > 0 && revisionIn(fold[len(fold)-1]) >= int(f.Number) {
			return
		}
	case h.steps:
		return // all of them once, in order: see fillGaps
	}
	h.want[f.Name] = append(fold, effect)
}

func revisionIn(effect string) int {
	var rev int
	_, _ = fmt.Sscanf(effect[2:], "%d", &rev)
	return rev
}

// fillGaps publishes all revisions of the sequences, so that none is missing.
func (h *history) fillGaps() {
	for i := range 3 {
		key := fmt.Sprint("s", i)
		for rev := 12; rev > 0; rev-- {
			h.send(h.steps, newFact(key, int32(rev), ""))
		}
		for rev := range 12 {
			h.want[key] = append(h.want[key], fmt.Sprint(key, rev+1))
		}
	}
}

func (h *history) join() {
	name := fmt.Sprint("instance ", h.intN(1_000_000))
	m := h.start("g",
		NewRoute(h.db, nil, On(h.facts, h.handler(name))), NewRoute(h.db, nil, On(h.steps, h.handler(name))),
		NewRoute(h.db, nil, On(h.note, h.handler(name))))
	h.members = append(h.members, m)
	synctest.Wait()
}

// disturb does one thing that happens to groups.
func (h *history) disturb() {
	ctx := context.WithoutCancel(h.t.Context())
	members := h.b.members("g")
	switch n := h.intN(10); {
	case n == 0 && len(h.members) < 3:
		h.join()
	case n == 1 && len(h.members) > 1:
		h.members[0].stop()
		if err := h.members[0].wait(); err != nil && !h.slow { // a deaf handler makes it an error, rightly
			h.t.Errorf("Run: %v", err)
		}
		h.members = h.members[1:]
	case n < 4: // partitions move
		_ = h.b.redistribute(ctx, "g", func(int, []*fakeMember) *fakeMember { return members[h.intN(len(members))] })
	case n < 6: // the session of a member times out
		members[h.intN(len(members))].lose(ctx)
		h.balance()
	case n == 6: // it notices by its commit
		m := members[h.intN(len(members))]
		h.b.mu.Lock()
		m.fenced = true
		h.b.mu.Unlock()
		time.Sleep(2 * time.Second)
		m.lose(ctx)
		h.balance()
	case n == 7: // commits fail for a while
		h.b.mu.Lock()
		h.b.commitErr = func(event.Commit) error { return errors.New("coordinator is loading") }
		h.b.mu.Unlock()
		time.Sleep(2 * time.Second)
		h.b.mu.Lock()
		h.b.commitErr = nil
		h.b.mu.Unlock()
	case n == 8: // an administrator resets a partition
		_ = h.b.redistribute(ctx, "g", func(int, []*fakeMember) *fakeMember { return nil })
		h.b.mu.Lock()
		delete(h.b.group("g").commits, place{"facts", 0})
		h.b.mu.Unlock()
		h.balance()
	}
}

func (h *history) balance() {
	if err := h.b.rebalance(context.WithoutCancel(h.t.Context()), "g"); err != nil {
		h.t.Error(err)
	}
}

// handler writes, and fails in every way, but never when all is calm.
func (h *history) handler(instance string) func(context.Context, *sql.Tx, *delivery) error {
	return func(ctx context.Context, tx *sql.Tx, d *delivery) error {
		if !h.slow {
			defer h.enter(instance + d.Key)()
		}
		h.mu.Lock()
		mood := h.rng.IntN(40)
		if h.calm {
			mood = 39
		}
		slow := h.slow
		h.mu.Unlock()
		switch {
		case mood == 0:
			return errors.New("before")
		case mood == 1:
			panic("before")
		case mood == 2 && slow:
			time.Sleep(20 * time.Second) // longer than the drain, and deaf
		case mood == 3:
			select {
			case <-time.After(3 * time.Second):
			case <-ctx.Done():
			}
		}
		err := write(ctx, tx, d)
		switch mood {
		case 4:
			return errors.New("after")
		case 5:
			return Unavailable(errors.New("after"))
		}
		return err
	}
}

// enter fails the test when the instance handles the key already (J2).
func (h *history) enter(key string) (leave func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.calls[key] {
		h.t.Errorf("J2: two records of %s are handled at once", key)
	}
	h.calls[key] = true
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.calls, key)
	}
}

func (h *history) check() {
	got := map[string][]string{}
	for _, effect := range h.effects() {
		got[effect[:2]] = append(got[effect[:2]], effect)
	}
	if diff := cmp.Diff(h.want, got); diff != "" {
		h.t.Errorf("effects (-want +got):\n%s", diff)
	}
	for _, topic := range []string{"facts", "steps", "notes"} {
		if letters := h.b.records(topic + ".g.dlq"); len(letters) > 0 {
			h.t.Errorf("%d dead letters of %s", len(letters), topic)
		}
		for p, log := range h.b.topics[topic].logs {
			if got, want := h.b.committed("g", topic, int32(p)), int64(len(log)); want > 0 && got != want {
				h.t.Errorf("%s/%d: committed %d of %d", topic, p, got, want)
			}
		}
	}
	if !slices.ContainsFunc(h.seen, func(o Observation) bool { return o.Outcome == event.Parked }) {
		h.t.Log("nothing was parked in this history")
	}
}
