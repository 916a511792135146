package realservers

import (
	"crypto/rand"
	"strings"
	"testing"

	"github.com/evgen-dev/evgen/internal/devbroker"
)

// EachBroker runs f as the subtests "embedded" and "kafka" with the seed addresses of a broker: an in-process one of its own,
// and the real one, which it shares with other tests, so that topics and groups need names from [TopicName]. The second is
// skipped when no Kafka is configured. f may call t.Parallel.
func EachBroker(t *testing.T, f func(t *testing.T, brokers []string)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) { f(t, Embedded(t)) })
	t.Run("kafka", func(t *testing.T) { f(t, Kafka(t)) })
}

// Embedded returns the seed addresses of an in-process broker that is empty, and is gone when the test ends.
func Embedded(t testing.TB) []string {
	t.Helper()
	b, err := devbroker.Start(devbroker.Config{})
	if err != nil {
		t.Fatalf("start embedded broker: %v", err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("close embedded broker: %v", err)
		}
	})
	return b.Addrs()
}

// TopicName returns a name for a topic or group that no other test and no other run has, e.g., "orders-VJ3WE…".
func TopicName(t testing.TB, base string) string {
	t.Helper()
	return strings.ToLower(base) + "-" + rand.Text()
}
