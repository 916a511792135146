package main

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/kafka"
)

// The demo loses commits by a fault of the embedded broker. Here nothing is lost, so that it is the same on each broker; what is repeated and late is
// part of the day.
func TestShopHoldsWhatItsEventsSay(t *testing.T) {
	realservers.EachBroker(t, func(t *testing.T, brokers []string) {
		realservers.EachDatabase(t, func(t *testing.T, db *sql.DB) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			cl, err := kgo.NewClient(kgo.SeedBrokers(brokers...))
			if err != nil {
				t.Fatal(err)
			}
			defer cl.Close()
			forget(ctx, t, kadm.NewClient(cl))
			client, err := kafka.New(cl)
			if err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			err = open(ctx, &shop{
				client: client, out: &out, loseCommit: func(string) {},
				database: func(string) (*sql.DB, error) { return db, nil },
			})
			if err := errors.Join(err, client.Close(ctx)); err != nil {
				t.Fatalf("%v\n%s", err, out.String())
			}
		})
	})
}

// forget removes what an earlier run left on a broker that outlives it: the topics, and with them what groups committed.
func forget(ctx context.Context, t *testing.T, admin *kadm.Client) {
	t.Helper()
	var names []string
	for _, topic := range topics() {
		names = append(names, topic.Name)
	}
	deleted, err := admin.DeleteTopics(ctx, names...)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range deleted {
		if d.Err != nil && !errors.Is(d.Err, kerr.UnknownTopicOrPartition) {
			t.Fatal(d.Err)
		}
	}
}
