package normal_test

import (
	"maps"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/reflect/protoregistry"

	_ "github.com/evgen-dev/evgen/examples/gen/acme/contacts/v1"
	_ "github.com/evgen-dev/evgen/examples/gen/acme/inventory/v1"
	_ "github.com/evgen-dev/evgen/examples/gen/acme/orders/v1"
	_ "github.com/evgen-dev/evgen/golden/kinds/kindsv1"
	_ "github.com/evgen-dev/evgen/golden/legacy/legacyv1"
	_ "github.com/evgen-dev/evgen/golden/levels/hybridv1"
	_ "github.com/evgen-dev/evgen/golden/levels/opaquev1"
	_ "github.com/evgen-dev/evgen/golden/levels/openv1"
	_ "github.com/evgen-dev/evgen/golden/tables/tablesv1"
)

func TestALinkedFilePrintsAsItsSources(t *testing.T) {
	t.Parallel()
	compared := 0
	for name, tree := range trees(t) {
		for _, fd := range compile(t, tree, slices.Sorted(maps.Keys(tree))...) {
			linked, err := protoregistry.GlobalFiles.FindFileByPath(fd.Path())
			if err != nil {
				continue // of a package that is not linked here
			}
			compared++
			if diff := gocmp.Diff(mustPrint(t, fd), mustPrint(t, linked)); diff != "" {
				t.Errorf("%s of %s (-sources +linked):\n%s", fd.Path(), name, diff)
			}
		}
	}
	if compared < 9 {
		t.Errorf("%d files are linked, want those that are imported above", compared)
	}
}
