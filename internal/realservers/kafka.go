package realservers

import (
	"strings"
	"testing"
)

// Kafka returns the seed addresses of a real Kafka broker, e.g., 127.0.0.1:9092. It skips the test when none is configured.
//
// Of the broker that run.sh starts tests may rely on: one node, no topics created by use, no delay before a group's first
// rebalance, a log cleaner that looks for work every 100 ms.
func Kafka(t testing.TB) []string {
	t.Helper()
	return strings.Split(address(t, kafkaVariable, "Kafka broker"), ",")
}
