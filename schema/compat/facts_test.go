package compat_test

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/internal/golden"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/source"
)

func compile(t testing.TB, tree fstest.MapFS) []protoreflect.FileDescriptor {
	t.Helper()
	set, diagnostics, err := source.Compile(t.Context(), []source.Tree{{Dir: "proto", FS: tree}}, nil)
	if err != nil || diagnostics.HasErrors() {
		t.Fatalf("compile: %v\n%s", err, diagnostics)
	}
	files, err := set.Descriptors()
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func snapshotOf(t testing.TB, tree fstest.MapFS) *compat.Snapshot {
	t.Helper()
	s := compat.NewSnapshot()
	for _, fd := range compile(t, tree) {
		s.Add(fd)
	}
	return s
}

// below returns the files of an archive below a directory.
func below(a *txtar.Archive, dir string) fstest.MapFS {
	tree := fstest.MapFS{}
	for _, f := range a.Files {
		if path, ok := strings.CutPrefix(f.Name, dir); ok {
			tree[path] = &fstest.MapFile{Data: f.Data}
		}
	}
	return tree
}

func factsText(facts []compat.Fact) string {
	var b strings.Builder
	for _, f := range facts {
		old, now := f.Place()
		subject := f.New
		if subject == nil {
			subject = f.Old
		}
		if subject == nil {
			subject = f.NewScope
		}
		fmt.Fprintf(&b, "%s %s", f.Kind, subject.FullName())
		if f.Option != "" {
			b.WriteString(" option " + f.Option)
		}
		fmt.Fprintf(&b, ": %q, %q; %s%v, %s%v\n", f.From, f.To, old.File, old.Element, now.File, now.Element)
	}
	return b.String()
}

const factsPath = "testdata/facts.txtar"

func TestFactsSayWhatDiffersAndWhere(t *testing.T) {
	t.Parallel()
	a, err := txtar.ParseFile(factsPath)
	if err != nil {
		t.Fatal(err)
	}
	old, now := snapshotOf(t, below(a, "old/")), snapshotOf(t, below(a, "new/"))
	got := factsText(compat.Compare(old, now, compat.Rename{Was: "a.v1.Renamed", Now: "a.v1.Called"}, compat.Rename{Was: "a.v1.RenamedEnum", Now: "a.v1.CalledEnum"}))
	last := &a.Files[len(a.Files)-1]
	if golden.Update() {
		last.Data = []byte(got)
		if err := os.WriteFile(factsPath, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(last.Data), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", factsPath, diff)
	}
}

func TestEveryKindOfFactIsShown(t *testing.T) {
	t.Parallel()
	code, err := os.ReadFile("fact.go")
	if err != nil {
		t.Fatal(err)
	}
	shown, err := os.ReadFile(factsPath)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`FactKind = "(\w+)"`).FindAllSubmatch(code, -1) {
		if !bytes.Contains(shown, append([]byte("\n"), append(m[1], ' ')...)) {
			t.Errorf("%s shows no %s", factsPath, m[1])
		}
	}
}

// The gate reads sources with a compiler that links in another way than the one of descriptor sets, and both are compared with each other.
func TestDescriptorsOfBothCompilersHaveNoFacts(t *testing.T) {
	t.Parallel()
	a, err := txtar.ParseFile(factsPath)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"old/", "new/"} {
		tree := below(a, dir)
		scanned, linked := compat.NewSnapshot(), compat.NewSnapshot()
		add := func(fd protoreflect.FileDescriptor) error {
			scanned.Add(fd)
			return nil
		}
		if _, err := source.Scan(t.Context(), []source.Tree{{Dir: "proto", FS: tree}}, nil, nil, add); err != nil {
			t.Fatal(err)
		}
		for _, fd := range compile(t, tree) {
			if tree[fd.Path()] != nil {
				linked.Add(fd)
			}
		}
		if len(scanned.Files) == 0 || len(scanned.Files) != len(linked.Files) {
			t.Errorf("%s has %d files or %d", dir, len(scanned.Files), len(linked.Files))
		}
		if facts := compat.Compare(linked, scanned); len(facts) > 0 {
			t.Errorf("%s linked against scanned:\n%s", dir, factsText(facts))
		}
	}
}

func TestASideHasNoFactsAgainstItself(t *testing.T) {
	t.Parallel()
	a, err := txtar.ParseFile(factsPath)
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"old/", "new/"} {
		if facts := compat.Compare(snapshotOf(t, below(a, dir)), snapshotOf(t, below(a, dir))); len(facts) > 0 {
			t.Errorf("%s against itself:\n%s", dir, factsText(facts))
		}
	}
}
