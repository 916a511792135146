package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/internal/devbroker"
	"github.com/evgen-dev/evgen/internal/devregistry"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/kafka"
	"github.com/evgen-dev/evgen/schema"
)

// creationTimeout bounds the creation of topics on a broker that is in this process.
const creationTimeout = 30 * time.Second

// development is one call of dev.
type development struct {
	*globals
	data         string
	port         int
	registryPort int
	stdout       io.Writer
}

func newDevCommand(g *globals) *cobra.Command {
	job := &development{globals: g}
	cmd := &cobra.Command{
		Use:   "dev",
		Short: "Run a Kafka broker and a schema registry for development, with the topics of this project",
		Long: "Run a Kafka broker and a schema registry inside this process, for development, and create the topics that the annotations of this\n" +
			"project declare. The registry has the API of Confluent's, and is empty: evgen register fills it.\n" +
			"They say nothing about durability and replication; they end with Ctrl-C.",
		Example: "  evgen dev                   # in memory\n" +
			"  evgen dev --data .evgen/dev # keep topics, offsets and schemas in a directory\n" +
			"  evgen dev --port 0 --registry-port 0 # on any free ports",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			job.stdout = cmd.OutOrStdout()
			return job.run(cmd.Context())
		},
	}
	cmd.Flags().StringVar(&job.data, "data", "", "directory to keep topics, offsets and schemas in (default: in memory)")
	cmd.Flags().IntVar(&job.port, "port", 9092, "port of the broker on 127.0.0.1; 0: a free one")
	cmd.Flags().IntVar(&job.registryPort, "registry-port", 8081, "port of the schema registry on 127.0.0.1; 0: a free one")
	return cmd
}

func (job *development) run(ctx context.Context) (err error) {
	topics, err := job.topics(ctx)
	if err != nil {
		return err
	}
	broker, err := devbroker.Start(devbroker.Config{Port: job.port, Dir: job.directory("")})
	if err != nil {
		return exit(exitEnvironment, job.explain(err, "--port"))
	}
	defer closing(broker.Close, &err)
	registry, err := devregistry.Start(devregistry.Config{Port: job.registryPort, Dir: job.directory("registry")})
	if err != nil {
		return exit(exitEnvironment, job.explain(err, "--registry-port"))
	}
	defer closing(registry.Close, &err)
	if err := createTopics(ctx, broker, topics); err != nil {
		return exit(exitEnvironment, err)
	}
	if err := job.tell(broker, registry, topics); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// directory is where a server keeps its data; empty: in memory.
func (job *development) directory(below string) string {
	if job.data == "" {
		return ""
	}
	return filepath.Join(absolute(job.cwd(), job.data), below)
}

// closing adds what goes wrong at the end.
func closing(end func() error, err *error) {
	if e := end(); e != nil {
		*err = exit(exitEnvironment, errors.Join(*err, e))
	}
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

func (job *development) explain(err error, flag string) error {
	if strings.Contains(err.Error(), "address already in use") {
		return fmt.Errorf("%w: choose another port with %s, or any free one with %s 0", err, flag, flag)
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
func (job *development) tell(broker *devbroker.Broker, registry *devregistry.Registry, topics []event.Topic) error {
	kept := "in memory: what it holds is gone when it ends"
	if job.data != "" {
		kept = "keeps its data in " + job.data
	}
	w := tabwriter.NewWriter(job.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "broker\t%s\t%s\n", strings.Join(broker.Addrs(), ","), kept)
	fmt.Fprintf(w, "registry\t%s\t%s\n", registry.URL(), kept)
	for _, t := range topics {
		fmt.Fprintf(w, "topic\t%s\t%s, cleanup %s\n", t.Name, plural(int(t.Partitions), "partition"), t.Compaction)
	}
	fmt.Fprintln(w, "ready: end it with Ctrl-C")
	return w.Flush()
}
