package schema_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/evgenpb"
	"github.com/evgen-dev/evgen/schema/source"
)

// Without these in the binary, annotations would be unknown fields, and every file would look as if it had no events.
func TestAnnotationsAreLinked(t *testing.T) {
	t.Parallel()
	x, err := protoregistry.GlobalTypes.FindExtensionByName("evgen.v1.event")
	if err != nil || x != evgenpb.E_Event {
		t.Fatalf("extension evgen.v1.event is %v, %v", x, err)
	}
}

func TestAModelOfAPluginHoldsTheDescriptorsOfProtogen(t *testing.T) {
	t.Parallel()
	set, _ := compileDir(t, "../examples/proto")
	plugin, err := protogen.Options{}.New(set.Request("paths=source_relative"))
	if err != nil {
		t.Fatal(err)
	}
	model, ds := schema.Resolve(descriptors(plugin), set.Targets)
	if model == nil {
		t.Fatal(ds)
	}
	for i, f := range model.Files {
		want := plugin.FilesByPath[set.Targets[i]]
		if f.Desc != want.Desc {
			t.Errorf("file %s is not protogen's", f.Desc.Path())
		}
		for _, e := range f.Events {
			if e.Desc != messageOf(want, e.Desc.Name()).Desc {
				t.Errorf("event %s is not protogen's", e.Desc.FullName())
			}
		}
	}
	if diff := cmp.Diff(explain(resolved(t, set)), explain(model)); diff != "" {
		t.Errorf("the plugin resolves other settings (-compiled +plugin):\n%s", diff)
	}
}

func TestASetOfABuildToolResolvesLikeSources(t *testing.T) {
	t.Parallel()
	compiled, _ := compileDir(t, "../examples/proto")
	read, ds := source.ReadSet("examples.binpb", marshal(t, compiled.Files))
	if read == nil {
		t.Fatal(ds)
	}
	if diff := cmp.Diff(explain(resolved(t, compiled)), explain(resolved(t, read))); diff != "" {
		t.Errorf("the set resolves otherwise (-sources +set):\n%s", diff)
	}
	if diff := cmp.Diff(compiled.Targets, read.Targets); diff != "" {
		t.Errorf("targets differ (-sources +set):\n%s", diff)
	}
}

func descriptors(plugin *protogen.Plugin) []protoreflect.FileDescriptor {
	var files []protoreflect.FileDescriptor
	for _, f := range plugin.Files {
		files = append(files, f.Desc)
	}
	return files
}

func messageOf(f *protogen.File, name protoreflect.Name) *protogen.Message {
	for _, m := range f.Messages {
		if m.Desc.Name() == name {
			return m
		}
	}
	return nil
}

const layered = `
-- acme.proto --
syntax = "proto3";

package acme.v1;

import "evgen/v1/options.proto";

option (evgen.v1.file) = {
  owner: "@acme"
  topic_prefix: "acme"
  defaults: { partitions: 12, replication: 3, retention: "30d", config: { key: "segment.ms", value: "1" } }
  topics: { name: "orders", partitions: 24, config: { key: "segment.ms", value: "2" }, config: { key: "segment.bytes", value: "3" } }
};

message Placed {
  option (evgen.v1.event) = { topic: "orders" };
  string id = 1 [(evgen.v1.field).key = true];
  string name = 2;
}

message Site {
  option (evgen.v1.event) = { kind: DOCUMENT, owner: "@acme/sites", topic_settings: { partitions: 48, retention: "forever", compaction: COMPACT_AND_DELETE } };
  string id = 1 [(evgen.v1.field).key = true];
  int64 revision = 2 [(evgen.v1.field).revision = MONOTONIC];
}
`

func TestSettingsComeFromTheHighestLayer(t *testing.T) {
	t.Parallel()
	model, ds := archived(t, layered)
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	var b strings.Builder
	for _, topic := range model.Files[0].Topics {
		b.WriteString(topic.Name + "\n")
		writeSettings(&b, topic.Settings)
	}
	const want = `orders
  partitions           24                                       acme.proto:11:29
  replication          3                                        (evgen.v1.file).defaults at acme.proto:10:31
  min_in_sync          2                                        default
  compaction           NONE                                     default of EVENT
  retention            30d                                      (evgen.v1.file).defaults at acme.proto:10:47
  tombstone_retention  7d                                       default
  max_compaction_lag   1d                                       default
  config["segment.bytes"] 3                                        acme.proto:11:88
  config["segment.ms"] 2                                        acme.proto:11:45
acme.site
  partitions           48                                       acme.proto:21:87
  replication          3                                        (evgen.v1.file).defaults at acme.proto:10:31
  min_in_sync          2                                        default
  compaction           COMPACT_AND_DELETE                       acme.proto:21:125
  retention            forever                                  acme.proto:21:103
  tombstone_retention  7d                                       default
  max_compaction_lag   1d                                       default
  config["segment.ms"] 1                                        (evgen.v1.file).defaults at acme.proto:10:65
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("settings differ (-want +got):\n%s", diff)
	}
}

func archived(t *testing.T, archive string) (*schema.Model, schema.Diagnostics) {
	t.Helper()
	set, ds := readArchive(t, txtar.Parse([]byte(archive)))
	if set == nil {
		t.Fatal(ds)
	}
	model, more := resolveSet(t, set)
	return model, append(ds, more...)
}

const silenced = `
-- acme.proto --
syntax = "proto3";

package acme.v1;

import "evgen/v1/options.proto";

// Placed says that a buyer checked out.
// evgen:ignore EV114 orders are rare
message Placed { // evgen:ignore EV113 not yet decided
  option (evgen.v1.event) = {};
  string id = 1;
  string name = 2;
}
`

func TestIgnoresAreNoDocumentation(t *testing.T) {
	t.Parallel()
	model, ds := archived(t, silenced)
	if len(ds) > 0 {
		t.Fatal(ds)
	}
	if got := model.Files[0].Events[0].Doc; got != "Placed says that a buyer checked out." {
		t.Errorf("doc is %q", got)
	}
}

func TestAPluginFindsIgnoresInSourceInfo(t *testing.T) {
	t.Parallel()
	set, _ := readArchive(t, txtar.Parse([]byte(silenced)))
	files, err := set.Descriptors()
	if err != nil {
		t.Fatal(err)
	}
	if _, ds := schema.Resolve(files, set.Targets); len(ds) > 0 {
		t.Errorf("the plugin reports what is silenced:\n%s", ds)
	}
}

const imported = `
-- acme.proto --
syntax = "proto3";

package acme.v1;

import "other.proto";

message A {
  other.v1.Placed placed = 1;
}
-- deps/other.proto --
syntax = "proto3";

package other.v1;

import "evgen/v1/options.proto";

message Placed {
  option (evgen.v1.event) = {};
  string id = 1;
  string name = 2;
}
`

func TestOnlyTargetsAreInTheModelAndWarned(t *testing.T) {
	t.Parallel()
	model, ds := archived(t, imported)
	if len(ds) > 0 {
		t.Errorf("imports are warned of:\n%s", ds)
	}
	if len(model.Files) != 1 || model.Files[0].Desc.Path() != "acme.proto" {
		t.Errorf("files of the model are %v", model.Files)
	}
}

func TestErrorsOfImportsAreReported(t *testing.T) {
	t.Parallel()
	model, ds := archived(t, strings.Replace(imported, "= {};", "= { kind: DOCUMENT };", 1))
	if model != nil || !ds.HasErrors() {
		t.Errorf("a model is built on a wrong event; diagnostics:\n%s", ds)
	}
}

func resolved(t *testing.T, set *source.Set) *schema.Model {
	t.Helper()
	model, ds := resolveSet(t, set)
	if model == nil {
		t.Fatal(ds)
	}
	return model
}

func resolveSet(t *testing.T, set *source.Set) (*schema.Model, schema.Diagnostics) {
	t.Helper()
	files, err := set.Descriptors()
	if err != nil {
		t.Fatal(err)
	}
	return set.Resolve(files)
}
