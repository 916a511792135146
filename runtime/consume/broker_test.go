package consume_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/consume"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/kafka"
	"github.com/evgen-dev/evgen/runtime/produce"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// Two members share a topic on which one record can never be handled; the first leaves in the middle.
func TestMembersOfAGroupHandleAllOnceAndDeadLetterTheRest(t *testing.T) {
	realservers.EachBroker(t, func(t *testing.T, brokers []string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		cl, err := kgo.NewClient(kgo.SeedBrokers(brokers...), kgo.HeartbeatInterval(200*time.Millisecond))
		must(t, err)
		defer cl.Close()
		client, err := kafka.New(cl)
		must(t, err)
		defer func() { must(t, client.Close(ctx)) }()
		name := realservers.TopicName(t, "noted")
		noted := event.New(event.Spec[string, *wrapperspb.StringValue]{
			Name: "google.protobuf.StringValue", Topic: event.Topic{Name: name, Partitions: 4},
			Key: event.TextKey((*wrapperspb.StringValue).GetValue), ID: (*wrapperspb.StringValue).GetValue,
		})
		must(t, client.CreateTopics(ctx, noted.Contract().Topic))
		db := realservers.SQLite(t)
		must(t, sqldb.Migrate(ctx, db))
		_, err = db.ExecContext(ctx, "create table notes (id text)")
		must(t, err)

		const records = 200
		p := produce.New(client, noted)
		for i := range records {
			for range 2 { // a duplicate of each
				_, err := p.Publish(ctx, wrapperspb.String(fmt.Sprint(i)))
				must(t, err)
			}
		}
		route := consume.NewRoute(db, nil, consume.On(noted, func(ctx context.Context, tx *sql.Tx, d *event.Delivery[string, *wrapperspb.StringValue]) error {
			if d.Key == "13" {
				return consume.Permanent(errors.New("unlucky"))
			}
			_, err := tx.ExecContext(ctx, "insert into notes values ($1)", d.Key)
			return err
		}))
		seen := newSeen()
		runMembers(ctx, t, client, name, route, seen, 2*records)
		var notes, distinct int
		must(t, db.QueryRowContext(ctx, "select count(*), count(distinct id) from notes").Scan(&notes, &distinct))
		if notes != records-1 || distinct != notes {
			t.Errorf("got %d notes of %d records, want %d of each", notes, distinct, records-1)
		}
		if f, err := client.Follow(ctx, name+"."+name+".dlq"); err != nil {
			t.Error(err)
		} else {
			dead := int64(0)
			for _, p := range f.Partitions() {
				dead += p.End
			}
			if dead < 2 { // both of key 13; a rebalance may repeat one
				t.Errorf("got %d dead letters, want at least 2", dead)
			}
			must(t, f.Close())
		}
	})
}

// runMembers runs two members until half of n records are finished, and one of them until all are.
func runMembers(ctx context.Context, t *testing.T, b event.Broker, group string, r consume.Route, s *seen, n int) {
	t.Helper()
	firstCtx, stopFirst := context.WithCancel(ctx)
	secondCtx, stopSecond := context.WithCancel(ctx)
	defer stopFirst()
	defer stopSecond()
	ended := make(chan error, 2)
	for _, c := range []context.Context{firstCtx, secondCtx} {
		go func() { ended <- consume.NewGroup(group, b, r, consume.Observe(s.observe)).Run(c) }()
	}
	must(t, s.wait(ctx, n/2))
	stopFirst()
	must(t, <-ended)
	must(t, s.wait(ctx, n))
	stopSecond()
	must(t, <-ended)
}

// seen counts the positions that were finished.
type seen struct {
	mu      sync.Mutex
	at      map[event.Position]bool
	changed chan struct{}
}

func newSeen() *seen { return &seen{at: map[event.Position]bool{}, changed: make(chan struct{})} }

func (s *seen) observe(o consume.Observation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at[o.Record.Position] = true
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *seen) wait(ctx context.Context, n int) error {
	for {
		s.mu.Lock()
		count, changed := len(s.at), s.changed
		s.mu.Unlock()
		if count >= n {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%d of %d records are finished: %w", count, n, ctx.Err())
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
