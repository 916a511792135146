package normal_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

func TestFormsMeanWhatTheFileMeans(t *testing.T) {
	t.Parallel()
	for name, tree := range trees(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, fd := range compile(t, tree, slices.Sorted(maps.Keys(tree))...) {
				wantFaithful(t, tree, fd)
			}
		})
	}
}

func TestAnImagePrintsAsItsSources(t *testing.T) {
	t.Parallel()
	for name, tree := range trees(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, fd := range compile(t, tree, slices.Sorted(maps.Keys(tree))...) {
				if diff := gocmp.Diff(mustPrint(t, fd), mustPrint(t, asImage(t, fd))); diff != "" {
					t.Errorf("%s (-sources +image):\n%s", fd.Path(), diff)
				}
			}
		})
	}
}

// trees are all proto files that the project has, by where they are.
func trees(t *testing.T) map[string]map[string]string {
	t.Helper()
	found := map[string]map[string]string{"awkward": archive(t, "testdata/awkward.txtar")}
	dirs, err := filepath.Glob("../../testdata/cases/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range append(dirs, "../../examples/proto") {
		tree := map[string]string{}
		err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".proto") {
				return err
			}
			text, err := os.ReadFile(path)
			rel, relErr := filepath.Rel(dir, path)
			if relErr != nil {
				return relErr
			}
			tree[filepath.ToSlash(rel)] = string(text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		found[filepath.Base(dir)] = tree
	}
	addCases(t, found)
	return found
}

// addCases adds both sides of the cases that profiles are measured with.
func addCases(t *testing.T, found map[string]map[string]string) {
	t.Helper()
	text, err := os.ReadFile("../../testdata/compat/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Cases []struct {
			ID            string
			Before, After map[string]string
		}
	}
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	for _, c := range list.Cases {
		found[c.ID+"-before"], found[c.ID+"-after"] = c.Before, c.After
	}
}

func archive(t testing.TB, path string) map[string]string {
	t.Helper()
	a, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tree := map[string]string{}
	for _, f := range a.Files {
		tree[f.Name] = string(f.Data)
	}
	return tree
}
