package evolve_test

import (
	"bytes"
	"context"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/internal/devbroker"
	"github.com/evgen-dev/evgen/internal/gate"
)

// world is a broker, a service on it, and the programs of both sides.
type world struct {
	t        *testing.T
	broker   *devbroker.Broker
	now      *gate.State
	old, new program
}

const (
	service = "service"
	// another has handled nothing so far.
	another = "another"
)

func newWorld(t *testing.T, programs string, now *gate.State) *world {
	t.Helper()
	broker, err := devbroker.Start(devbroker.Config{})
	if err != nil {
		t.Fatalf("start broker: %v", err)
	}
	t.Cleanup(func() {
		if err := broker.Close(); err != nil {
			t.Errorf("close broker: %v", err)
		}
	})
	flags := []string{"-brokers", strings.Join(broker.Addrs(), ","), "-dir", t.TempDir()}
	return &world{t, broker, now, program{t, filepath.Join(programs, "old"), flags}, program{t, filepath.Join(programs, "new"), flags}}
}

// deploy gives a topic the partitions and the retention that the new contract asks for, as those do who run the broker.
func (w *world) deploy(topic string) {
	w.t.Helper()
	contract := w.now.Contract.Topic(topic)
	w.admin(func(ctx context.Context, admin *kadm.Client) error {
		topics, err := admin.ListTopics(ctx, topic)
		if err == nil && len(topics[topic].Partitions) < int(contract.Partitions) {
			_, err = admin.UpdatePartitions(ctx, int(contract.Partitions), topic)
		}
		if err != nil || contract.Retention <= 0 {
			return err
		}
		retention := strconv.FormatInt(contract.Retention.Milliseconds(), 10)
		_, err = admin.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "retention.ms", Value: &retention}}, topic)
		return err
	})
}

// rewind lets the service read its topics again, with the database that it has.
func (w *world) rewind() {
	w.t.Helper()
	w.admin(func(ctx context.Context, admin *kadm.Client) error {
		_, err := admin.DeleteGroup(ctx, service)
		return err
	})
}

func (w *world) admin(do func(context.Context, *kadm.Client) error) {
	w.t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(w.broker.Addrs()...))
	if err != nil {
		w.t.Fatal(err)
	}
	defer cl.Close()
	if err := do(w.t.Context(), kadm.NewClient(cl)); err != nil {
		w.t.Fatal(err)
	}
}

// program runs the commands of one side.
type program struct {
	t     *testing.T
	path  string
	flags []string
}

// publish sends messages one after the other.
func (p program) publish(event string, messages ...string) {
	p.t.Helper()
	p.run(append([]string{"publish", event}, messages...)...)
}

// publishAged sends messages that are older than a day.
func (p program) publishAged(event string, messages ...string) {
	p.t.Helper()
	p.flags = append(p.flags[:len(p.flags):len(p.flags)], "-age", (48 * time.Hour).String())
	p.publish(event, messages...)
}

// consume compares what becomes of the records that the service has not handled so far.
func (p program) consume(event string, want ...string) {
	p.t.Helper()
	p.want(want, "consume", event, service)
}

// consumeAll is consume of a service that has handled nothing so far.
func (p program) consumeAll(event string, want ...string) {
	p.t.Helper()
	p.want(want, "consume", event, another)
}

func (p program) view(event string, want ...string) {
	p.t.Helper()
	p.want(want, "view", event)
}

// rows compares a table of the service, once it has followed its topic.
func (p program) rows(table string, want ...string) {
	p.t.Helper()
	p.want(want, "rows", table, service)
}

// rebuild is rows of a service that had no table so far.
func (p program) rebuild(table string, want ...string) {
	p.t.Helper()
	p.want(want, "rows", table, another)
}

func (p program) log(event string, want ...string) {
	p.t.Helper()
	p.want(want, "log", event)
}

// refusesRows says that the service does not start on the table that it has.
func (p program) refusesRows(table string) {
	p.t.Helper()
	p.fails("table "+table+" was made from definition ", "rows", table, service)
}

// stops says that the service ends by itself.
func (p program) stops(event, reason string) {
	p.t.Helper()
	p.fails(reason, "consume", event, service)
}

func (p program) fails(reason string, args ...string) {
	p.t.Helper()
	out, err := exec.CommandContext(p.t.Context(), p.path, append(p.flags, args...)...).CombinedOutput()
	if err == nil || !bytes.Contains(out, []byte(reason)) {
		p.t.Errorf("%s %q: error %v, want %q in the output:\n%s", filepath.Base(p.path), args, err, reason, out)
	}
}

func (p program) want(lines []string, args ...string) {
	p.t.Helper()
	if diff := cmp.Diff(lines, p.run(args...)); diff != "" {
		p.t.Errorf("%s %q (-want +got):\n%s", filepath.Base(p.path), args, diff)
	}
}

// run returns the lines that a command prints, nil if there are none.
func (p program) run(args ...string) []string {
	p.t.Helper()
	var failure bytes.Buffer
	cmd := exec.CommandContext(p.t.Context(), p.path, append(p.flags, args...)...)
	cmd.Stderr = &failure
	out, err := cmd.Output()
	if err != nil {
		p.t.Fatalf("%s %q: %v\n%s%s", filepath.Base(p.path), args, err, out, &failure)
	}
	if len(out) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}
