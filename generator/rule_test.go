package generator_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/evgen-dev/evgen/generator"
	"github.com/evgen-dev/evgen/internal/golden"
	"github.com/evgen-dev/evgen/schema"
)

// Archives are called <ID>_<slug>.txtar: proto files, the parameter of the request, and want, the exact text of all diagnostics.
func archives(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestEachRuleSpeaksAsItsArchivesSay(t *testing.T) {
	t.Parallel()
	for _, file := range archives(t) {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			protos, parameter, want := parts(a)
			set := compile(t, protos)
			files, found := generate(t, set, set.Request(parameter))
			if found.HasErrors() && files != nil {
				t.Errorf("there are errors and %d files", len(files))
			}
			if golden.Update() {
				replaceWant(t, file, a, found.String())
				return
			}
			if diff := cmp.Diff(want, found.String()); diff != "" {
				t.Errorf("diagnostics differ (-want +got):\n%s", diff)
			}
		})
	}
}

func parts(a *txtar.Archive) (protos map[string]string, parameter, want string) {
	protos = map[string]string{}
	for _, f := range a.Files {
		switch text := string(f.Data); f.Name {
		case "parameter":
			parameter = strings.TrimSpace(text)
		case "want":
			want = text
		default:
			protos[f.Name] = text
		}
	}
	return protos, parameter, want
}

func replaceWant(t *testing.T, file string, a *txtar.Archive, got string) {
	t.Helper()
	for i, f := range a.Files {
		if f.Name == "want" {
			a.Files[i].Data = []byte(got)
		}
	}
	if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestEachRuleHasAnArchive(t *testing.T) {
	t.Parallel()
	shown := map[string]bool{}
	for _, file := range archives(t) {
		id, _, _ := strings.Cut(filepath.Base(file), "_")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		shown[id] = strings.Contains(string(text), ": "+id+": ")
	}
	for _, r := range generator.Rules {
		if !shown[r.ID] {
			t.Errorf("rule %s %s: no archive testdata/%s_*.txtar shows it", r.ID, r.Name, r.ID)
		}
		if _, taken := schema.RuleByID(r.ID); taken {
			t.Errorf("rule %s: package schema has one of this ID, too", r.ID)
		}
		if r.Name == "" || r.Summary == "" {
			t.Errorf("rule %s has no name or no summary", r.ID)
		}
	}
}
