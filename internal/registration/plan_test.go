package registration_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/reflect/protoreflect"

	_ "github.com/evgen-dev/evgen/internal/golden"
	"github.com/evgen-dev/evgen/internal/registration"
	"github.com/evgen-dev/evgen/schema/contract"
	"github.com/evgen-dev/evgen/schema/source"
)

// compile returns the files of a tree, each after its imports, and their contracts.
func compile(t *testing.T, files map[string]string) ([]protoreflect.FileDescriptor, *contract.Set) {
	t.Helper()
	tree := fstest.MapFS{}
	for path, text := range files {
		text = "syntax = \"proto3\"; package shop." + strings.TrimSuffix(path, ".proto") + "; option go_package = \"example.com/" + path + ";p\";" + text
		tree[path] = &fstest.MapFile{Data: []byte(text)}
	}
	set, ds, err := source.Compile(t.Context(), []source.Tree{{Dir: "proto", FS: tree}}, nil)
	if err != nil || set == nil {
		t.Fatal(err, ds)
	}
	fds, err := set.Descriptors()
	if err != nil {
		t.Fatal(err)
	}
	model, ds := set.Resolve(fds)
	if model == nil {
		t.Fatal(ds)
	}
	return fds, contract.Of(model)
}

const order = `import "evgen/v1/options.proto"; import "money.proto"; import "google/protobuf/timestamp.proto"; // a comment
message Order { option (evgen.v1.event) = { kind: EVENT }; string id = 1 [(evgen.v1.field).key = true]; shop.money.Money total = 2; google.protobuf.Timestamp at = 3; }`

func TestSchemasComeAfterTheirImports(t *testing.T) {
	t.Parallel()
	files, contracts := compile(t, map[string]string{
		"order.proto":    order,
		"money.proto":    `import "currency.proto"; message Money { shop.currency.Currency currency = 1; }`,
		"currency.proto": "message Currency {}",
		"unused.proto":   "message Unused {}",
		"paid.proto":     strings.NewReplacer("Order", "Paid", "EVENT }", "EVENT subject: RECORD compatibility: FULL }").Replace(order),
		"local.proto":    strings.NewReplacer("Order", "Local", "EVENT }", "EVENT subject: UNREGISTERED }").Replace(order),
	})
	entries, err := registration.Plan(files, contracts)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		line := e.Subject + " <- " + strings.Join(e.Imports, " ")
		if e.Level != nil {
			line += " " + e.Level.String()
		}
		got = append(got, line)
		if strings.Contains(e.Text, "comment") {
			t.Errorf("%s is not in normal form:\n%s", e.Subject, e.Text)
		}
		if hasContract := strings.Contains(e.Contract, "event "+e.Event); hasContract != (e.Event != "") {
			t.Errorf("%s of event %q has contract %q", e.Subject, e.Event, e.Contract)
		}
	}
	want := []string{
		"evgen/v1/options.proto <- ",
		"currency.proto <- ",
		"money.proto <- currency.proto",
		"shop.order.order-value <- evgen/v1/options.proto money.proto BACKWARD_TRANSITIVE",
		"shop.paid.Paid <- evgen/v1/options.proto money.proto FULL",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("plan differs (-want +got):\n%s", diff)
	}
}

func TestTwoEventsOfOneSubjectAreRefused(t *testing.T) {
	t.Parallel()
	files, contracts := compile(t, map[string]string{
		"money.proto": "message Money {}",
		"order.proto": order,
	})
	contracts.Events = append(contracts.Events, contracts.Events[0])
	contracts.Events[1].Name = "shop.order.Paid"
	_, err := registration.Plan(files, contracts)
	want := "register shop.order.Paid: another event has the subject shop.order.order-value: set subject: TOPIC_RECORD"
	if err == nil || err.Error() != want {
		t.Errorf("got %v; want %s", err, want)
	}
}

func TestAMissingFileIsRefused(t *testing.T) {
	t.Parallel()
	files, contracts := compile(t, map[string]string{
		"money.proto": "message Money {}",
		"order.proto": order,
	})
	without := func(path string) []protoreflect.FileDescriptor {
		var rest []protoreflect.FileDescriptor
		for _, fd := range files {
			if fd.Path() != path {
				rest = append(rest, fd)
			}
		}
		return rest
	}
	for path, want := range map[string]string{
		"money.proto": "register money.proto: the file is missing",
		"order.proto": "register shop.order.Order: its file order.proto is missing",
	} {
		if _, err := registration.Plan(without(path), contracts); err == nil || err.Error() != want {
			t.Errorf("without %s: got %v; want %s", path, err, want)
		}
	}
}
