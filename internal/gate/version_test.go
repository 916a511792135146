package gate_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/gate"
	"github.com/evgen-dev/evgen/internal/registration"
	"github.com/evgen-dev/evgen/runtime/registry"
)

const header = "syntax = \"proto3\"; package shop.v1; import \"evgen/v1/options.proto\"; option go_package = \"example.com/shop;shop\";"

// version is a registered file that has an event, and imports another that has one, too.
func version(t *testing.T, metadata map[string]string) (*gate.State, error) {
	t.Helper()
	v := &registry.Version{
		Subject: "a-value", Number: 2,
		Schema:  registry.Schema{Text: header + `import "b.proto";` + event("A", "FULL", "B b = 2;"), Metadata: metadata},
		Imports: map[string]string{"b.proto": header + event("B", "FULL", "")},
	}
	set, err := v.Compile(t.Context(), "a.proto")
	if err != nil {
		t.Fatal(err)
	}
	return gate.VersionState(v, set, "shop.v1.A")
}

func TestTheContractOfAVersionIsThatOfItsFile(t *testing.T) {
	t.Parallel()
	state, err := version(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(state.Contract.Events) != 1 || state.Contract.Event("shop.v1.A") == nil {
		t.Errorf("events are %v; want A alone", state.Contract.Events)
	}
	if state.Snapshot.Message("shop.v1.B") == nil || state.Name != "version 2 of subject a-value" {
		t.Errorf("%s: want the payload of B, which A reaches", state.Name)
	}
}

// TestMetadataHasTheContractThatWasRegistered although the annotations in the text say less to an evgen of today.
func TestMetadataHasTheContractThatWasRegistered(t *testing.T) {
	t.Parallel()
	was, err := version(t, nil)
	if err != nil {
		t.Fatal(err)
	}
	contracts := *was.Contract
	contracts.Events[0].Topic = "another"
	state, err := version(t, map[string]string{registration.ContractProperty: string(contracts.Lock())})
	if err != nil {
		t.Fatal(err)
	}
	if got := state.Contract.Event("shop.v1.A").Topic; got != "another" {
		t.Errorf("topic is %s; want that of the metadata", got)
	}
	_, err = version(t, map[string]string{registration.ContractProperty: "evgen.lock 99\n"})
	want := "read version 2 of subject a-value:1: the file has format 99, and this evgen reads up to 1 (upgrade evgen)"
	if err == nil || !cmp.Equal(err.Error(), want) {
		t.Errorf("got %v; want %s", err, want)
	}
}
