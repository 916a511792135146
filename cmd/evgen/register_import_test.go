package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/sr"

	"github.com/evgen-dev/evgen/internal/realservers"
)

// newImporter is a shop whose order imports money.
func newImporter(t *testing.T) registered {
	t.Helper()
	r := newRegistered(t, realservers.EmbeddedRegistry(t))
	r.write("proto/money.proto", "syntax = \"proto3\";\npackage shop.money;\noption go_package = \"example.com/shop/gen/money;money\";\nmessage Money { int64 units = 1; }\n")
	r.edit(orderFile, "import ", "import \"money.proto\";\nimport ")
	r.edit(orderFile, revision, revision+"\n  shop.money.Money total = 4;")
	r.register()
	return r
}

// growMoney changes what is imported, so that the registry cannot be asked about what imports it.
func (r registered) growMoney() {
	r.t.Helper()
	r.edit("proto/money.proto", "int64 units = 1;", "int64 units = 1; string currency = 2;")
}

const unasked = "could not be asked: TOPIC-value: its import money.proto is not registered yet\n"

func TestARegistryThatCannotBeAskedHasNotSaidYes(t *testing.T) {
	t.Parallel()
	r := newImporter(t)
	r.growMoney()
	want := "would be registered: money.proto\n" + unasked + "2> 3 subjects, 2 would change, 0 would be refused, 1 could not be asked\n"
	for flags, code := range map[string]string{"--dry-run": "[exit 0]\n", "--dry-run --exit-code": "[exit 3]\n"} {
		if diff := cmp.Diff(want+code, r.output(strings.Fields(flags)...)); diff != "" {
			t.Errorf("register %s (-want +got):\n%s", flags, diff)
		}
	}
	r.wants("2> compared 1 event in 2 files with registry: nothing found\n[exit 0]\n", "check", "--against", "registry")
	// What breaks readers, and what registries do not mind, is no difference of opinion as long as nobody knows the other one.
	r.edit(orderFile, "string site_id = 2;", "reserved 2; reserved \"site_id\";")
	r.wantsFound([]string{orderFile + ":8 FIELD_REMOVED shop.v1.Order.site_id, version 1 of subject TOPIC-value"})
	if found, _ := r.check("--against", "registry"); strings.Contains(strings.Join(found, "\n"), "REGISTRY_DIFFERS") {
		t.Errorf("found %q; want no verdict of the registry", found)
	}
}

// TestRegisterWritesAllOrNothing has an import that the registry takes, and an event that it would refuse after that.
func TestRegisterWritesAllOrNothing(t *testing.T) {
	t.Parallel()
	r := newImporter(t)
	r.growMoney()
	r.edit(orderFile, "string site_id = 2;", "double site_id = 2;")
	refused := "refused: TOPIC-value by the rules of Confluent's registry, for the registry could not be asked: its import money.proto is not registered yet\n" +
		"    FIELD_SCALAR_KIND_CHANGED: type of field shop.v1.Order.site_id is double, was string, which is written differently\n" +
		"    evgen check --against registry says what it breaks, and for whom\n"
	want := "would be registered: money.proto\nwould be " + refused + "2> 3 subjects, 1 would change, 1 would be refused\n[exit 1]\n"
	if diff := cmp.Diff(want, r.output("--dry-run")); diff != "" {
		t.Errorf("register --dry-run (-want +got):\n%s", diff)
	}
	want = "not registered: money.proto, since not all would be taken\n" + refused + "2> 3 subjects, 0 changed, 1 refused\n[exit 1]\n"
	if diff := cmp.Diff(want, r.output()); diff != "" {
		t.Errorf("register (-want +got):\n%s", diff)
	}
	for _, subject := range []string{"money.proto", r.subject()} {
		if versions := r.versions(subject); !cmp.Equal(versions, []int{1}) {
			t.Errorf("%s has versions %v; want 1", subject, versions)
		}
	}
	// The level of the subject decides here, too.
	r.registerAnyhow()
}

// TestWhatOnlyTheRegistryMindsIsFoundBeforeItIsAsked has a change that loses nothing.
func TestWhatOnlyTheRegistryMindsIsFoundBeforeItIsAsked(t *testing.T) {
	t.Parallel()
	r := newImporter(t)
	r.edit(orderFile, revision, revision+"\n}\nmessage Unused {")
	r.edit(orderFile, "\n  shop.money.Money total = 4;", "\n  shop.money.Money unused_total = 4;")
	r.register()
	r.edit(orderFile, "\n}\nmessage Unused {", "")
	r.growMoney()
	found, code := r.check("--against", "registry")
	if want := orderFile + ":8 REGISTRY_REFUSES shop.v1.Order, registry"; code != exitFindings || !strings.Contains(strings.Join(found, "\n"), want) {
		t.Errorf("exit %d: %q; want 1 and %q", code, found, want)
	}
}

// TestANewEventMayHaveANewImport is known without asking: a subject without versions takes any schema.
func TestANewEventMayHaveANewImport(t *testing.T) {
	t.Parallel()
	r := newImporter(t)
	r.edit(orderFile, r.topic, r.topic+"-next")
	r.growMoney()
	if got := r.output("--dry-run"); !strings.Contains(got, "would be registered: TOPIC-next-value\n") || strings.Contains(got, "asked") {
		t.Errorf("register --dry-run printed\n%s\nwant that the new subject would be registered", got)
	}
}

func TestTheLevelOfTheRegistryHoldsWhereASubjectHasNone(t *testing.T) {
	t.Parallel()
	r := newImporter(t)
	r.write("proto/currency.proto", "syntax = \"proto3\";\npackage shop.money;\noption go_package = \"example.com/shop/gen/money;money\";\nmessage Currency {}\n")
	r.edit("proto/money.proto", "option ", "import \"currency.proto\";\noption ")
	r.edit("proto/money.proto", "int64 units = 1;", "double units = 1; Currency currency = 2;")
	r.wantsRefused("--dry-run", "would be registered: currency.proto\n", "would be refused: money.proto by the rules of Confluent's registry, for ")
	if err := r.client().SetCompatibility(t.Context(), sr.SetCompatibility{Level: sr.CompatNone})[0].Err; err != nil {
		t.Fatal(err)
	}
	r.wantsRefused("--dry-run", "could not be asked: money.proto: its import currency.proto is not registered yet\n",
		"would be refused: TOPIC-value by the rules of Confluent's registry, for ") // it has a level of its own
}

func TestRegisterPrintsJSON(t *testing.T) {
	t.Parallel()
	r := newImporter(t)
	r.growMoney()
	code, stdout, stderr := runEvgen(t, r.dir, "register", "--dry-run", "--format", "json")
	if code != exitOK {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	var got []jsonStep
	for line := range strings.Lines(stdout) {
		var step jsonStep
		if err := json.Unmarshal([]byte(line), &step); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		step.ID = 0
		got = append(got, step)
	}
	want := []jsonStep{
		{DryRun: true, Subject: "evgen/v1/options.proto", File: "evgen/v1/options.proto", Action: "unchanged", Version: 1},
		{DryRun: true, Subject: "money.proto", File: "money.proto", Action: "registered"},
		{DryRun: true, Subject: r.subject(), File: "shop/v1/order.proto", Event: "shop.v1.Order", Action: "unanswered", Unasked: "its import money.proto is not registered yet"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if code, _, stderr := runEvgen(t, r.dir, "register", "--format", "sarif"); code != exitUsage || stderr != "evgen: register: --format sarif is for findings: it prints text or json\n" {
		t.Errorf("exit %d: %s; want 2", code, stderr)
	}
}

// TestWhatRegistriesBringNeedsNoRegistration has an event with a date, whose file the registry has and the compiler does not.
func TestWhatRegistriesBringNeedsNoRegistration(t *testing.T) {
	t.Parallel()
	r := newRegistered(t, realservers.EmbeddedRegistry(t))
	r.write("evgen.yaml", "version: 1\nproto: { roots: [proto], deps: [third] }\nregistry: { url: \""+r.url+"\" }\n")
	r.write("third/google/type/date.proto", "syntax = \"proto3\";\npackage google.type;\noption go_package = \"google.golang.org/genproto/googleapis/type/date;date\";\n"+
		"message Date { int32 year = 1; int32 month = 2; int32 day = 3; }\n")
	r.edit(orderFile, "import ", "import \"google/type/date.proto\";\nimport ")
	r.edit(orderFile, revision, revision+"\n  google.type.Date due = 4;")
	r.register()
	if got, want := r.output(), "2> 2 subjects, 0 changed, 0 refused\n[exit 0]\n"; got != want {
		t.Errorf("register printed\n%s\nwant %s", got, want)
	}
	r.wantsFound(nil)
}
