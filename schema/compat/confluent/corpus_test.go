package confluent_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/evgen-dev/evgen/internal/golden"
	"github.com/evgen-dev/evgen/schema/compat/confluent"
)

const corpus = "../../../testdata/compat/confluent"

// compared is the file of a case that is a schema; the others are what it imports.
const compared = "order.proto"

// versions are those of the registry, by the file of an archive that says what they see. A version without one sees what the latest does.
var versions = []struct {
	file    string
	version confluent.Version
}{{"want", confluent.Latest}, {"want-8.3", confluent.Version83}}

// A corpusCase is a change in a directory that is named after a type of difference: that type is seen, or in a case called close it is not, although it is near.
type corpusCase struct {
	path     string
	archive  *txtar.Archive
	old, new map[string]string
	wants    map[string]string // by file
}

func (c corpusCase) typ() confluent.Type {
	return confluent.Type(filepath.Base(filepath.Dir(c.path)))
}

// name is, e.g., ONEOF_REMOVED/close.
func (c corpusCase) name() string {
	return string(c.typ()) + "/" + strings.TrimSuffix(filepath.Base(c.path), ".txtar")
}

func (c corpusCase) isClose() bool { return strings.HasPrefix(filepath.Base(c.path), "close") }

func (c corpusCase) want(file string) string {
	if want, ok := c.wants[file]; ok {
		return want
	}
	return c.wants["want"]
}

func loadCorpus(t *testing.T) []corpusCase {
	t.Helper()
	paths, err := filepath.Glob(corpus + "/*/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases in %s (%v)", corpus, err)
	}
	cases := make([]corpusCase, len(paths))
	for i, path := range paths {
		cases[i] = loadCase(t, path)
	}
	return cases
}

func loadCase(t *testing.T, path string) corpusCase {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c := corpusCase{path: path, archive: archive, old: map[string]string{}, new: map[string]string{}, wants: map[string]string{}}
	for _, f := range archive.Files {
		switch side, name, _ := strings.Cut(f.Name, "/"); side {
		case "old":
			c.old[name] = string(f.Data)
		case "new":
			c.new[name] = string(f.Data)
		case "want", "want-8.3":
			c.wants[f.Name] = string(f.Data)
		default:
			t.Fatalf("%s: %s is neither old/, new/, want nor want-8.3", path, f.Name)
		}
	}
	return c
}

// formatDifferences writes a line for each: whether it breaks, its type and its path.
func formatDifferences(ds []confluent.Difference) string {
	var b strings.Builder
	for _, d := range ds {
		mark := "."
		if !d.Compatible {
			mark = "X"
		}
		fmt.Fprintf(&b, "%s %s %s\n", mark, d.Type, d.Path)
	}
	return b.String()
}

func TestEachCaseIsSeenByEachVersion(t *testing.T) {
	t.Parallel()
	for _, c := range loadCorpus(t) {
		t.Run(c.name(), func(t *testing.T) {
			t.Parallel()
			old, now := compile(t, c.old, compared), compile(t, c.new, compared)
			got := map[string]string{}
			for _, v := range versions {
				got[v.file] = formatDifferences(v.version.Compare(old, now))
			}
			if golden.Update() {
				c.record(t, got)
				return
			}
			for _, v := range versions {
				if diff := cmp.Diff(c.want(v.file), got[v.file]); diff != "" {
					t.Errorf("%s (-want +got):\n%s", v.file, diff)
				}
			}
		})
	}
}

// record writes what was seen into the archive.
func (c corpusCase) record(t *testing.T, got map[string]string) {
	t.Helper()
	a := *c.archive
	a.Files = slices.DeleteFunc(slices.Clone(a.Files), func(f txtar.File) bool { return strings.HasPrefix(f.Name, "want") })
	for i, v := range versions {
		if i == 0 || got[v.file] != got["want"] {
			a.Files = append(a.Files, txtar.File{Name: v.file, Data: []byte(got[v.file])})
		}
	}
	if err := os.WriteFile(c.path, txtar.Format(&a), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestEachTypeHasACaseWithItAndOneCloseToIt(t *testing.T) {
	t.Parallel()
	found := map[confluent.Type][2]int{}
	for _, c := range loadCorpus(t) {
		line := " " + string(c.typ()) + " "
		seen := strings.Contains(c.want("want"), line) || strings.Contains(c.want("want-8.3"), line)
		if seen == c.isClose() {
			t.Errorf("%s: seen is %t", c.name(), seen)
		}
		counts := found[c.typ()]
		if seen {
			counts[0]++
		} else {
			counts[1]++
		}
		found[c.typ()] = counts
	}
	for _, typ := range confluent.Types() {
		if found[typ][0] == 0 || found[typ][1] == 0 {
			t.Errorf("%s: %d cases with it and %d close to it, want one of each at least", typ, found[typ][0], found[typ][1])
		}
	}
	if len(found) != len(confluent.Types()) {
		t.Errorf("cases are about %d types of %d", len(found), len(confluent.Types()))
	}
}
