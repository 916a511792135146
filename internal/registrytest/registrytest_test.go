package registrytest_test

import (
	"testing"

	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/internal/registrytest"
)

func TestRegistryAnswersAsEvgenExpects(t *testing.T) {
	t.Parallel()
	realservers.EachRegistry(t, registrytest.Run)
}
