package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/sr"

	"github.com/evgen-dev/evgen/internal/realservers"
)

// registered is a shop with a registry, and a topic that no other test has.
type registered struct {
	workplace
	url, topic string
}

func newRegistered(t *testing.T, url string) registered {
	t.Helper()
	r := registered{newWorkplace(t, shop), url, realservers.TopicName(t, "order")}
	r.write("evgen.yaml", fmt.Sprintf("version: 1\nregistry: { url: %q }\n", url))
	r.edit(orderFile, "kind: DOCUMENT", fmt.Sprintf("kind: DOCUMENT topic: %q", r.topic))
	return r
}

func (r registered) subject() string { return r.topic + "-value" }

// client is somebody else who uses the registry.
func (r registered) client() *sr.Client {
	r.t.Helper()
	cl, err := sr.NewClient(sr.URLs(r.url))
	if err != nil {
		r.t.Fatal(err)
	}
	return cl
}

// register runs evgen register, which must succeed.
func (r registered) register(args ...string) {
	r.t.Helper()
	if code, stdout, stderr := runEvgen(r.t, r.dir, append([]string{"register"}, args...)...); code != exitOK {
		r.t.Fatalf("evgen register: exit %d\n%s%s", code, stdout, stderr)
	}
}

// subjects returns how often each subject was written to.
func (r registered) versions(subject string) []int {
	r.t.Helper()
	versions, err := r.client().SubjectVersions(r.t.Context(), subject)
	if err != nil {
		return nil
	}
	return versions
}

// registerOutput is what register printed, without ids, which differ between runs.
func (r registered) output(args ...string) string {
	out := strings.ReplaceAll(r.workplace.output(append([]string{"register"}, args...)...), r.topic, "TOPIC")
	var b strings.Builder
	for line := range strings.Lines(out) {
		if before, _, ok := strings.Cut(line, ", id "); ok {
			line = before + "\n"
		}
		b.WriteString(line)
	}
	return b.String()
}

func TestRegisterWritesSchemasAndLevels(t *testing.T) {
	t.Parallel()
	realservers.EachRegistry(t, func(t *testing.T, url string) {
		t.Parallel()
		r := newRegistered(t, url)
		common := strings.ToLower(r.topic) + "/money.proto"
		r.write("proto/"+common, "syntax = \"proto3\";\npackage shop.money;\noption go_package = \"example.com/shop/gen/money;money\";\n// Money is an amount.\nmessage Money { int64 units = 1; }\n")
		r.edit(orderFile, `import "evgen/v1/options.proto";`, `import "evgen/v1/options.proto";`+"\nimport \""+common+`";`)
		r.edit(orderFile, revision, revision+"\n  shop.money.Money total = 4;")

		if versions := r.versions(r.subject()); versions != nil {
			t.Fatalf("the subject has versions %v", versions)
		}
		first := r.output("--dry-run", "-v")
		for _, want := range []string{
			"would be registered: " + strings.ReplaceAll(common, r.topic, "TOPIC") + "\n",
			"would be registered: TOPIC-value\n",
			"would be set: level of TOPIC-value is BACKWARD_TRANSITIVE",
			"[exit 0]\n",
		} {
			if !strings.Contains(first, want) {
				t.Errorf("register --dry-run printed\n%s\nwant %q", first, want)
			}
		}
		if got := r.output("--dry-run", "--exit-code"); !strings.HasSuffix(got, "[exit 3]\n") {
			t.Errorf("register --dry-run --exit-code printed\n%s\nwant exit 3", got)
		}
		if r.versions(r.subject()) != nil || r.versions(common) != nil {
			t.Error("a dry run has registered something")
		}

		r.register()
		subject, err := r.client().SchemaByVersion(t.Context(), r.subject(), 1)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, ref := range subject.References {
			names = append(names, ref.Name)
		}
		if diff := cmp.Diff([]string{"evgen/v1/options.proto", common}, names); diff != "" {
			t.Errorf("references differ (-want +got):\n%s", diff)
		}
		level := r.client().Compatibility(t.Context(), r.subject())[0]
		if level.Err != nil || level.Level != sr.CompatBackwardTransitive {
			t.Errorf("level is %v, %v; want BACKWARD_TRANSITIVE", level.Level, level.Err)
		}

		again := "2> 3 subjects, 0 changed, 0 refused\n[exit 0]\n"
		if diff := cmp.Diff(again, r.output()); diff != "" {
			t.Errorf("register has something to do the second time (-want +got):\n%s", diff)
		}
		r.edit(orderFile, "message Order", "// Order is a comment.\nmessage Order")
		again = "2> 3 subjects, 0 would change, 0 would be refused\n[exit 0]\n"
		if diff := cmp.Diff(again, r.output("--dry-run", "--exit-code")); diff != "" {
			t.Errorf("a comment is a change (-want +got):\n%s", diff)
		}
		if versions := r.versions(r.subject()); !cmp.Equal(versions, []int{1}) {
			t.Errorf("the subject has versions %v; want 1", versions)
		}
	})
}

func TestRegisterRefusesWhatBreaksReaders(t *testing.T) {
	t.Parallel()
	realservers.EachRegistry(t, func(t *testing.T, url string) {
		t.Parallel()
		r := newRegistered(t, url)
		r.register()
		r.edit(orderFile, "string site_id = 2;", "double site_id = 2;")
		r.wantsRefused("--dry-run", "would be refused: TOPIC-value\n    ", "2> 2 subjects, 0 would change, 1 would be refused\n[exit 1]\n")
		r.wantsRefused("", "refused: TOPIC-value\n    ", "    evgen check --against registry says what it breaks, and for whom\n2> 2 subjects, 0 changed, 1 refused\n[exit 1]\n")
		if versions := r.versions(r.subject()); !cmp.Equal(versions, []int{1}) {
			t.Errorf("the subject has versions %v; want 1", versions)
		}
	})
}

// TestWhatImportsARefusedFileIsRefused needs a registry that is BACKWARD where no level is set, as the subjects of imports are.
func TestWhatImportsARefusedFileIsRefused(t *testing.T) {
	t.Parallel()
	r := newRegistered(t, realservers.EmbeddedRegistry(t))
	r.write("proto/money.proto", "syntax = \"proto3\";\npackage shop.money;\noption go_package = \"example.com/shop/gen/money;money\";\nmessage Money { int64 units = 1; }\n")
	r.edit(orderFile, "import ", "import \"money.proto\";\nimport ")
	r.edit(orderFile, revision, revision+"\n  shop.money.Money total = 4;")
	r.register()
	r.edit("proto/money.proto", "int64", "double")
	const reason = "\n    FIELD_SCALAR_KIND_CHANGED: type of field shop.money.Money.units is double, was int64, which is written differently (at path '#/Money/1')\n"
	const because = "refused: TOPIC-value\n    it imports money.proto, which is refused\n"
	r.wantsRefused("--dry-run", "would be refused: money.proto"+reason, "would be "+because, "3 subjects, 0 would change, 2 would be refused\n[exit 1]\n")
	r.wantsRefused("", "refused: money.proto"+reason, because, "3 subjects, 0 changed, 2 refused\n[exit 1]\n")
}

// wantsRefused runs register, and looks for parts of what it prints.
func (r registered) wantsRefused(flag string, parts ...string) {
	r.t.Helper()
	got := r.output(strings.Fields(flag)...)
	for _, want := range parts {
		if !strings.Contains(got, want) {
			r.t.Errorf("register %s printed\n%s\nwant %q", flag, got, want)
		}
	}
}

func TestRegisterSetsTheLevelThatAnEventAsksFor(t *testing.T) {
	t.Parallel()
	realservers.EachRegistry(t, func(t *testing.T, url string) {
		t.Parallel()
		r := newRegistered(t, url)
		r.register()
		r.edit(orderFile, "kind: DOCUMENT", "kind: DOCUMENT compatibility: FULL")
		if got, want := r.output(), "set: level of TOPIC-value is FULL, was BACKWARD_TRANSITIVE\n"; !strings.Contains(got, want) {
			t.Errorf("register printed\n%s\nwant %q", got, want)
		}
		if level := r.client().Compatibility(t.Context(), r.subject())[0]; level.Level != sr.CompatFull {
			t.Errorf("level is %v; want FULL", level.Level)
		}
	})
}

func TestEventsOfOneSubjectAreRefused(t *testing.T) {
	t.Parallel()
	r := newRegistered(t, realservers.EmbeddedRegistry(t))
	r.edit(orderFile, `owner: "@shop"`, fmt.Sprintf("owner: \"@shop\" topics: { name: %q compaction: NONE }", r.topic))
	r.edit(orderFile, "kind: DOCUMENT", "kind: EVENT subject: TOPIC")
	r.edit(orderFile, "message Order {", fmt.Sprintf("message Paid {\n  option (evgen.v1.event) = { kind: EVENT subject: TOPIC topic: %q };\n"+
		"  string order_id = 1 [(evgen.v1.field).key = true];\n}\nmessage Order {", r.topic))
	r.edit(orderFile, " [(evgen.v1.field).revision = MONOTONIC]", "")
	for _, command := range [][]string{{"register"}, {"check", "--against", "registry", "--allow-new"}} {
		want := "evgen: register shop.v1.Paid: another event has the subject " + r.subject() + ": set subject: TOPIC_RECORD\n"
		if code, _, stderr := runEvgen(t, r.dir, command...); code != exitUsage || stderr != want {
			t.Errorf("%v: exit %d: %s; want 2, %s", command, code, stderr, want)
		}
	}
}
