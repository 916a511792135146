package source_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/schema/source"
)

func TestNamesAndCirclesAreReportedAtOnePlaceWhoeverIsCompiledFirst(t *testing.T) {
	t.Parallel()
	for range 30 {
		for _, c := range []struct {
			files map[string]string
			want  string
		}{
			{map[string]string{"a.proto": proto3("message A {}"), "b.proto": proto3("message A {}")},
				"b.proto:3:9: EV001: symbol \"p.A\" already defined at a.proto:3:9\n"},
			{map[string]string{"a.proto": proto3("import \"b.proto\";"), "b.proto": proto3("import \"a.proto\";")},
				"a.proto:3:8: EV001: cycle found in imports: \"a.proto\" -> \"b.proto\" -> \"a.proto\" (move what both need into a file of its own)\n"},
		} {
			_, ds, err := source.Compile(t.Context(), []source.Tree{tree("proto", c.files)}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, ds.String()); diff != "" {
				t.Fatalf("diagnostics (-want +got):\n%s", diff)
			}
		}
	}
}
