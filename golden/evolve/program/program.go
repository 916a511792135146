// Package program is what the two programs in the tests of package evolve have in common: one is made of the contracts before a change, the
// other of those after it. A command is the life of one instance of a service: it creates its topics where they are missing, as services do
// when they start, and prints a line for each thing that it did or saw.
//
//	publish <event> <message in JSON>...  key, partition and offset of each record
//	consume <event> <service>             what became of each record on the event's topic, and what its handler was given
//	view    <event>                       what a view of the event holds
//	rows    <table> <service>             the rows of a projection, once it has followed its topic
//	log     <event>                       the records on the event's topic, as they are
//
// A service is a consumer group with a database of its own. It goes on where it was, whichever program comes next, as in a deployment.
package program

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/runtime/kafka"
)

// Contracts are what was generated from one tree of proto files.
type Contracts struct {
	Events []Event
	Tables []Table
}

// timeout bounds a command: what takes longer will never end.
const timeout = 30 * time.Second

// Main runs the command that the arguments name, and ends the process with 1 if it fails.
func Main(c Contracts) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	err := c.run(ctx, os.Args[1:], os.Stdout)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// instance is a running command.
type instance struct {
	Contracts
	broker *kafka.Client
	dir    string        // of databases
	age    time.Duration // of what is published
	out    io.Writer
}

type command func(i *instance, ctx context.Context, subject string, args []string) error

var commands = map[string]command{
	"publish": (*instance).publish,
	"consume": (*instance).consume,
	"view":    (*instance).view,
	"rows":    (*instance).rows,
	"log":     (*instance).log,
}

func (c Contracts) run(ctx context.Context, args []string, out io.Writer) (err error) {
	i := &instance{Contracts: c, out: out}
	flags := flag.NewFlagSet("program", flag.ContinueOnError)
	brokers := flags.String("brokers", "", "addresses, separated by commas")
	flags.StringVar(&i.dir, "dir", "", "directory of databases")
	flags.DurationVar(&i.age, "age", 0, "of the records to publish")
	if err := flags.Parse(args); err != nil {
		return err
	}
	run, ok := commands[flags.Arg(0)]
	if !ok || flags.NArg() < 2 {
		return fmt.Errorf("unknown command %q: give a command and its subject", flags.Args())
	}
	cl, err := kgo.NewClient(kgo.SeedBrokers(strings.Split(*brokers, ",")...), kgo.FetchMaxWait(100*time.Millisecond))
	if err != nil {
		return err
	}
	defer cl.Close()
	if i.broker, err = kafka.New(cl); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, i.broker.Close(context.WithoutCancel(ctx))) }()
	return run(i, ctx, flags.Arg(1), flags.Args()[2:])
}

// open returns the event with a short name, whose topic is there.
func (i *instance) open(ctx context.Context, name string) (Event, error) {
	for _, e := range i.Events {
		if e.name() == name {
			return e, i.broker.CreateTopics(ctx, e.contract.Topic)
		}
	}
	return Event{}, fmt.Errorf("find event %s: the contracts of this program have none", name)
}

func (i *instance) print(lines []string) error {
	for _, line := range lines {
		if _, err := fmt.Fprintln(i.out, line); err != nil {
			return err
		}
	}
	return nil
}
