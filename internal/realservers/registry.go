package realservers

import (
	"strings"
	"testing"

	"github.com/evgen-dev/evgen/internal/devregistry"
)

// EachRegistry runs f as the subtests "embedded" and "apicurio" with the URL of a schema registry: an in-process one of its own, and the real
// one, which it shares with other tests, so that subjects need names from [TopicName]. The second is skipped when no
// registry is configured. f may call t.Parallel.
func EachRegistry(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) { f(t, EmbeddedRegistry(t)) })
	t.Run("apicurio", func(t *testing.T) { f(t, Registry(t)) })
}

// EmbeddedRegistry returns the URL of an in-process schema registry that is empty, and is gone when the test ends.
func EmbeddedRegistry(t testing.TB) string {
	t.Helper()
	r, err := devregistry.Start(devregistry.Config{})
	if err != nil {
		t.Fatalf("start embedded registry: %v", err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Errorf("close embedded registry: %v", err)
		}
	})
	return r.URL()
}

// Registry returns the URL of a real schema registry's API, without a slash at its end. It skips the test when none is configured.
//
// The one that run.sh starts is Apicurio Registry, empty and in memory: whatever tests leave behind is gone with it.
func Registry(t testing.TB) string {
	t.Helper()
	return strings.TrimSuffix(address(t, registryVariable, "schema registry"), "/")
}
