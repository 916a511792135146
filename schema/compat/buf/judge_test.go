package buf_test

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/buf"
	"github.com/evgen-dev/evgen/schema/source"
)

// compiled is one side of a case: what is compared, and where it stands.
type compiled struct {
	snapshot *compat.Snapshot
	files    map[string]protoreflect.FileDescriptor
	where    map[string]string // paths in the workspace, by those of imports, where they differ
}

func compile(t *testing.T, files map[string]string) compiled {
	t.Helper()
	return compileTrees(t, []source.Tree{treeOf("proto", files)}, nil)
}

func treeOf(dir string, files map[string]string) source.Tree {
	tree := fstest.MapFS{}
	for path, text := range files {
		tree[path] = &fstest.MapFile{Data: []byte(text)}
	}
	return source.Tree{Dir: dir, FS: tree}
}

func compileTrees(t *testing.T, roots, deps []source.Tree) compiled {
	t.Helper()
	set, diagnostics, err := source.Compile(context.Background(), roots, deps)
	if err != nil || diagnostics.HasErrors() {
		t.Fatalf("compile: %v\n%s", err, diagnostics)
	}
	fds, err := set.Descriptors()
	if err != nil {
		t.Fatal(err)
	}
	c := compiled{snapshot: compat.NewSnapshot(), files: map[string]protoreflect.FileDescriptor{}}
	for _, fd := range fds {
		c.snapshot.Add(fd)
		c.files[fd.Path()] = fd
	}
	return c
}

// line is where a finding stands in the words of buf, which shows a file as a whole as its first character.
func (c compiled) line(f compat.Finding) line {
	at := f.New
	if fd := c.files[at.File]; fd != nil {
		source.LocateIn(fd, &at)
	}
	return line{
		at.File, max(at.Start.Line, 1), max(at.Start.Column, 1), max(at.End.Line, 1), max(at.End.Column, 1), f.Rule,
	}
}

// judge returns what a profile finds, as buf would print it: findings of one place that read the same are one there, which are those about fields of one
// name in messages of one short name.
func judge(profile buf.Profile, old, now compiled) []line {
	var lines []line
	printed := map[string]bool{}
	for _, f := range profile.Judge(old.snapshot, now.snapshot, compat.Compare(old.snapshot, now.snapshot)) {
		l := now.line(f)
		if key := strings.Join([]string{l.String(), shortSubject(f), f.From, f.To}, "\x00"); !printed[key] {
			printed[key] = true
			lines = append(lines, l)
		}
	}
	slices.SortFunc(lines, compareLines)
	return lines
}

// shortSubject is what buf calls the subject, as far as that may be the same for two: e.g., Order.id for field acme.shop.v1.Order.id.
func shortSubject(f compat.Finding) string {
	parts := strings.Split(f.Subject, ".")
	if !strings.HasPrefix(f.Rule, "FIELD_") {
		return f.Subject
	}
	return strings.Join(parts[len(parts)-2:], ".")
}

// TestProfilesSayWhatBufSays is about the rules: places, ids and categories.
func TestProfilesSayWhatBufSays(t *testing.T) {
	t.Parallel()
	all := buf.Profile{Category: buf.File | buf.Package | buf.Wire | buf.WireJSON}
	categories := map[string][]string{}
	for _, r := range buf.Rules() {
		categories[r.ID] = bufOrder(r.Categories)
	}
	for _, c := range loadCorpus(t) {
		t.Run(c.name(), func(t *testing.T) {
			t.Parallel()
			got := formatWant(judge(all, compile(t, c.old), compile(t, c.new)), categories)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// bufOrder returns the names of categories in the order in which buf lists them.
func bufOrder(c buf.Category) []string {
	var names []string
	for _, one := range []buf.Category{buf.CSR, buf.File, buf.Package, buf.WireJSON, buf.Wire} {
		if c&one != 0 {
			names = append(names, one.String())
		}
	}
	return names
}

// A sharedCase is one of the changes that all profiles are measured by.
type sharedCase struct {
	ID       string                     `json:"id"`
	Before   map[string]string          `json:"before"`
	After    map[string]string          `json:"after"`
	Verdicts map[string]json.RawMessage `json:"verdicts"` // of categories: backward and forward, "X" or "."
}

func TestVerdictsOnTheSharedCasesAreThoseOfBuf(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../../testdata/compat/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Cases []sharedCase `json:"cases"`
	}
	if err := json.Unmarshal(raw, &file); err != nil || len(file.Cases) == 0 {
		t.Fatalf("read cases: %v", err)
	}
	for _, c := range file.Cases {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			before, after := compile(t, c.Before), compile(t, c.After)
			for key, category := range map[string]buf.Category{"FILE": buf.File, "PACKAGE": buf.Package, "WJ": buf.WireJSON, "WIRE": buf.Wire, "CSR": buf.CSR} {
				var want [2]string
				if err := json.Unmarshal(c.Verdicts[key], &want); err != nil {
					t.Fatalf("verdict %s: %v", key, err)
				}
				profile := buf.Profile{Category: category}
				backward, forward := judge(profile, before, after), judge(profile, after, before)
				if got := [2]string{verdict(backward), verdict(forward)}; got != want {
					t.Errorf("%s: verdicts are %v, want %v\nbackward: %v\nforward: %v", category, got, want, backward, forward)
				}
			}
		})
	}
}

func verdict(lines []line) string {
	if len(lines) > 0 {
		return "X"
	}
	return "."
}
