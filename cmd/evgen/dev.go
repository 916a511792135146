package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/internal/devbroker"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/kafka"
	"github.com/evgen-dev/evgen/schema"
)

// creationTimeout bounds the creation of topics on a broker that is in this process.
const creationTimeout = 30 * time.Second

// development is one call of dev.
type development struct {
	*globals
	data   string
	port   int
	stdout io.Writer
}

func newDevCommand(g *globals) *cobra.Command {
	job := &development{globals: g}
	cmd := &cobra.Command{
		Use:   "dev",
		Short: "Run a Kafka broker for development, with the topics of this project",
		Long: "Run a Kafka broker inside this process, for development, and create the topics that the annotations of this project declare.\n" +
			"It says nothing about durability and replication; it ends with Ctrl-C.",
		Example: "  evgen dev                   # in memory\n" +
			"  evgen dev --data .evgen/dev # keep topics and offsets in a directory\n" +
			"  evgen dev --port 0          # on any free port",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			job.stdout = cmd.OutOrStdout()
			return job.run(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&job.data, "data", "", "directory to keep topics and offsets in (default: in memory)")
	cmd.Flags().IntVar(&job.port, "port", 9092, "port on 127.0.0.1; 0: a free one")
	return cmd
}

func (job *development) run(ctx context.Context) (err error) {
	topics, err := job.topics(ctx)
	if err != nil {
		return err
	}
	config := devbroker.Config{Port: job.port}
	if job.data != "" {
		config.Dir = absolute(job.cwd(), job.data)
	}
	broker, err := devbroker.Start(config)
	if err != nil {
		return exit(exitEnvironment, job.explain(err))
	}
	defer func() {
		if e := broker.Close(); e != nil {
			err = exit(exitEnvironment, errors.Join(err, e))
		}
	}()
	if err := createTopics(ctx, broker, topics); err != nil {
		return exit(exitEnvironment, err)
	}
	if err := job.tell(broker, topics); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// topics are those of the project's contracts.
func (job *development) topics(ctx context.Context) ([]event.Topic, error) {
	p, err := load(job.globals)
	if err != nil {
		return nil, err
	}
	model, err := p.resolve(ctx, job.stdout)
	if err != nil {
		return nil, err
	}
	var topics []event.Topic
	for _, f := range model.Files {
		for _, t := range f.Topics {
			topics = append(topics, brokerTopic(t))
		}
	}
	return topics, nil
}

func brokerTopic(t *schema.Topic) event.Topic {
	config := map[string]string{}
	for _, e := range t.Config {
		config[e.Key] = e.Value
	}
	return event.Topic{
		Name: t.Name, Partitions: t.Partitions, Replication: int16(t.Replication), MinInSync: int16(t.MinInSync),
		Compaction: brokerCompaction[t.Compaction], Retention: t.Retention,
		TombstoneRetention: t.TombstoneRetention, MaxCompactionLag: t.MaxCompactionLag, Config: config,
	}
}

var brokerCompaction = map[schema.Compaction]event.Compaction{
	schema.NoCompaction:     event.NoCompaction,
	schema.Compact:          event.Compact,
	schema.CompactAndDelete: event.CompactAndDelete,
}

func (job *development) explain(err error) error {
	if strings.Contains(err.Error(), "address already in use") {
		return fmt.Errorf("%w: choose another port with --port, or any free one with --port 0", err)
	}
	return err
}

func createTopics(ctx context.Context, broker *devbroker.Broker, topics []event.Topic) (err error) {
	cl, err := kgo.NewClient(kgo.SeedBrokers(broker.Addrs()...))
	if err != nil {
		return err
	}
	defer cl.Close()
	client, err := kafka.New(cl)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, creationTimeout)
	defer cancel()
	defer func() { err = errors.Join(err, client.Close(ctx)) }()
	return client.CreateTopics(ctx, topics...)
}

// tell prints what a developer connects to.
func (job *development) tell(broker *devbroker.Broker, topics []event.Topic) error {
	kept := "in memory: what is published is gone when it ends"
	if job.data != "" {
		kept = "keeps its data in " + job.data
	}
	w := tabwriter.NewWriter(job.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "broker\t%s\t%s\n", strings.Join(broker.Addrs(), ","), kept)
	for _, t := range topics {
		fmt.Fprintf(w, "topic\t%s\t%s, cleanup %s\n", t.Name, plural(int(t.Partitions), "partition"), t.Compaction)
	}
	fmt.Fprintln(w, "ready: end it with Ctrl-C")
	return w.Flush()
}
