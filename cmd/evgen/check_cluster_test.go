package main

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/evgen-dev/evgen/internal/realservers"
)

// newDeployed is a shop whose topic, if created, is in an environment called prod.
func newDeployed(t *testing.T, brokers []string) registered {
	t.Helper()
	r := newRegistered(t, "http://127.0.0.1:1")
	r.write("evgen.yaml", fmt.Sprintf("version: 1\nenvironments: { prod: { brokers: [%q] } }\n", strings.Join(brokers, `", "`)))
	r.edit(orderFile, "kind: DOCUMENT", `kind: DOCUMENT topic_settings: { partitions: 6 retention: "7d" compaction: COMPACT_AND_DELETE }`)
	r.commit()
	return r
}

// create creates the topic as somebody did by hand.
func (r registered) create(brokers []string, partitions int32, settings map[string]string) {
	r.t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(brokers...))
	if err != nil {
		r.t.Fatal(err)
	}
	defer cl.Close()
	config := map[string]*string{}
	for key, value := range settings {
		config[key] = &value
	}
	admin := kadm.NewClient(cl)
	if _, err := admin.CreateTopic(r.t.Context(), partitions, 1, config, r.topic); err != nil {
		r.t.Fatal(err)
	}
	// The controller has it; the broker that answers hears of it a moment later.
	ctx, cancel := context.WithTimeout(r.t.Context(), patience)
	defer cancel()
	for {
		topics, err := admin.ListTopics(ctx, r.topic)
		if err != nil {
			r.t.Fatal(err)
		}
		if len(topics[r.topic].Partitions) == int(partitions) {
			return
		}
	}
}

func TestTopicsOfAnEnvironmentAreComparedWithTheContract(t *testing.T) {
	t.Parallel()
	realservers.EachBroker(t, func(t *testing.T, brokers []string) {
		t.Parallel()
		week := map[string]string{"cleanup.policy": "compact,delete", "retention.ms": "604800000"}
		for _, c := range []struct {
			name       string
			partitions int32
			settings   map[string]string
			want       []string
		}{
			{"as promised", 6, week, nil},
			{"more partitions", 8, week, nil},
			{"fewer partitions", 3, week, []string{orderFile + ":8 PARTITION_COUNT_CHANGED TOPIC, environment prod"}},
			{"longer retention", 6, map[string]string{"cleanup.policy": "delete,compact", "retention.ms": "-1"}, []string{orderFile + ":8 RETENTION_LOWERED TOPIC, environment prod"}},
			{"shorter retention", 6, map[string]string{"cleanup.policy": "compact,delete", "retention.ms": "1000"}, []string{orderFile + ":8 warning RETENTION_RAISED TOPIC, environment prod"}},
			{"no compaction of documents", 6, map[string]string{"cleanup.policy": "delete", "retention.ms": "604800000"}, nil},
			{"compaction alone", 6, map[string]string{"cleanup.policy": "compact"}, []string{orderFile + ":8 COMPACT_TO_COMPACT_DELETE TOPIC, environment prod"}},
		} {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				r := newDeployed(t, brokers)
				r.workplace.wantsFound(nil, "--against", "git:HEAD", "--env", "prod") // the topic is not there yet
				r.create(brokers, c.partitions, c.settings)
				found, code := r.check("--against", "git:HEAD", "--env", "prod")
				for i := range found {
					found[i] = strings.ReplaceAll(found[i], r.topic, "TOPIC")
				}
				if strings.Join(found, "\n") != strings.Join(c.want, "\n") || code != codeOf(c.want) {
					t.Errorf("exit %d: %q; want %q", code, found, c.want)
				}
			})
		}
	})
}

func TestACapacityOfTheEnvironmentIsNoChange(t *testing.T) {
	t.Parallel()
	brokers := realservers.Embedded(t)
	r := newDeployed(t, brokers)
	r.create(brokers, 3, map[string]string{"cleanup.policy": "compact,delete", "retention.ms": "604800000"})
	r.write("evgen.yaml", fmt.Sprintf("version: 1\nenvironments: { prod: { brokers: [%q], topics: { %s: { partitions: 3 } } } }\n", brokers[0], r.topic))
	r.workplace.wantsFound(nil, "--against", "git:HEAD", "--env", "prod")
}

func TestBrokersThatDoNotAnswerAreNoPass(t *testing.T) {
	t.Parallel()
	r := newDeployed(t, []string{"127.0.0.1:1"})
	code, stdout, stderr := runEvgen(t, r.dir, "check", "--against", "git:HEAD", "--env", "prod")
	if code != exitEnvironment || !strings.Contains(stderr, "read the topics of environment prod: ") || stdout != "" {
		t.Errorf("exit %d: %s%s; want 4, and the environment", code, stdout, stderr)
	}
}

// TestBrokersThatAreSilentAreNoPass has a port that takes connections and says nothing.
func TestBrokersThatAreSilentAreNoPass(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			if _, err := listener.Accept(); err != nil {
				return
			}
		}
	}()
	r := newDeployed(t, []string{listener.Addr().String()})
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	var stdout, stderr strings.Builder
	code := run(ctx, process{[]string{"evgen", "check", "--against", "git:HEAD", "--env", "prod"}, r.dir, nil, &stdout, &stderr, someDay})
	if code != exitEnvironment || !strings.Contains(stderr.String(), "read the topics of environment prod: ") || stdout.Len() > 0 {
		t.Errorf("exit %d: %s%s; want 4, and the environment", code, &stdout, &stderr)
	}
}
