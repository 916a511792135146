package realservers

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// admin returns a client of the real broker and a context that ends before the test binary's own limit would.
func admin(t *testing.T) (context.Context, *kadm.Client) {
	t.Helper()
	cl, err := kgo.NewClient(kgo.SeedBrokers(Kafka(t)...))
	if err != nil {
		t.Fatalf("make client: %v", err)
	}
	t.Cleanup(cl.Close)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx, kadm.NewClient(cl)
}

func TestKafkaAnswers(t *testing.T) {
	t.Parallel()
	ctx, adm := admin(t)
	meta, err := adm.BrokerMetadata(ctx)
	if err != nil {
		t.Fatalf("ask for metadata: %v", err)
	}
	if len(meta.Brokers) != 1 {
		t.Errorf("got %d brokers, want the one that run.sh starts: %+v", len(meta.Brokers), meta.Brokers)
	}
}

func TestKafkaHasTheSettingsThatTestsRelyOn(t *testing.T) {
	t.Parallel()
	ctx, adm := admin(t)
	want := map[string]string{
		"auto.create.topics.enable":        "false",
		"broker.session.timeout.ms":        "1500",
		"group.initial.rebalance.delay.ms": "0",
		"log.cleaner.backoff.ms":           "100",
	}
	configs, err := adm.DescribeBrokerConfigs(ctx, 1)
	if err != nil {
		t.Fatalf("describe configuration: %v", err)
	}
	got := map[string]string{}
	for _, broker := range configs {
		for _, c := range broker.Configs {
			if _, asked := want[c.Key]; asked {
				got[c.Key] = c.MaybeValue()
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("broker configuration (-want +got):\n%s", diff)
	}
}
