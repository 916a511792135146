package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/sr"

	"github.com/evgen-dev/evgen/internal/realservers"
)

// wantsFound compares the findings against the registry. Those that say what a server thinks of the change differ between servers, and are left out.
func (r registered) wantsFound(want []string, args ...string) {
	r.t.Helper()
	found, code := r.check(append([]string{"--against", "registry"}, args...)...)
	var kept []string
	for _, f := range found {
		if f = strings.ReplaceAll(f, r.topic, "TOPIC"); !strings.Contains(f, "REGISTRY_") {
			kept = append(kept, f)
		}
	}
	if diff := cmp.Diff(want, kept); diff != "" {
		r.t.Errorf("findings differ (-want +got):\n%s", diff)
	}
	if code != codeOf(found) {
		r.t.Errorf("exit %d, want %d", code, codeOf(found))
	}
}

// put registers a schema as somebody else does, whatever the subject's level.
func (r registered) put(subject, text string, s sr.Schema) {
	r.t.Helper()
	s.Schema, s.Type = text, sr.TypeProtobuf
	if r.versions(subject) != nil {
		level := r.client().SetCompatibility(r.t.Context(), sr.SetCompatibility{Level: sr.CompatNone}, subject)[0]
		if level.Err != nil {
			r.t.Fatal(level.Err)
		}
	}
	if _, err := r.client().CreateSchema(r.t.Context(), subject, s); err != nil {
		r.t.Fatal(err)
	}
}

// registerAnyhow registers what the level of the subject may forbid.
func (r registered) registerAnyhow() {
	r.t.Helper()
	if err := r.client().SetCompatibility(r.t.Context(), sr.SetCompatibility{Level: sr.CompatNone}, r.subject())[0].Err; err != nil {
		r.t.Fatal(err)
	}
	r.register()
}

func TestWhatIsRegisteredIsComparedWith(t *testing.T) {
	t.Parallel()
	realservers.EachRegistry(t, func(t *testing.T, url string) {
		t.Parallel()
		r := newRegistered(t, url)
		r.wantsFound([]string{orderFile + ":7 SUBJECT_UNKNOWN shop.v1.Order, registry"})
		r.wantsFound(nil, "--allow-new")
		r.register()
		r.wantsFound(nil)
		r.edit(orderFile, revision, revision+"\n  string note = 4;\n  google.protobuf.Timestamp at = 5;")
		r.edit(orderFile, "import ", "import \"google/protobuf/timestamp.proto\";\nimport ")
		r.wantsFound(nil)
		r.register()
		r.wantsFound(nil)
	})
}

func TestAKeyThatChangesIsCaughtAgainstTheRegistry(t *testing.T) {
	t.Parallel()
	realservers.EachRegistry(t, func(t *testing.T, url string) {
		t.Parallel()
		r := newRegistered(t, url)
		r.register()
		r.edit(orderFile, keyByOrder, keyBySite)
		r.wantsFound([]string{keyChanged + "version 1 of subject TOPIC-value"})
	})
}

// TestEveryVersionOnTheLogCounts gives the number of a field that is gone to another type, so that only the first version tells.
func TestEveryVersionOnTheLogCounts(t *testing.T) {
	t.Parallel()
	realservers.EachRegistry(t, func(t *testing.T, url string) {
		t.Parallel()
		retyped := []string{orderFile + ":12 FIELD_TYPE_CHANGED shop.v1.Order.note, version 1 of subject TOPIC-value"}
		for level, want := range map[string][]string{"BACKWARD": nil, "BACKWARD_TRANSITIVE": retyped, "FULL_TRANSITIVE": retyped, "UNCHECKED": nil} {
			t.Run(level, func(t *testing.T) {
				t.Parallel()
				r := newRegistered(t, url)
				r.edit(orderFile, "kind: DOCUMENT", "kind: DOCUMENT compatibility: "+level)
				r.edit(orderFile, revision, revision+"\n  double note = 4;")
				r.register()
				r.edit(orderFile, "  double note = 4;\n", "")
				r.registerAnyhow()
				r.edit(orderFile, revision, revision+"\n  fixed64 note = 4;")
				r.wantsFound(want)
				if level == "BACKWARD_TRANSITIVE" {
					r.edit(orderFile, level, "BACKWARD") // lowers its own bar
					r.wantsFound(append([]string{orderFile + ":8 warning COMPATIBILITY_LOWERED shop.v1.Order, version 2 of subject TOPIC-value"}, retyped...))
					r.edit(orderFile, "BACKWARD", level)
				}
				r.registerAnyhow()
				r.wantsFound(nil) // what was released is not found again
			})
		}
	})
}

// TestARemovalInItsDeployOrderIsGreen takes the steps that FIELD_REMOVED asks for. Apicurio refuses the last.
func TestARemovalInItsDeployOrderIsGreen(t *testing.T) {
	t.Parallel()
	r := newRegistered(t, realservers.EmbeddedRegistry(t))
	r.register()
	r.edit(orderFile, "string site_id = 2;", "string site_id = 2 [deprecated = true];")
	r.wantsFound(nil)
	r.register()
	r.edit(orderFile, "string site_id = 2 [deprecated = true];", "reserved 2; reserved \"site_id\";")
	r.wantsFound(nil)
	r.register()
	r.wantsFound(nil)
	if versions := r.versions(r.subject()); !cmp.Equal(versions, []int{1, 2, 3}) {
		t.Errorf("the subject has versions %v; want 1 2 3", versions)
	}
	// The reservation goes, as somebody accepts, and then the number comes back.
	r.edit(orderFile, "reserved 2; reserved \"site_id\";", "")
	r.register()
	r.edit(orderFile, "message Order {", "message Order {\n  double total = 2;")
	r.wantsFound([]string{
		orderFile + ":8 NUMBER_REUSED_ON_LOG shop.v1.Order.total, version 3 of subject TOPIC-value",
		orderFile + ":8 FIELD_TYPE_CHANGED shop.v1.Order.total, version 2 of subject TOPIC-value",
		orderFile + ":8 warning FIELD_RENAMED shop.v1.Order.total, version 2 of subject TOPIC-value",
	})
}

func TestAVersionOfSomebodyElseHasNoContract(t *testing.T) {
	t.Parallel()
	realservers.EachRegistry(t, func(t *testing.T, url string) {
		t.Parallel()
		r := newRegistered(t, url)
		r.put(r.subject(), "syntax = \"proto3\"; package shop.v1; message Order { string order_id = 1; string site_id = 2; int64 revision = 3; }", sr.Schema{})
		r.wantsFound([]string{orderFile + ":7 CONTRACT_UNKNOWN shop.v1.Order, registry"})
		r.wantsFound([]string{orderFile + ":7 CONTRACT_UNKNOWN shop.v1.Order, registry"}, "--against", "registry")
		r.commit()
		r.wantsFound(nil, "--against", "git:HEAD")
		r.write("evgen.yaml", fmt.Sprintf("version: 1\nregistry: { url: %q }\ngo: { out: gen }\n", url))
		if code, _, stderr := runEvgen(t, r.dir, "generate"); code != exitOK {
			t.Fatal(stderr)
		}
		r.move("evgen.lock", "released.lock")
		r.edit(orderFile, "string site_id", "double site_id")
		r.wantsFound([]string{orderFile + ":10 FIELD_TYPE_CHANGED shop.v1.Order.site_id, version 1 of subject TOPIC-value"}, "--against", "lock:released.lock")
	})
}

func TestAContractThatCannotBeReadIsNoPass(t *testing.T) {
	t.Parallel()
	r := newRegistered(t, realservers.EmbeddedRegistry(t))
	r.put(r.subject(), "syntax = \"proto3\"; package shop.v1; message Order { string order_id = 1; string site_id = 2; int64 revision = 3; }",
		sr.Schema{SchemaMetadata: &sr.SchemaMetadata{Properties: map[string]string{"evgen.contract": "evgen.lock 99\n"}}})
	found, code := r.check("--against", "registry")
	if want := []string{orderFile + ":7 VERSION_UNSOUND shop.v1.Order, registry"}; code != exitFindings || !cmp.Equal(want, found) {
		t.Errorf("exit %d: %q; want 1 and %q", code, found, want)
	}
}

// TestAVersionThatDoesNotCompileIsNoPass needs a registry that takes what it does not understand.
func TestAVersionThatDoesNotCompileIsNoPass(t *testing.T) {
	t.Parallel()
	r := newRegistered(t, realservers.Registry(t))
	r.put(r.subject(), "syntax = \"proto3\"; package shop.v1; message Order { Missing order_id = 1; }", sr.Schema{})
	r.wantsFound([]string{orderFile + ":7 VERSION_UNSOUND shop.v1.Order, registry"})
}

func TestAChangeOfWhatEventsShareIsFoundOnce(t *testing.T) {
	t.Parallel()
	realservers.EachRegistry(t, func(t *testing.T, url string) {
		t.Parallel()
		r := newRegistered(t, url)
		r.edit(orderFile, "message Order {", fmt.Sprintf("message Paid {\n  option (evgen.v1.event) = { kind: EVENT topic: %q };\n"+
			"  string order_id = 1 [(evgen.v1.field).key = true];\n  Money total = 2;\n}\nmessage Money { int64 units = 1; string currency = 2; }\nmessage Order {", r.topic+"-paid"))
		r.edit(orderFile, revision, revision+"\n  Money total = 4;")
		// Forward matters to the second event alone.
		r.edit(orderFile, "kind: DOCUMENT", "kind: DOCUMENT compatibility: BACKWARD")
		r.edit(orderFile, "kind: EVENT", "kind: EVENT compatibility: FULL")
		r.register()
		r.wantsFound(nil)
		r.edit(orderFile, "string currency", "bytes currency")
		r.wantsFound([]string{orderFile + ":12 FIELD_TYPE_CHANGED shop.v1.Money.currency, version 1 of subject TOPIC-paid-value"})
	})
}

// TestAnEventMayMoveToAnotherFile has an event that leaves a file, for a new one or for one that the old one imported.
func TestAnEventMayMoveToAnotherFile(t *testing.T) {
	t.Parallel()
	realservers.EachRegistry(t, func(t *testing.T, url string) {
		t.Parallel()
		for _, file := range []string{"paid.proto", "site.proto"} {
			t.Run(file, func(t *testing.T) {
				t.Parallel()
				r := newRegistered(t, url)
				folder := strings.ToLower(r.topic) // subjects of imports are called like their paths
				header := "syntax = \"proto3\";\npackage shop.v1;\nimport \"evgen/v1/options.proto\";\noption go_package = \"example.com/shop/gen/shop/v1;shopv1\";\n"
				paid := fmt.Sprintf("message Paid {\n  option (evgen.v1.event) = { kind: EVENT topic: %q };\n  string order_id = 1 [(evgen.v1.field).key = true];\n}\n", r.topic+"-paid")
				site := fmt.Sprintf("message Site {\n  option (evgen.v1.event) = { kind: EVENT topic: %q };\n  string site_id = 1 [(evgen.v1.field).key = true];\n}\n", r.topic+"-site")
				r.write("proto/"+folder+"/site.proto", header+site)
				r.edit(orderFile, "import ", "import \""+folder+"/site.proto\";\nimport ")
				r.edit(orderFile, revision, revision+"\n  Site site = 4;")
				r.edit(orderFile, "message Order", paid+"message Order")
				r.register()
				r.wantsFound(nil)
				r.edit(orderFile, paid, "")
				if file == "site.proto" {
					header += site
				}
				r.write("proto/"+folder+"/"+file, header+paid)
				r.wantsFound(nil)
				r.edit("proto/"+folder+"/"+file, "order_id = 1", "order_id = 2")
				at := fmt.Sprintf("proto/%s/%s:%d ", folder, file, strings.Count(header+paid, "\n")-1)
				r.wantsFound([]string{
					at + "FIELD_NUMBER_CHANGED shop.v1.Paid.order_id, version 1 of subject TOPIC-paid-value",
					at + "KEY_FIELD_RENUMBERED shop.v1.Paid.order_id, version 1 of subject TOPIC-value",
				})
				if found, _ := r.check("--against", "registry"); slices.ContainsFunc(found, func(f string) bool { return strings.Contains(f, "REGISTRY_DIFFERS shop.v1.Order") }) {
					t.Errorf("found %q; the first event is as it was", found)
				}
			})
		}
	})
}

func TestKeysWithTheIDOfASchemaAreCaught(t *testing.T) {
	t.Parallel()
	realservers.EachRegistry(t, func(t *testing.T, url string) {
		t.Parallel()
		r := newRegistered(t, url)
		r.register()
		r.put(r.topic+"-key", "syntax = \"proto3\"; message Key { string id = 1; }", sr.Schema{})
		r.wantsFound(nil)
		r.put(r.topic+"-key", "syntax = \"proto3\"; message Key { string id = 1; string tenant = 2; }", sr.Schema{})
		r.wantsFound([]string{orderFile + ":8 KEY_SCHEMA_EVOLVED_WITH_ID_PREFIX TOPIC-key, registry"})
	})
}

// TestTheRegistryIsAsked has a change that Confluent's rules forbid and that loses nothing, and one that they allow and that does.
func TestTheRegistryIsAsked(t *testing.T) {
	t.Parallel()
	r := newRegistered(t, realservers.EmbeddedRegistry(t))
	r.edit(orderFile, revision, revision+"\n}\nmessage Unused {")
	r.register()
	r.edit(orderFile, "\n}\nmessage Unused {", "")
	found, code := r.check("--against", "registry")
	if want := []string{orderFile + ":7 REGISTRY_REFUSES shop.v1.Order, registry"}; code != exitFindings || !cmp.Equal(want, found) {
		t.Errorf("exit %d: %q; want 1 and %q", code, found, want)
	}
	r.edit(orderFile, revision, revision+"\n}\nmessage Unused {")
	r.edit(orderFile, "string site_id = 2;", "reserved 2; reserved \"site_id\";")
	found, _ = r.check("--against", "registry")
	if want := orderFile + ":7 warning REGISTRY_DIFFERS shop.v1.Order, registry"; len(found) != 2 || found[1] != want {
		t.Errorf("found %q; want what breaks, and %q", found, want)
	}
}

func TestAProjectWithoutSubjectsIsNotComparedWithTheRegistry(t *testing.T) {
	t.Parallel()
	r := newRegistered(t, "http://127.0.0.1:1")
	r.edit(orderFile, "kind: DOCUMENT", "kind: DOCUMENT subject: UNREGISTERED")
	r.wants(`
2> evgen: check: no event of this project has a subject in the registry: compare with git:<revision>
[exit 2]
`, "check", "--against", "registry")
}
