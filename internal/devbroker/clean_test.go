package devbroker

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kgo"
)

func TestCleanRemovesWhatIsSupersededOrTooOld(t *testing.T) {
	t.Parallel()
	b := start(t, "")
	cl := client(t, b)
	write := func(topic, value string, at time.Time) {
		r := &kgo.Record{Topic: topic, Key: []byte("key"), Value: []byte(value), Timestamp: at}
		if err := cl.ProduceSync(t.Context(), r).FirstErr(); err != nil {
			t.Fatalf("write to %s: %v", topic, err)
		}
	}
	for topic, configs := range map[string]map[string]string{
		"compacted": {"cleanup.policy": "compact"},
		"aging":     {"retention.ms": "3600000"},
	} {
		if err := create(t, cl, topic, configs); err != nil {
			t.Fatalf("create %s: %v", topic, err)
		}
		now := time.Now()
		write(topic, "first", now.Add(-2*time.Hour))
		write(topic, "second", now)
		write(topic, "third", now) // the last batch, which is not compacted
		b.Clean()
		if diff := cmp.Diff([]string{"second", "third"}, read(t, b, topic, 2)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", topic, diff)
		}
	}
}
