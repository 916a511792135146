package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/schema"
)

func resolvedExamples(t *testing.T) *schema.Model {
	t.Helper()
	set, ds := compileDir(t, "../examples/proto")
	if set == nil {
		t.Fatalf("examples do not compile:\n%s", ds)
	}
	model, ds := resolveSet(t, set)
	if model == nil {
		t.Fatalf("examples do not resolve:\n%s", ds)
	}
	return model
}

func TestExplainSaysWhereEachSettingComesFrom(t *testing.T) {
	t.Parallel()
	m := resolvedExamples(t)
	var b strings.Builder
	for _, name := range []string{"acme.sites.v1.Site", "acme.orders.v1.OrderPlaced", "InstalledAppRow", "StockRow"} {
		settings, err := m.Explain(name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "\nexplain %s\n", name)
		writeSettings(&b, settings)
	}
	compareGolden(t, "testdata/explain.txt", b.String())
}

func TestExplainTakesTheEndOfAName(t *testing.T) {
	t.Parallel()
	m := resolvedExamples(t)
	want, err := m.Explain("acme.sites.v1.Site")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Site", "v1.Site", ".acme.sites.v1.Site"} {
		got, err := m.Explain(name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Explain(%q) differs (-want +got):\n%s", name, diff)
		}
	}
}

func TestExplainSaysWhatWasMeant(t *testing.T) {
	t.Parallel()
	m := resolvedExamples(t)
	two := &schema.Model{Files: append(m.Files, m.Files...)}
	cases := []struct {
		model      *schema.Model
		name, want string
	}{
		{m, "Sites", `explain Sites: there is no such event or projection (did you mean "Site"?)`},
		{m, "acme.orders.v1.OrderPlaecd", `explain acme.orders.v1.OrderPlaecd: there is no such event or projection (did you mean "acme.orders.v1.OrderPlaced"?)`},
		{m, "ite", "explain ite: there is no such event or projection (did you mean \"Site\"?)"},
		{m, "Site.App", "explain Site.App: message acme.sites.v1.Site.App is neither an event nor a projection: it has no option (evgen.v1.event) or (evgen.v1.projection)"},
		{two, "TimeZone", "explain TimeZone: acme.config.v1.TimeZone and acme.config.v1.TimeZone have that name: write one of them in full"},
		{&schema.Model{Files: m.Files[:1]}, "Warehouse", "explain Warehouse: there is no such event or projection: there are "},
	}
	for _, c := range cases {
		_, err := c.model.Explain(c.name)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("Explain(%q): got %v, want %s", c.name, err, c.want)
		}
	}
}
