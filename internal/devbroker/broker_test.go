package devbroker

import (
	"context"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, dir string) *Broker {
	t.Helper()
	b, err := Start(Config{Dir: dir})
	if err != nil {
		t.Fatalf("start: %v", err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return b
}

func client(t *testing.T, b *Broker, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	cl, err := kgo.NewClient(append(opts, kgo.SeedBrokers(b.Addrs()...), kgo.MetadataMinAge(20*time.Millisecond))...)
	if err != nil {
		t.Fatalf("make client: %v", err)
	}
	t.Cleanup(cl.Close)
	return cl
}

func create(t *testing.T, cl *kgo.Client, topic string, configs map[string]string) error {
	t.Helper()
	values := map[string]*string{}
	for k, v := range configs {
		values[k] = &v
	}
	_, err := kadm.NewClient(cl).CreateTopic(t.Context(), 1, 3, values, topic)
	return err
}

// read returns the values of a topic up to its last stable offset, as a reader of committed records sees them.
func read(t *testing.T, b *Broker, topic string, n int) []string {
	t.Helper()
	cl := client(t, b, kgo.ConsumeTopics(topic), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var values []string
	for len(values) < n {
		fetches := cl.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatalf("read %s after %v: %v", topic, values, err)
		}
		fetches.EachRecord(func(r *kgo.Record) { values = append(values, string(r.Value)) })
	}
	return values
}

func TestListensOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	for _, addr := range start(t, "").Addrs() {
		if !strings.HasPrefix(addr, "127.0.0.1:") {
			t.Errorf("broker listens on %s", addr)
		}
	}
}

func TestSecondBrokerIsKeptOutOfTheDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := start(t, dir)
	_, err := Start(Config{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "in use by process "+strconv.Itoa(os.Getpid())) {
		t.Errorf("second broker in %s: %v, want an error that names this process", dir, err)
	}
	if err := first.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	start(t, dir)
}

func TestWrongTopicSettingsAreRefused(t *testing.T) {
	t.Parallel()
	cl := client(t, start(t, ""))
	for name, configs := range map[string]map[string]string{
		"unknown":      {"retention": "1"},
		"no number":    {"retention.ms": "7d"},
		"out of range": {"min.insync.replicas": "0"},
		"no policy":    {"cleanup.policy": "compacted"},
	} {
		if err := create(t, cl, "refused", configs); !errors.Is(err, kerr.InvalidConfig) {
			t.Errorf("%s: create a topic with %v: %v, want INVALID_CONFIG", name, configs, err)
		}
	}
	if err := create(t, cl, "taken", map[string]string{"cleanup.policy": "compact,delete", "retention.ms": "-1", "max.compaction.lag.ms": "100"}); err != nil {
		t.Errorf("create a topic with replication 3: %v", err)
	}
	answers, err := kadm.NewClient(cl).AlterTopicConfigs(t.Context(), []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "retention.ms", Value: kmsg.StringPtr("7d")}}, "taken")
	if err != nil {
		t.Fatalf("alter: %v", err)
	}
	if _, err := answers.On("taken", nil); !errors.Is(answers[0].Err, kerr.InvalidConfig) {
		t.Errorf("alter retention.ms to 7d: %v, %v, want INVALID_CONFIG", answers[0].Err, err)
	}
}

func TestNullKeyOnCompactedTopicFailsItsBatchAlone(t *testing.T) {
	t.Parallel()
	for name, codec := range map[string]kgo.CompressionCodec{"none": kgo.NoCompression(), "zstd": kgo.ZstdCompression(), "snappy": kgo.SnappyCompression()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cl := client(t, start(t, ""), kgo.ProducerBatchCompression(codec), kgo.ProducerLinger(time.Second), kgo.RecordPartitioner(kgo.ManualPartitioner()))
			if err := create(t, cl, "compacted", map[string]string{"cleanup.policy": "compact"}); err != nil {
				t.Fatalf("create: %v", err)
			}
			if err := create(t, cl, "plain", nil); err != nil {
				t.Fatalf("create: %v", err)
			}
			value := []byte(strings.Repeat("v", 1000))
			results := cl.ProduceSync(t.Context(),
				&kgo.Record{Topic: "compacted", Key: []byte("k"), Value: value},
				&kgo.Record{Topic: "compacted", Value: value},
				&kgo.Record{Topic: "plain", Value: value},
			)
			failed := map[string]int{}
			for _, r := range results {
				if errors.Is(r.Err, kerr.InvalidRecord) {
					failed[r.Record.Topic]++
				} else if r.Err != nil {
					t.Errorf("produce to %s: %v", r.Record.Topic, r.Err)
				}
			}
			if diff := cmp.Diff(map[string]int{"compacted": 2}, failed); diff != "" {
				t.Errorf("records that failed with INVALID_RECORD (-want +got):\n%s", diff)
			}
			if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: "compacted", Key: []byte{}, Value: value}).FirstErr(); err != nil {
				t.Errorf("an empty key is a key: %v", err)
			}
		})
	}
}

func TestDataSurvivesARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := start(t, dir)
	cl := client(t, b)
	if err := create(t, cl, "kept", nil); err != nil {
		t.Fatalf("create: %v", err)
	}
	if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: "kept", Value: []byte("before")}).FirstErr(); err != nil {
		t.Fatalf("produce: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	if diff := cmp.Diff([]string{"before"}, read(t, start(t, dir), "kept", 1)); diff != "" {
		t.Errorf("records after a restart (-want +got):\n%s", diff)
	}
}

func TestKilledBrokerComesBackWithWhatItAcknowledged(t *testing.T) {
	t.Parallel()
	b := start(t, t.TempDir())
	cl := client(t, b)
	if err := create(t, cl, "kept", nil); err != nil {
		t.Fatalf("create: %v", err)
	}
	want := make([]string, 100)
	for i := range want {
		want[i] = strconv.Itoa(i)
		if i == 50 {
			if err := b.Kill(); err != nil {
				t.Fatalf("kill: %v", err)
			}
		}
		if err := cl.ProduceSync(t.Context(), &kgo.Record{Topic: "kept", Value: []byte(want[i])}).FirstErr(); err != nil {
			t.Fatalf("produce %d: %v", i, err)
		}
	}
	got := read(t, b, "kept", len(want))
	if diff := cmp.Diff(want, slices.Compact(got)); diff != "" {
		t.Errorf("records after a kill (-want +got):\n%s", diff)
	}
}

// Without the marker that the restart writes, readers drop "committed" too: it comes from the producer whose transaction they
// last heard was aborted.
func TestTransactionOpenAtAKillHidesNoLaterOne(t *testing.T) {
	t.Parallel()
	b := start(t, t.TempDir())
	cl := client(t, b)
	if err := create(t, cl, "orders", nil); err != nil {
		t.Fatalf("create: %v", err)
	}
	lost := client(t, b, kgo.TransactionalID("shop"))
	if err := lost.BeginTransaction(); err != nil {
		t.Fatalf("begin: %v", err)
	}
	if err := lost.ProduceSync(t.Context(), &kgo.Record{Topic: "orders", Value: []byte("open")}).FirstErr(); err != nil {
		t.Fatalf("produce: %v", err)
	}
	if err := b.Kill(); err != nil {
		t.Fatalf("kill: %v", err)
	}
	again := client(t, b, kgo.TransactionalID("shop"))
	if err := again.BeginTransaction(); err != nil {
		t.Fatalf("begin: %v", err)
	}
	if err := again.ProduceSync(t.Context(), &kgo.Record{Topic: "orders", Value: []byte("committed")}).FirstErr(); err != nil {
		t.Fatalf("produce: %v", err)
	}
	if err := again.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
		t.Fatalf("commit: %v", err)
	}
	if diff := cmp.Diff([]string{"committed"}, read(t, b, "orders", 1)); diff != "" {
		t.Errorf("committed records (-want +got):\n%s", diff)
	}
}

func TestDroppedCommitIsNotStored(t *testing.T) {
	t.Parallel()
	b := start(t, "")
	cl := client(t, b)
	if err := create(t, cl, "orders", nil); err != nil {
		t.Fatalf("create: %v", err)
	}
	commit := func(at int64) {
		t.Helper()
		offsets := kadm.Offsets{}
		offsets.AddOffset("orders", 0, at, -1)
		if err := kadm.NewClient(cl).CommitAllOffsets(t.Context(), "billing", offsets); err != nil {
			t.Fatalf("commit: %v", err)
		}
	}
	stored := func() int64 {
		t.Helper()
		offsets, err := kadm.NewClient(cl).FetchOffsets(t.Context(), "billing")
		if err != nil {
			t.Fatalf("fetch offsets: %v", err)
		}
		at, _ := offsets.Lookup("orders", 0)
		return at.At
	}
	commit(1)
	b.DropCommit("billing")
	commit(2)
	if got := stored(); got != 1 {
		t.Errorf("stored offset is %d after a dropped commit, want 1", got)
	}
	commit(3)
	if got := stored(); got != 3 {
		t.Errorf("stored offset is %d after the next commit, want 3", got)
	}
}
