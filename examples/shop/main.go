// Command shop runs a small shop of event-driven services in one process, on the embedded broker and SQLite: orders, inventory,
// payments, sites with the reverse lookup of installed apps, and time zones in memory.
//
// It publishes a few thousand events with duplicates and late revisions among them, loses commits and restarts the consumers in the middle, and
// then compares what the services hold with the fold of the events. It exits with 1 if anything differs.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	_ "modernc.org/sqlite"

	"github.com/evgen-dev/evgen/examples/gen/acme/config/v1/configv1ev"
	"github.com/evgen-dev/evgen/examples/gen/acme/inventory/v1/inventoryv1ev"
	"github.com/evgen-dev/evgen/examples/gen/acme/orders/v1/ordersv1ev"
	"github.com/evgen-dev/evgen/examples/gen/acme/payments/v1/paymentsv1ev"
	"github.com/evgen-dev/evgen/examples/gen/acme/sites/v1/sitesv1ev"
	"github.com/evgen-dev/evgen/internal/devbroker"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/kafka"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	err := run(ctx)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "shop:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "shop-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	broker, err := devbroker.Start(devbroker.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, broker.Close()) }()
	cl, err := kgo.NewClient(kgo.SeedBrokers(broker.Addrs()...))
	if err != nil {
		return err
	}
	defer cl.Close()
	client, err := kafka.New(cl)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Close(context.WithoutCancel(ctx))) }()
	return open(ctx, &shop{client: client, database: databasesIn(dir), loseCommit: broker.DropCommit, out: os.Stdout})
}

func topics() []event.Topic {
	return slices.Concat(ordersv1ev.Topics(), inventoryv1ev.Topics(), paymentsv1ev.Topics(), sitesv1ev.Topics(), configv1ev.Topics())
}

// shop is what its services share.
type shop struct {
	client     *kafka.Client
	database   func(service string) (*sql.DB, error)
	loseCommit func(group string) // the next one
	out        io.Writer
	services   []*service
}

// open makes the topics and services, lets a busy day pass, and closes the books.
func open(ctx context.Context, s *shop) error {
	if err := s.client.CreateTopics(ctx, topics()...); err != nil {
		return err
	}
	zones, err := openZones(ctx, s.client)
	if err != nil {
		return err
	}
	defer zones.close()
	for _, start := range []func(context.Context, *shop) (*service, error){newBilling, newLedger, newPicking, newAppStore} {
		service, err := start(ctx, s)
		if err != nil {
			return err
		}
		s.services = append(s.services, service)
	}
	day := newDay()
	fmt.Fprintf(s.out, "publishing %d events to %d services; each of them is restarted without its last commit\n", day.size(), len(s.services)+1)
	if err := s.live(ctx, day, zones); err != nil {
		return err
	}
	return s.closeBooks(ctx, day, zones)
}

// databasesIn opens one SQLite database per service. What it sets is what sqldb.CheckSettings asks for.
func databasesIn(dir string) func(service string) (*sql.DB, error) {
	return func(service string) (*sql.DB, error) {
		return sql.Open("sqlite", "file:"+filepath.Join(dir, service+".db")+
			"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)&_pragma=synchronous(NORMAL)&_txlock=immediate")
	}
}
