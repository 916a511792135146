package contract_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/internal/golden"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/contract"
	"github.com/evgen-dev/evgen/schema/source"
)

// cases has a directory for each rule with two archives: breaks.txtar, which the rule speaks of, and close.txtar, a change near to it of which it does not.
// An archive has proto files below old/ and new/, and these files, all but the last optional:
//
//	topics    JSON: what a cluster has; new/ is compared with it instead of with old/
//	subjects  JSON: what a schema registry has of keys; new/ is compared with it
//	renames   declared ones, one line each: the old full name and the new one
//	want      the findings
const cases = "../../testdata/compat"

// side is one compiled tree.
type side struct {
	set   *contract.Set
	files []protoreflect.FileDescriptor
}

// compiled resolves the files of an archive below a prefix. Those of buf.validate are always there to be imported.
func compiled(t *testing.T, a *txtar.Archive, prefix string) side {
	t.Helper()
	tree := fstest.MapFS{}
	for _, f := range a.Files {
		if path, ok := strings.CutPrefix(f.Name, prefix); ok {
			tree[path] = &fstest.MapFile{Data: f.Data}
		}
	}
	return compiledTree(t, tree)
}

func compiledTree(t *testing.T, tree fs.FS) side {
	t.Helper()
	set, ds, err := source.Compile(t.Context(), []source.Tree{{Dir: "proto", FS: tree}}, []source.Tree{source.Dir("testdata/deps")})
	if err != nil || set == nil {
		t.Fatalf("compile: %v\n%s", err, ds)
	}
	files, err := set.Descriptors()
	if err != nil {
		t.Fatal(err)
	}
	model, ds := set.Resolve(files)
	if model == nil {
		t.Fatalf("resolve:\n%s", ds)
	}
	return side{contract.Of(model), files}
}

// section returns a file of an archive, or nothing.
func section(a *txtar.Archive, name string) []byte {
	for _, f := range a.Files {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}

// read parses an archive.
func read(t *testing.T, file string) *txtar.Archive {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func unmarshal[T any](t *testing.T, raw []byte) T {
	t.Helper()
	var v T
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func renames(a *txtar.Archive) map[string]string {
	declared := map[string]string{}
	for line := range strings.Lines(string(section(a, "renames"))) {
		was, now, _ := strings.Cut(strings.TrimSpace(line), " ")
		declared[was] = now
	}
	return declared
}

// findings are those of an archive, with where they are.
func findings(t *testing.T, a *txtar.Archive) string {
	t.Helper()
	now := compiled(t, a, "new/")
	o := contract.Options{Renames: renames(a)}
	if raw := section(a, "topics"); raw != nil {
		return render(contract.CompareTopics(now.set, unmarshal[map[string]contract.TopicState](t, raw), o), side{}, now)
	}
	if raw := section(a, "subjects"); raw != nil {
		return render(contract.CompareKeySubjects(now.set, unmarshal[map[string][]contract.SubjectVersion](t, raw), o), side{}, now)
	}
	was := compiled(t, a, "old/")
	return render(contract.Compare(was.set, now.set, o), was, now)
}

func render(found []compat.Finding, was, now side) string {
	var b strings.Builder
	for _, f := range found {
		fmt.Fprintf(&b, "%s %s: %s\n", f.Severity, f.Rule, f.Message)
		if f.Help != "" {
			fmt.Fprintf(&b, "  help: %s\n", f.Help)
		}
		fmt.Fprintf(&b, "  subject: %s", f.Subject)
		if f.Event != f.Subject {
			fmt.Fprintf(&b, " of %q", f.Event)
		}
		fmt.Fprintf(&b, "\n  new: %s: %s\n  old: %s: %s\n", now.position(f.New), f.To, was.position(f.Old), f.From)
		fmt.Fprintf(&b, "  breaks: %s\n  old consumer, new producer: %s\n  new consumer, old producer: %s\n  replay: %s\n",
			f.Effect.Breaks, f.Effect.OldConsumer, f.Effect.NewConsumer, f.Effect.Replay)
		for i, step := range f.Effect.Steps {
			fmt.Fprintf(&b, "  %d. %s\n", i+1, step)
		}
	}
	return b.String()
}

// position is where an element of a file is, or what is around it.
func (s side) position(p compat.Place) string {
	i := slices.IndexFunc(s.files, func(fd protoreflect.FileDescriptor) bool { return fd.Path() == p.File })
	if i < 0 {
		return "nowhere"
	}
	for n := len(p.Element); n > 0; n-- {
		if at := s.files[i].SourceLocations().ByPath(p.Element[:n]); at.Path != nil {
			exact := ""
			if n < len(p.Element) {
				exact = " (around)"
			}
			return schema.Position{Path: p.File, Line: at.StartLine + 1, Column: at.StartColumn + 1}.String() + exact
		}
	}
	return p.File
}

func TestEachRuleSpeaksAsItsArchivesSay(t *testing.T) {
	t.Parallel()
	for _, r := range contract.Rules() {
		for _, kind := range []string{"breaks", "close"} {
			t.Run(r.ID+"/"+kind, func(t *testing.T) {
				t.Parallel()
				file := filepath.Join(cases, r.ID, kind+".txtar")
				if _, err := os.Stat(file); err != nil {
					t.Fatalf("rule %s has no archive %s that shows it", r.ID, file)
				}
				a := read(t, file)
				got := findings(t, a)
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
	if diff := cmp.Diff(string(section(a, "want")), got); diff != "" && !golden.Update() {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
	if !golden.Update() {
		return
	}
	a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool { return f.Name == "want" })
	a.Files = append(a.Files, txtar.File{Name: "want", Data: []byte(got)})
	if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}
