package schema_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/golden"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/source"
)

func TestExamplesResolve(t *testing.T) {
	t.Parallel()
	set, ds := compileDir(t, "../examples/proto")
	if set == nil {
		t.Fatalf("examples do not compile:\n%s", ds)
	}
	model, more := resolveSet(t, set)
	if model == nil {
		t.Fatalf("examples do not resolve:\n%s", more)
	}
	compareGolden(t, "testdata/examples.txt", append(ds, more...).String()+explain(model))
}

func compileDir(t *testing.T, dir string) (*source.Set, schema.Diagnostics) {
	t.Helper()
	set, ds, err := source.Compile(context.Background(), []source.Tree{source.Dir(dir)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return set, ds
}

// explain prints all settings of all events and topics.
func explain(m *schema.Model) string {
	var b strings.Builder
	for _, f := range m.Files {
		for _, e := range f.Events {
			fmt.Fprintf(&b, "\nevent %s (%s)\n", e.Desc.FullName(), e.Pos)
			writeSettings(&b, e.Settings)
		}
		for _, p := range f.Projections {
			fmt.Fprintf(&b, "\nprojection %s (%s)\n", p.Desc.FullName(), p.Pos)
			writeSettings(&b, p.Settings)
		}
		for _, topic := range f.Topics {
			fmt.Fprintf(&b, "\ntopic %s (%s), duplicates by %s\n", topic.Name, topic.Pos, topic.Guard)
			writeSettings(&b, topic.Settings)
		}
	}
	return b.String()
}

func writeSettings(b *strings.Builder, settings []schema.Setting) {
	for _, s := range settings {
		fmt.Fprintf(b, "  %-20s %-40s %s\n", s.Name, s.Value, s.Origin)
	}
}

func compareGolden(t *testing.T, file, got string) {
	t.Helper()
	if golden.Update() {
		write(t, file, []byte(got))
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", file, diff)
	}
}
