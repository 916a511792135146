package gate_test

import (
	"os"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/gate"
	"github.com/evgen-dev/evgen/schema/source"
)

// TestAnnotationsCountHoweverTheyAreImported has events in files that do not import the annotations themselves, or from another path. Not to see one is to compare nothing.
func TestAnnotationsCountHoweverTheyAreImported(t *testing.T) {
	t.Parallel()
	copyOfOptions, err := os.ReadFile("../../schema/evgen/v1/options.proto")
	if err != nil {
		t.Fatal(err)
	}
	const syntax = "syntax = \"proto3\"; package shop.v1; option go_package = \"example.com/shop/v1;shopv1\"; "
	a := syntax + event("A", "FULL", "")
	for name, files := range map[string]map[string]string{
		"directly":        {"a.proto": a + `import "evgen/v1/options.proto";`},
		"publicly":        {"a.proto": a + `import "b.proto";`, "b.proto": syntax + `import public "c.proto";`, "c.proto": syntax + `import public "evgen/v1/options.proto";`},
		"from elsewhere":  {"a.proto": a + `import "third/options.proto";`, "third/options.proto": string(copyOfOptions)},
		"another's alone": {"a.proto": syntax, "b.proto": syntax + `import "a.proto"; import "evgen/v1/options.proto"; ` + event("A", "FULL", "")},
	} {
		tree := fstest.MapFS{}
		for path, text := range files {
			tree[path] = &fstest.MapFile{Data: []byte(text)}
		}
		state, err := (&gate.Trees{Label: "a tree", Roots: []source.Tree{{Dir: "proto", FS: tree}}}).Read(t.Context())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var names []string
		for _, e := range state.Contract.Events {
			names = append(names, e.Name)
		}
		if diff := cmp.Diff([]string{"shop.v1.A"}, names); diff != "" {
			t.Errorf("%s: events (-want +got):\n%s", name, diff)
		}
	}
}
