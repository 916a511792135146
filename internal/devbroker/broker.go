package devbroker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/internal/dirlock"
)

// Config says where a broker lives.
type Config struct {
	Dir  string // of topics and offsets, made if missing; empty: in memory, gone with Close
	Port int    // on 127.0.0.1; 0: a free one, kept when the broker is killed and comes back
}

// Broker is a running broker. It is safe for concurrent use, except that nothing may run beside Close or Kill.
type Broker struct {
	config  Config
	lock    *dirlock.Lock // nil in memory
	cluster *kfake.Cluster
	conns   *connections
}

// Start returns a broker that answers already. It fails when the port is taken or another process uses the directory.
func Start(c Config) (*Broker, error) {
	b := &Broker{config: c}
	if c.Dir != "" {
		var err error
		if b.lock, err = dirlock.Take(c.Dir); err != nil {
			return nil, fmt.Errorf("start broker: %w", err)
		}
	}
	if err := b.start(); err != nil {
		return nil, errors.Join(err, b.lock.Release())
	}
	return b, nil
}

// Addrs returns the addresses that a client needs, e.g., 127.0.0.1:41873.
func (b *Broker) Addrs() []string { return b.cluster.ListenAddrs() }

// Close stops the broker and keeps its directory. A second call does nothing.
func (b *Broker) Close() error {
	b.cluster.Close()
	b.conns.cut()
	if b.config.Dir == "" {
		return nil
	}
	return errors.Join(os.RemoveAll(b.runningFile()), b.lock.Release())
}

// Kill ends the broker as a crash of its process would, and starts it again on the same port: what it had written is there,
// what it does only when it stops in order has not happened. It needs a directory.
func (b *Broker) Kill() (err error) {
	if b.config.Dir == "" {
		return errors.New("kill broker: it is in memory, so nothing would be left: give it a Dir")
	}
	b.config.Port = b.port()
	b.conns.cut()
	b.cluster.TopicInfo("") // answered after the requests that came before, so none of them writes while we copy
	image, err := os.MkdirTemp(filepath.Dir(b.config.Dir), "crash-image-")
	if err != nil {
		return fmt.Errorf("kill broker: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(image)) }()
	if err := os.CopyFS(image, os.DirFS(b.config.Dir)); err != nil {
		return fmt.Errorf("kill broker: copy %s: %w", b.config.Dir, err)
	}
	b.cluster.Close()
	if err := b.restore(image); err != nil {
		return fmt.Errorf("kill broker: restore %s: %w", b.config.Dir, err)
	}
	return b.start()
}

// restore makes the directory what image is, except for the lock, which stays held.
func (b *Broker) restore(image string) error {
	entries, err := os.ReadDir(b.config.Dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == dirlock.Name {
			continue
		}
		if err := os.RemoveAll(filepath.Join(b.config.Dir, e.Name())); err != nil {
			return err
		}
	}
	if err := os.Remove(filepath.Join(image, dirlock.Name)); err != nil {
		return err
	}
	return os.CopyFS(b.config.Dir, os.DirFS(image))
}

func (b *Broker) start() error {
	b.conns = &connections{open: map[net.Conn]struct{}{}}
	cluster, err := kfake.NewCluster(b.options()...)
	if err != nil {
		return fmt.Errorf("start broker: %w", err)
	}
	b.cluster = cluster
	b.guard()
	if b.config.Dir == "" {
		return nil
	}
	if err := b.recover(); err != nil {
		cluster.Close()
		return fmt.Errorf("start broker: repair %s after a crash: %w", b.config.Dir, err)
	}
	return nil
}

func (b *Broker) options() []kfake.Opt {
	opts := []kfake.Opt{
		kfake.NumBrokers(1), // a replication factor above 1 is clamped, so one node is enough
		kfake.ListenFn(b.conns.listen),
		// Compaction and retention run hourly by default, which nobody who develops waits for.
		kfake.BrokerConfigs(map[string]string{"log.cleaner.backoff.ms": "30000"}),
		kfake.GroupMinSessionTimeout(100 * time.Millisecond), // tests let members expire
	}
	if b.config.Port != 0 {
		opts = append(opts, kfake.Ports(b.config.Port))
	}
	if b.config.Dir != "" {
		opts = append(opts, kfake.DataDir(b.config.Dir))
	}
	return opts
}

// Clean removes now what compaction and retention remove, which else happens every half minute. As in Kafka, compaction leaves the newest records
// of a partition alone: here those of its last batch.
func (b *Broker) Clean() { b.cluster.Compact() }

// recover repairs the directory if the last broker did not close it.
func (b *Broker) recover() error {
	_, err := os.Stat(b.runningFile())
	if err == nil {
		err = b.withClient(abortOpenTransactions)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.WriteFile(b.runningFile(), nil, 0o600)
}

// runningFile is there from start to Close; a broker that finds it was preceded by a crash.
func (b *Broker) runningFile() string { return filepath.Join(b.config.Dir, "running") }

func (b *Broker) port() int {
	_, port, _ := net.SplitHostPort(b.Addrs()[0])
	n, _ := net.LookupPort("tcp", port)
	return n
}

func (b *Broker) withClient(f func(context.Context, *kgo.Client) error) error {
	cl, err := kgo.NewClient(kgo.SeedBrokers(b.Addrs()...))
	if err != nil {
		return err
	}
	defer cl.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return f(ctx, cl)
}
