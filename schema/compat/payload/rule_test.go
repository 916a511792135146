package payload_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"google.golang.org/protobuf/proto"

	"github.com/evgen-dev/evgen/internal/golden"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/payload"
	"github.com/evgen-dev/evgen/schema/evgenpb"
	"github.com/evgen-dev/evgen/schema/source"
)

// Each rule has two archives: breaks.txtar, which it speaks of, and close.txtar, a change near to it of which it does not.
func TestEachRuleSpeaksAsItsArchivesSay(t *testing.T) {
	t.Parallel()
	for _, r := range payload.Rules() {
		for _, kind := range []string{"breaks", "close"} {
			t.Run(r.ID+"/"+kind, func(t *testing.T) {
				t.Parallel()
				file := filepath.Join(cases, r.ID, kind+".txtar")
				a, err := txtar.ParseFile(file)
				if err != nil {
					t.Fatalf("rule %s needs an archive that shows it: %v", r.ID, err)
				}
				got := judged(t, a)
				if speaks := strings.Contains(got, " "+r.ID+": "); speaks != (kind == "breaks") {
					t.Errorf("the rule speaks of %s: %t", file, speaks)
				}
				compareWant(t, file, a, got)
			})
		}
	}
}

func compareWant(t *testing.T, file string, a *txtar.Archive, got string) {
	t.Helper()
	want := slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == "want" })
	if want < 0 {
		a.Files = append(a.Files, txtar.File{Name: "want"})
		want = len(a.Files) - 1
	}
	if diff := cmp.Diff(string(a.Files[want].Data), got); diff != "" && !golden.Update() {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
	if golden.Update() && !bytes.Equal(a.Files[want].Data, []byte(got)) {
		a.Files[want].Data = []byte(got)
		if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// judged returns the findings of an archive under level FULL, with events as roots, or all messages where there is no event.
func judged(t *testing.T, a *txtar.Archive) string {
	t.Helper()
	was, now := below(a, "old/"), below(a, "new/")
	c := compat.NewComparison(scan(t, was), scan(t, now), renames(a)...)
	roots := events(t, now)
	if len(roots) == 0 {
		roots = payload.AllRoots(c.Old, compat.LevelFull)
	}
	var b strings.Builder
	for _, f := range payload.Judge(c, c.Facts(), roots) {
		locate(t, was, &f.Old)
		locate(t, now, &f.New)
		fmt.Fprintf(&b, "%s %s: %s\n", f.Severity, f.Rule, f.Message)
		if f.Help != "" {
			fmt.Fprintf(&b, "  help: %s\n", f.Help)
		}
		fmt.Fprintf(&b, "  subject: %s", f.Subject)
		if f.Event != "" {
			fmt.Fprintf(&b, " of %q", f.Event)
		}
		fmt.Fprintf(&b, "\n  new: %s: %s\n  old: %s: %s\n", position(f.New), f.To, position(f.Old), f.From)
		fmt.Fprintf(&b, "  breaks: %s\n  old consumer, new producer: %s\n  new consumer, old producer: %s\n  replay: %s\n",
			f.Effect.Breaks, f.Effect.OldConsumer, f.Effect.NewConsumer, f.Effect.Replay)
		for i, step := range f.Effect.Steps {
			fmt.Fprintf(&b, "  %d. %s\n", i+1, step)
		}
	}
	return b.String()
}

func below(a *txtar.Archive, dir string) map[string]string {
	files := map[string]string{}
	for _, f := range a.Files {
		if path, ok := strings.CutPrefix(f.Name, dir); ok {
			files[path] = string(f.Data)
		}
	}
	return files
}

// renames are lines of an old full name and the new one.
func renames(a *txtar.Archive) []compat.Rename {
	var declared []compat.Rename
	for _, f := range a.Files {
		if f.Name != "renames" {
			continue
		}
		for line := range strings.Lines(string(f.Data)) {
			was, now, _ := strings.Cut(strings.TrimSpace(line), " ")
			declared = append(declared, compat.Rename{Was: was, Now: now})
		}
	}
	return declared
}

// events are those that the annotations of files declare.
func events(t *testing.T, files map[string]string) []payload.Root {
	t.Helper()
	var roots []payload.Root
	for _, text := range files {
		if !strings.Contains(text, schema.OptionsPath) {
			continue
		}
		for _, fd := range compile(t, files) {
			for i := range fd.Messages().Len() {
				if md := fd.Messages().Get(i); proto.HasExtension(md.Options(), evgenpb.E_Event) {
					roots = append(roots, payload.Root{Message: string(md.FullName()), Level: compat.LevelFull, Event: true})
				}
			}
		}
	}
	return roots
}

func locate(t *testing.T, files map[string]string, p *compat.Place) {
	t.Helper()
	if err := source.Locate(t.Context(), trees(files), nil, []*compat.Place{p}); err != nil {
		t.Fatal(err)
	}
}

func position(p compat.Place) string {
	switch {
	case p.File == "":
		return "nowhere"
	case len(p.Element) == 0:
		return p.File
	}
	return p.Start.String()
}
