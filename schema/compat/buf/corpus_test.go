package buf_test

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
)

const corpus = "../../../testdata/compat/buf"

// A corpusCase is a change, and what the real buf says of it.
type corpusCase struct {
	path     string // of the archive
	rule     string // that it is about
	archive  *txtar.Archive
	old, new map[string]string
	config   string // buf.yaml, of cases about it
	want     string
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
	c := corpusCase{path: path, rule: filepath.Base(filepath.Dir(path)), archive: archive, old: map[string]string{}, new: map[string]string{}}
	for _, f := range archive.Files {
		side, name, _ := strings.Cut(f.Name, "/")
		switch side {
		case "old":
			c.old[name] = string(f.Data)
		case "new":
			c.new[name] = string(f.Data)
		case "buf.yaml":
			c.config = string(f.Data)
		case "want":
			c.want = string(f.Data)
		default:
			t.Fatalf("%s: %s is neither old/, new/ nor want", path, f.Name)
		}
	}
	return c
}

// name is, e.g., FIELD_SAME_TYPE/breaks_map.
func (c corpusCase) name() string {
	return c.rule + "/" + strings.TrimSuffix(filepath.Base(c.path), ".txtar")
}

// record writes want into the archive.
func (c corpusCase) record(t *testing.T, want string) {
	t.Helper()
	a := *c.archive
	a.Files = slices.DeleteFunc(slices.Clone(a.Files), func(f txtar.File) bool { return f.Name == "want" })
	a.Files = append(a.Files, txtar.File{Name: "want", Data: []byte(want)})
	if err := os.WriteFile(c.path, txtar.Format(&a), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestCorpusSaysWhatBufSays keeps the recorded wants honest; with -update it records them.
func TestCorpusSaysWhatBufSays(t *testing.T) {
	t.Parallel()
	buf := startBuf(t)
	categories := categoriesByRule(t, buf)
	for _, c := range loadCorpus(t) {
		t.Run(c.name(), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			writeTree(t, filepath.Join(dir, "old"), c.old)
			writeTree(t, filepath.Join(dir, "new"), c.new)
			got := formatWant(buf.breaking(t, filepath.Join(dir, "new"), filepath.Join(dir, "old"), everything), categories())
			if golden.Update() {
				c.record(t, got)
				return
			}
			if diff := cmp.Diff(got, c.want); diff != "" {
				t.Errorf("buf says otherwise (-buf +recorded):\n%s", diff)
			}
		})
	}
}

// formatWant writes each line with the categories of its rule.
func formatWant(lines []line, categories map[string][]string) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%s %s\n", l, strings.Join(ofFour(categories[l.Rule]), " "))
	}
	return b.String()
}

// ofFour leaves out categories that are no profile.
func ofFour(categories []string) []string {
	return slices.DeleteFunc(slices.Clone(categories), func(c string) bool {
		return !slices.Contains([]string{"FILE", "PACKAGE", "WIRE", "WIRE_JSON"}, c)
	})
}
