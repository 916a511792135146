package gate_test

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/gate"
	"github.com/evgen-dev/evgen/schema/source"
)

const (
	orderText = `syntax = "proto3"; package shop.v1; import "evgen/v1/options.proto"; import "money/v1/money.proto";
message Placed { option (evgen.v1.event) = {}; string id = 1 [(evgen.v1.field).key = true]; money.v1.Money total = 2; }`
	moneyText = `syntax = "proto3"; package money.v1; message Money { int64 cents = 1; }`
	otherText = `syntax = "proto3"; package other.v1; import "evgen/v1/options.proto";
message Other { option (evgen.v1.event) = {}; string id = 1 [(evgen.v1.field).key = true]; }`
)

// treesWith is a shop whose events are in files that do not change; money is the text of the one that does.
func treesWith(label, money string) *gate.Trees {
	files := fstest.MapFS{}
	for path, text := range map[string]string{"shop/v1/order.proto": orderText, "money/v1/money.proto": money, "other/v1/other.proto": otherText} {
		files[path] = &fstest.MapFile{Data: []byte(text)}
	}
	return &gate.Trees{Label: label, Roots: []source.Tree{{Dir: label, FS: files}}}
}

func TestEventsInUntouchedFilesAreJudgedByTheTypesThatTheyReach(t *testing.T) {
	t.Parallel()
	now, old, err := gate.Narrow(t.Context(), treesWith("now", `syntax = "proto3"; package money.v1; message Money { string cents = 1; }`), treesWith("old", moneyText))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"money/v1/money.proto", "shop/v1/order.proto"}
	if diff := cmp.Diff([][]string{want, want}, [][]string{now.Paths, old.Paths}); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
	is, err := now.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	was, err := old.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if is.Files != 3 || len(is.Contract.Events) != 2 {
		t.Errorf("%d files and %d events, want all: 3 and 2", is.Files, len(is.Contract.Events))
	}
	var found []string
	for _, f := range gate.Judge(was, is, gate.Terms{}) {
		found = append(found, f.Rule+" "+f.Subject+" "+f.Event)
	}
	if diff := cmp.Diff([]string{"FIELD_TYPE_CHANGED money.v1.Money.cents shop.v1.Placed"}, found); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}
