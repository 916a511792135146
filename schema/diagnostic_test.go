package schema_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/schema"
)

func TestDisabledWarningsAreLeftOutAndErrorsAreNot(t *testing.T) {
	t.Parallel()
	ds := schema.Diagnostics{{ID: "EV001"}, {ID: "EV113", Severity: schema.Warning}, {ID: "EV114", Severity: schema.Warning}}
	if diff := cmp.Diff(schema.Diagnostics{ds[0], ds[2]}, ds.Without("EV001", "EV113")); diff != "" {
		t.Errorf("diagnostics differ (-want +got):\n%s", diff)
	}
}
