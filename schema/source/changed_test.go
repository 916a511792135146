package source_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/source"
)

func side(texts map[string]string) source.Side {
	return source.Side{Roots: []source.Tree{tree("proto", texts)}}
}

func TestOnlyFilesThatAChangeCanReachAreCompared(t *testing.T) {
	t.Parallel()
	base := map[string]string{
		"changed.proto":   "syntax = \"proto3\"; package c; message C { string a = 1; }",
		"sibling.proto":   "syntax = \"proto3\"; package c; message Sibling {}",
		"importer.proto":  proto3("import \"changed.proto\"; import \"other.proto\"; message I { c.C c = 1; O o = 2; }"),
		"other.proto":     proto3("message O {}"),
		"beyond.proto":    proto3("import \"importer.proto\"; message B { I i = 1; }"),
		"untouched.proto": proto3("import \"other.proto\"; message U { O o = 1; }"),
		"broken.proto":    proto3("import \"none.proto\"; message X {}"),
		"gone.proto":      proto3("message G {}"),
	}
	now := maps.Clone(base)
	now["changed.proto"] = strings.Replace(base["changed.proto"], "string", "bytes", 1)
	delete(now, "gone.proto")
	now["sibling.proto"] = base["sibling.proto"]
	d, err := source.Changed(t.Context(), side(base), side(now))
	if err != nil {
		t.Fatal(err)
	}
	with := func(paths ...string) []string { return slices.Sorted(slices.Values(paths)) }
	// gone.proto was of package p, so all of p is compared.
	all := with("beyond.proto", "broken.proto", "changed.proto", "importer.proto", "other.proto", "sibling.proto", "untouched.proto")
	if diff := cmp.Diff(source.Difference{Old: with(append(all, "gone.proto")...), Now: all}, d); diff != "" {
		t.Errorf("difference differs (-want +got):\n%s", diff)
	}
	delete(base, "gone.proto")
	d, err = source.Changed(t.Context(), side(base), side(now))
	if err != nil {
		t.Fatal(err)
	}
	some := with("beyond.proto", "broken.proto", "changed.proto", "importer.proto", "other.proto", "sibling.proto")
	if diff := cmp.Diff(source.Difference{Old: some, Now: some}, d); diff != "" {
		t.Errorf("difference differs (-want +got):\n%s", diff)
	}
}

// What extends a message belongs to it, also for those who import no more than the message.
func TestAnExtensionIsAChangeOfAllWhoHaveTheMessage(t *testing.T) {
	t.Parallel()
	proto2 := func(pkg, text string) string { return "syntax = \"proto2\"; package " + pkg + "; " + text }
	old := map[string]string{
		"message.proto":   proto2("m", "message M { extensions 10 to 20; }"),
		"public.proto":    proto2("b", "import public \"message.proto\";"),
		"user.proto":      proto2("u", "import \"message.proto\"; message U { optional m.M m = 1; }"),
		"extension.proto": proto2("x", "import \"public.proto\"; message X { extend m.M { optional int32 x = 10; } }"),
		"other.proto":     proto2("o", "message O {}"),
	}
	now := maps.Clone(old)
	now["extension.proto"] = strings.Replace(old["extension.proto"], "int32", "string", 1)
	d, err := source.Changed(t.Context(), side(old), side(now))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"extension.proto", "message.proto", "public.proto", "user.proto"}
	if diff := cmp.Diff(source.Difference{Old: want, Now: want}, d); diff != "" {
		t.Errorf("difference differs (-want +got):\n%s", diff)
	}
}

func TestEqualSidesNeedNoComparison(t *testing.T) {
	t.Parallel()
	s := side(map[string]string{"a.proto": proto3("import \"google/protobuf/any.proto\"; message A { google.protobuf.Any a = 1; }")})
	d, err := source.Changed(t.Context(), s, s)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(source.Difference{Old: []string{}, Now: []string{}}, d); diff != "" {
		t.Errorf("difference differs (-want +got):\n%s", diff)
	}
}

// A dependency is compared as far as targets import it, and a change in it is one.
func TestAChangedDependencyIsADifference(t *testing.T) {
	t.Parallel()
	with := func(dep string) source.Side {
		s := side(map[string]string{"a.proto": proto3("import \"dep.proto\"; message A { Dep d = 1; }"), "b.proto": proto3("message B {}")})
		s.Deps = []source.Tree{tree("deps", map[string]string{"dep.proto": "syntax = \"proto3\"; package p; " + dep, "unused.proto": dep})}
		return s
	}
	d, err := source.Changed(t.Context(), with("message Dep { string a = 1; }"), with("message Dep { bytes a = 1; }"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a.proto", "b.proto", "dep.proto"} // b.proto is of the package that changed
	if diff := cmp.Diff(source.Difference{Old: want, Now: want}, d); diff != "" {
		t.Errorf("difference differs (-want +got):\n%s", diff)
	}
}

// The claim of Changed, tried on random files and random changes.
func TestLeavingOutWhatCannotDifferChangesNoFact(t *testing.T) {
	t.Parallel()
	compared, leftOut, facts := 0, 0, 0
	for seed := range uint64(1500) {
		r := rand.New(rand.NewPCG(seed, 0))
		files := randomFiles(r)
		old := side(texts(files))
		for range 1 + r.IntN(3) {
			mutate(r, files)
		}
		now := side(texts(files))
		all, ok := factsOf(t, old, now, source.Difference{})
		if !ok {
			continue // a change that does not compile
		}
		d, err := source.Changed(t.Context(), old, now)
		if err != nil {
			t.Fatal(err)
		}
		some, ok := factsOf(t, old, now, d)
		if !ok {
			t.Fatalf("seed %d: the files of the difference do not compile, but all do", seed)
		}
		if diff := cmp.Diff(all, some); diff != "" {
			t.Fatalf("seed %d: facts differ (-all +difference):\n%s\nold: %s\nnow: %s", seed, diff, old.Roots[0].FS, now.Roots[0].FS)
		}
		compared, leftOut, facts = compared+1, leftOut+len(files)-len(d.Now), facts+len(all)
	}
	t.Logf("%d pairs compared, %d files left out, %d facts", compared, leftOut, facts)
	if compared < 400 || leftOut < 1000 || facts < 1000 {
		t.Errorf("the random files prove little: %d pairs compared, %d files left out, %d facts", compared, leftOut, facts)
	}
}

// factsOf compares the files of a difference, sorted; its zero value means all.
func factsOf(t *testing.T, old, now source.Side, d source.Difference) (facts []string, compiles bool) {
	t.Helper()
	before, ok := snapshot(t, old, d.Old)
	after, ok2 := snapshot(t, now, d.Now)
	if !ok || !ok2 {
		return nil, false
	}
	for _, f := range compat.Compare(before, after) {
		was, is := f.Place()
		facts = append(facts, fmt.Sprint(f.Kind, " ", f.Option, " ", f.From, " ", f.To, " ", name(f.Old), " ", name(f.New), " ", was, is))
	}
	slices.Sort(facts)
	return facts, true
}

func name(n compat.Node) string {
	if n == nil {
		return "-"
	}
	return n.FullName()
}

func snapshot(t *testing.T, s source.Side, paths []string) (*compat.Snapshot, bool) {
	t.Helper()
	snap := compat.NewSnapshot()
	ds, err := source.Scan(t.Context(), s.Roots, s.Deps, paths, func(fd protoreflect.FileDescriptor) error {
		snap.Add(fd)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return snap, ds == nil
}
