package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// patience bounds what never ends when it is broken.
const patience = 20 * time.Second

const siteTopic = "acme.sites.v1.site"

// devBroker is a running evgen dev.
type devBroker struct {
	said  []string // what it printed up to "ready"
	addr  string
	stop  func()
	ended chan int
}

// startDev runs evgen dev in the examples, and returns when it is ready.
func startDev(t *testing.T, args ...string) *devBroker {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	b := &devBroker{stop: stop, ended: make(chan int, 1)}
	stdout, printed := io.Pipe()
	var stderr bytes.Buffer
	go func() {
		p := process{append([]string{"evgen", "dev", "--port", "0", "--registry-port", "0"}, args...), absolutePath(t, "../../examples"), nil, printed, &stderr, someDay}
		b.ended <- run(ctx, p)
		printed.Close()
	}()
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		b.said = append(b.said, lines.Text())
		if words := strings.Fields(lines.Text()); words[0] == "broker" {
			b.addr = words[1]
		} else if words[0] == "ready:" {
			go func() { _, _ = io.Copy(io.Discard, stdout) }() // a pipe holds up whoever writes more
			return b
		}
	}
	t.Fatalf("evgen dev ended with %d: %s", <-b.ended, &stderr)
	return nil
}

// end interrupts it, as Ctrl-C does.
func (b *devBroker) end(t *testing.T) {
	t.Helper()
	b.stop()
	if code := <-b.ended; code != exitOK {
		t.Errorf("interrupted evgen dev: exit %d, want 0", code)
	}
}

func (b *devBroker) client(t *testing.T, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	cl, err := kgo.NewClient(append(opts, kgo.SeedBrokers(b.addr))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cl.Close)
	return cl
}

func (b *devBroker) publish(t *testing.T, value string) {
	t.Helper()
	r := &kgo.Record{Topic: siteTopic, Key: []byte("site-1"), Value: []byte(value)}
	if err := b.client(t).ProduceSync(t.Context(), r).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

// first returns the first record of the topic.
func (b *devBroker) first(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	fetches := b.client(t, kgo.ConsumeTopics(siteTopic)).PollRecords(ctx, 1)
	if err := fetches.Err0(); err != nil {
		t.Fatal(err)
	}
	return string(fetches.Records()[0].Value)
}

func TestDevHasTheTopicsOfTheProject(t *testing.T) {
	t.Parallel()
	b := startDev(t)
	topics, err := kadm.NewClient(b.client(t)).ListTopics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"acme.contacts.v1.import_contacts", "acme.contacts.v1.import_progress", "acme.inventory.v1.stock_level",
		"acme.payments.v1.payment_completed", "acme.payments.v1.payment_done", siteTopic, "config.time-zones", "orders",
	}
	if diff := cmp.Diff(want, topics.Names()); diff != "" {
		t.Errorf("topics (-want +got):\n%s", diff)
	}
	if n := len(topics["orders"].Partitions); n != 24 {
		t.Errorf("topic orders has %d partitions, want the 24 of its annotation", n)
	}
	b.publish(t, "a site")
	if got := b.first(t); got != "a site" {
		t.Errorf("consumed %q", got)
	}
	b.end(t)
}

func TestDevPrintsWhereItsServersAre(t *testing.T) {
	t.Parallel()
	b := startDev(t)
	defer b.end(t)
	said := addresses.ReplaceAllString(strings.Join(b.said, "\n"), "127.0.0.1:00000")
	said = regexp.MustCompile(" {2,}").ReplaceAllString(said, "  ") // columns are as wide as the ports
	want := `broker  127.0.0.1:00000  in memory: what it holds is gone when it ends
registry  http://127.0.0.1:00000  in memory: what it holds is gone when it ends
topic  config.time-zones  6 partitions, cleanup compact
topic  acme.contacts.v1.import_contacts  6 partitions, cleanup delete
topic  acme.contacts.v1.import_progress  6 partitions, cleanup delete
topic  acme.inventory.v1.stock_level  6 partitions, cleanup compact
topic  orders  24 partitions, cleanup delete
topic  acme.payments.v1.payment_completed  6 partitions, cleanup delete
topic  acme.payments.v1.payment_done  6 partitions, cleanup delete
topic  acme.sites.v1.site  6 partitions, cleanup compact
ready: end it with Ctrl-C`
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("output (-want +got):\n%s", diff)
	}
}

var addresses = regexp.MustCompile(`127\.0\.0\.1:\d+`)

func TestDevKeepsItsData(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	b := startDev(t, "--data", data)
	b.publish(t, "kept")
	b.end(t)
	b = startDev(t, "--data", data)
	if got := b.first(t); got != "kept" {
		t.Errorf("after a restart the first record is %q", got)
	}
	b.end(t)
}

func TestSecondDevOnOneDirectoryIsRefused(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	b := startDev(t, "--data", data)
	defer b.end(t)
	code, _, stderr := runEvgen(t, absolutePath(t, "../../examples"), "dev", "--port", "0", "--registry-port", "0", "--data", data)
	if code != exitEnvironment || !strings.Contains(stderr, data+" is in use by process ") {
		t.Errorf("exit %d: %s; want 4, and who uses the directory", code, stderr)
	}
}

func TestDevNamesAPortThatIsTaken(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, err := net.SplitHostPort(taken.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	code, _, stderr := runEvgen(t, absolutePath(t, "../../examples"), "dev", "--port", port)
	if code != exitEnvironment || !strings.Contains(stderr, port) || !strings.Contains(stderr, "--port 0") {
		t.Errorf("exit %d: %s; want 4, the port, and --port 0", code, stderr)
	}
}

// runEvgen runs a command to its end, which a dev that should have failed would not come to by itself.
func runEvgen(t *testing.T, dir string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var out, errs bytes.Buffer
	code = run(ctx, process{append([]string{"evgen"}, args...), dir, os.Stdin, &out, &errs, someDay})
	return code, out.String(), errs.String()
}
