package schema_test

import (
	"context"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/protoutil"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/internal/golden"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/source"
)

// errorCases are txtar archives, <ID>_<slug>.txtar: proto files, and want, the exact text of all diagnostics. Files below
// second/ form a second root, those below deps/ are import-only. A file set.txtpb is read as a descriptor set instead, and so
// are files below elsewhere/, compiled as buf and protoc do, with their own evgen/v1/options.proto.
const errorCases = "../testdata/errors"

func TestEachRuleSpeaksAsItsArchivesSay(t *testing.T) {
	t.Parallel()
	for _, file := range archives(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := diagnose(t, a)
			wantRule(t, file, got)
			compareWant(t, file, a, got.String())
		})
	}
}

func TestEachRuleHasAnArchive(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, file := range archives(t) {
		id, _, _ := strings.Cut(filepath.Base(file), "_")
		seen[id] = true
		if _, ok := schema.RuleByID(id); !ok {
			t.Errorf("%s: no rule has the ID %s", file, id)
		}
	}
	for _, r := range schema.Rules() {
		if !seen[r.ID] {
			t.Errorf("rule %s %s: no archive %s/%s_*.txtar shows it", r.ID, r.Name, errorCases, r.ID)
		}
	}
}

func TestRulesAreUnique(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, r := range schema.Rules() {
		for _, key := range []string{r.ID, r.Name} {
			if seen[key] != "" {
				t.Errorf("rules %s and %s share %q", seen[key], r.ID, key)
			}
			seen[key] = r.ID
		}
		if want := r.ID >= "EV110"; want != (r.Severity == schema.Warning) {
			t.Errorf("rule %s is of severity %s: warnings start at EV110", r.ID, r.Severity)
		}
	}
}

func archives(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(errorCases + "/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func diagnose(t *testing.T, a *txtar.Archive) schema.Diagnostics {
	t.Helper()
	set, ds := readArchive(t, a)
	if set == nil {
		return ds
	}
	return append(ds, resolve(t, set)...)
}

func resolve(t *testing.T, set *source.Set) schema.Diagnostics {
	t.Helper()
	model, ds := resolveSet(t, set)
	if (model == nil) != ds.HasErrors() {
		t.Errorf("model is nil: %t, but the diagnostics are\n%s", model == nil, ds)
	}
	return ds
}

func readArchive(t *testing.T, a *txtar.Archive) (*source.Set, schema.Diagnostics) {
	t.Helper()
	trees := split(a)
	if text, ok := trees[""]["set.txtpb"]; ok {
		return source.ReadSet("set.binpb", serialized(t, text.Data))
	}
	if files := trees["elsewhere/"]; len(files) > 0 {
		return source.ReadSet("set.binpb", compiledElsewhere(t, files))
	}
	set, ds, err := source.Compile(context.Background(),
		[]source.Tree{{Dir: "proto", FS: trees[""]}, {Dir: "second", FS: trees["second/"]}},
		[]source.Tree{{Dir: "third_party", FS: trees["deps/"]}})
	if err != nil {
		t.Fatal(err)
	}
	return set, ds
}

// split sorts the files of an archive by the directories that have a meaning.
func split(a *txtar.Archive) map[string]fstest.MapFS {
	trees := map[string]fstest.MapFS{"": {}, "second/": {}, "deps/": {}, "elsewhere/": {}}
	for _, f := range a.Files {
		tree, path, _ := strings.Cut(f.Name, "/")
		if _, ok := trees[tree+"/"]; !ok {
			tree, path = "", f.Name
		} else {
			tree += "/"
		}
		if path != "want" {
			trees[tree][path] = &fstest.MapFile{Data: f.Data}
		}
	}
	return trees
}

func compiledElsewhere(t *testing.T, files fstest.MapFS) []byte {
	t.Helper()
	compiler := protocompile.Compiler{
		Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{
			Accessor: func(path string) (io.ReadCloser, error) { return files.Open(path) },
		}),
		SourceInfoMode: protocompile.SourceInfoStandard,
	}
	set := &descriptorpb.FileDescriptorSet{}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		compiled, err := compiler.Compile(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		set.File = append(set.File, protoutil.ProtoFromFileDescriptor(compiled[0]))
	}
	return marshal(t, set)
}

func serialized(t *testing.T, text []byte) []byte {
	t.Helper()
	set := &descriptorpb.FileDescriptorSet{}
	if err := prototext.Unmarshal(text, set); err != nil {
		t.Fatal(err)
	}
	return marshal(t, set)
}

func marshal(t *testing.T, m proto.Message) []byte {
	t.Helper()
	b, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// wantRule fails unless the rule that names the archive is reported, each diagnostic with the severity of its rule.
func wantRule(t *testing.T, file string, ds schema.Diagnostics) {
	t.Helper()
	id, _, _ := strings.Cut(filepath.Base(file), "_")
	found := false
	for _, d := range ds {
		found = found || d.ID == id
		if r, ok := schema.RuleByID(d.ID); !ok || r.Severity != d.Severity {
			t.Errorf("%s: rule %s is unknown or of another severity", d, d.ID)
		}
	}
	if !found {
		t.Errorf("%s is not reported; got:\n%s", id, ds)
	}
}

func compareWant(t *testing.T, file string, a *txtar.Archive, got string) {
	t.Helper()
	for i, f := range a.Files {
		if f.Name != "want" {
			continue
		}
		if golden.Update() {
			a.Files[i].Data = []byte(got)
			write(t, file, txtar.Format(a))
			return
		}
		if diff := cmp.Diff(string(f.Data), got); diff != "" {
			t.Errorf("diagnostics differ (-want +got):\n%s", diff)
		}
		return
	}
	t.Errorf("%s has no file want", file)
}

func write(t *testing.T, file string, b []byte) {
	t.Helper()
	if err := os.WriteFile(file, b, 0o644); err != nil {
		t.Fatal(err)
	}
}
