package kafka_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/kafka"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds every wait for a broker; no test passes because of it.
const patience = 30 * time.Second

// fixture is a client of one broker.
type fixture struct {
	*testing.T
	*kafka.Client
	user  *kgo.Client
	admin *kadm.Client
	ctx   context.Context
	line  *line
}

// each runs f with both brokers.
func each(t *testing.T, f func(f *fixture), opts ...kgo.Opt) {
	t.Helper()
	t.Parallel()
	realservers.EachBroker(t, func(t *testing.T, brokers []string) {
		t.Parallel()
		f(connect(t, brokers, opts...))
	})
}

func connect(t *testing.T, brokers []string, opts ...kgo.Opt) *fixture {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	line := &line{open: map[net.Conn]struct{}{}}
	user, err := kgo.NewClient(append([]kgo.Opt{
		kgo.SeedBrokers(brokers...), kgo.Dialer(line.dial), kgo.MetadataMinAge(20 * time.Millisecond),
		kgo.FetchMaxWait(200 * time.Millisecond), kgo.HeartbeatInterval(100 * time.Millisecond), kgo.SessionTimeout(10 * time.Second),
		kgo.RetryBackoffFn(func(int) time.Duration { return 20 * time.Millisecond }),
	}, opts...)...)
	if err != nil {
		t.Fatalf("make client: %v", err)
	}
	t.Cleanup(user.Close)
	c, err := kafka.New(user)
	if err != nil {
		t.Fatalf("new: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := c.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return &fixture{t, c, user, kadm.NewClient(user), ctx, line}
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// topic creates a topic with the settings of t.
func (f *fixture) topic(t event.Topic) string {
	f.Helper()
	t.Name = realservers.TopicName(f, "orders")
	t.Partitions = max(1, t.Partitions)
	f.must(f.CreateTopics(f.ctx, t))
	f.Cleanup(func() { _, _ = kadm.NewClient(f.user).DeleteTopic(context.Background(), t.Name) })
	return t.Name
}

// outcome is what Send reports.
type outcome struct {
	event.Receipt
	err error
}

// send sends all records at once and returns what became of each.
func (f *fixture) send(records ...*event.Record) []outcome {
	f.Helper()
	outcomes := make([]outcome, len(records))
	var wg sync.WaitGroup
	for i, r := range records {
		wg.Add(1)
		f.Send(f.ctx, r, func(at event.Receipt, err error) {
			outcomes[i] = outcome{at, err}
			wg.Done()
		})
	}
	wg.Wait()
	return outcomes
}

// write sends all records, one after the other, none of which may fail.
func (f *fixture) write(records ...*event.Record) []event.Position {
	f.Helper()
	var at []event.Position
	for _, r := range records {
		o := f.send(r)[0]
		f.must(o.err)
		at = append(at, o.Position)
	}
	return at
}

func record(topic, key, value string) *event.Record {
	r := &event.Record{Position: event.Position{Topic: topic, Partition: -1, Offset: -1}, Value: []byte(value)}
	if key != "" {
		r.Key = []byte(key)
	}
	return r
}

// numbered returns n records with the values 0 to n-1.
func numbered(topic string, n int) []*event.Record {
	records := make([]*event.Record, n)
	for i := range records {
		records[i] = record(topic, "key", fmt.Sprint(i))
	}
	return records
}

func values(records []*event.Record) []string {
	var all []string
	for _, r := range records {
		all = append(all, string(r.Value))
	}
	return all
}

// contents reads a topic up to the end that it has now.
func (f *fixture) contents(topic string) []*event.Record {
	f.Helper()
	follower, err := f.Follow(f.ctx, topic)
	f.must(err)
	defer follower.Close()
	return f.follow(follower)
}

// follow reads to the end that the follower saw when it was opened.
func (f *fixture) follow(follower event.Follower) []*event.Record {
	f.Helper()
	behind := map[int32]int64{}
	for _, p := range follower.Partitions() {
		if p.Offset < p.End {
			behind[p.Partition] = p.End
		}
	}
	var records []*event.Record
	for len(behind) > 0 {
		batch, err := follower.Poll(f.ctx)
		f.must(err)
		records = append(records, batch.Records...)
		for p, next := range batch.Next {
			if next >= behind[p] {
				delete(behind, p)
			}
		}
	}
	return records
}

func (f *fixture) diff(what string, want, got any, opts ...cmp.Option) {
	f.Helper()
	if diff := cmp.Diff(want, got, opts...); diff != "" {
		f.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// alter changes a setting of a topic.
func (f *fixture) alter(topic, name, value string) {
	f.Helper()
	answers, err := f.admin.AlterTopicConfigs(f.ctx, []kadm.AlterConfig{{Op: kadm.SetConfig, Name: name, Value: &value}}, topic)
	f.must(err)
	for _, a := range answers {
		f.must(a.Err)
	}
}

// line is the way to the broker, which can be down.
type line struct {
	mu   sync.Mutex
	down bool
	open map[net.Conn]struct{}
}

var errDown = errors.New("the line is down")

func (l *line) dial(ctx context.Context, network, address string) (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		return nil, &net.OpError{Op: "dial", Net: network, Err: errDown}
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err == nil {
		l.open[conn] = struct{}{}
	}
	return conn, err
}

func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = true
	for conn := range l.open {
		_ = conn.Close()
	}
	clear(l.open)
}

func (l *line) mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = false
}
