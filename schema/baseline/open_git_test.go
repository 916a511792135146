package baseline_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/schema/source"
)

func TestAnyRevisionIsRead(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	first := r.commit("first", "a.proto", "1")
	r.git("tag", "--annotate", "--message=release", "v1")
	r.git("branch", "released")
	r.commit("second", "a.proto", "2")
	r.git("update-ref", "refs/remotes/origin/main", first)
	r.git("switch", "--quiet", "--create", "feature")
	r.commit("third", "a.proto", "3")
	for spec, name := range map[string]string{
		"git:v1":                   "git:v1 (" + first[:7] + ")",
		"git:released":             "git:released (" + first[:7] + ")",
		"git:" + first:             "git:" + first,
		"git:" + first[:9]:         "git:" + first[:9],
		"git:HEAD~2":               "git:HEAD~2 (" + first[:7] + ")",
		"git:HEAD^^":               "git:HEAD^^ (" + first[:7] + ")",
		"git:origin/main":          "git:origin/main (" + first[:7] + ")",
		"git:refs/tags/v1":         "git:refs/tags/v1 (" + first[:7] + ")",
		"git:HEAD^{/first}":        "git:HEAD^{/first} (" + first[:7] + ")",
		"git:v1^{}":                "git:v1^{} (" + first[:7] + ")",
		"git:origin/main...HEAD":   "git:origin/main...HEAD (" + first[:7] + ")",
		"git:origin/main...":       "git:origin/main... (" + first[:7] + ")",
		"git:HEAD@{1}...v1":        "git:HEAD@{1}...v1 (" + first[:7] + ")",
		"git:HEAD^{/first}...HEAD": "git:HEAD^{/first}...HEAD (" + first[:7] + ")",
	} {
		d := r.mustOpen(".", spec)
		if d.Name != name {
			t.Errorf("baseline is called %s; want %s", d.Name, name)
		}
		wantFile(t, d.FS, "a.proto", "1")
	}
	wantFile(t, r.mustOpen(".", "git:main...feature").FS, "a.proto", "2")
}

func TestTheProjectIsWhereItIsNow(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.commit("first", "services/orders/evgen.yaml", "version: 1", "services/orders/proto/a.proto", "1",
		"third_party/b.proto", "b", "evgen.yaml", "of another project")
	d := r.mustOpen("services/orders", "git:HEAD")
	wantFile(t, d.FS, "evgen.yaml", "version: 1")
	for dir, file := range map[string]string{"proto": "a.proto", ".": "evgen.yaml", "../../third_party": "b.proto", "./proto/": "a.proto"} {
		tree, err := d.Tree(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fs.Stat(tree.FS, file); err != nil || tree.Dir != dir {
			t.Errorf("tree %s: %s: %v", tree.Dir, file, err)
		}
	}
}

func TestAnotherDirectoryMayBeTheProject(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.commit("first", "services/billing/a.proto", "1")
	r.git("mv", "services/billing", "services/orders")
	r.commit("second")
	wantFile(t, r.mustOpen("services/orders", "git:HEAD~1:services/billing").FS, "a.proto", "1")
}

func TestARevisionIsAWellBehavedFileSystem(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"sha1", "sha256"} {
		r := newRepository(t, "--object-format="+format)
		r.commit("first", "a.proto", "1", "v1/b.proto", "22", "v1.proto", "a directory sorts as v1/ in git", "v1/deep/er/c.proto", "")
		r.write("v1/b.proto", "changed since")
		fsys := r.mustOpen(".", "git:HEAD").FS
		if err := fstest.TestFS(fsys, "a.proto", "v1/b.proto", "v1/deep/er/c.proto", "v1.proto"); err != nil {
			t.Error(err)
		}
	}
}

func TestNamesMayHaveSpacesAndLineEnds(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	names := []string{"a b.proto", "naïve/日本.proto", "line\nend/a\nb.proto", "\"quoted\".proto", "-rf.proto"}
	for _, name := range names {
		r.write(name, name)
	}
	r.commit("first")
	fsys := r.mustOpen(".", "git:HEAD").FS
	var found []string
	err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			found = append(found, path)
		}
		return err
	})
	slices.Sort(names)
	slices.Sort(found)
	if diff := cmp.Diff(names, found); diff != "" || err != nil {
		t.Errorf("files differ: %v (-want +got):\n%s", err, diff)
	}
	for _, name := range names {
		wantFile(t, fsys, name, name)
	}
	d := r.mustOpen("line\nend", "git:HEAD")
	wantFile(t, d.FS, "a\nb.proto", "line\nend/a\nb.proto")
}

func TestContentIsAsItWasCommitted(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.commit("first", "a.proto", "syntax = \"proto3\";\r\nmessage A {}\r\n", "bom.proto", "\uFEFFsyntax = \"proto3\";\n")
	r.git("config", "core.autocrlf", "true")
	fsys := r.mustOpen(".", "git:HEAD").FS
	wantFile(t, fsys, "a.proto", "syntax = \"proto3\";\r\nmessage A {}\r\n")
	wantFile(t, fsys, "bom.proto", "\uFEFFsyntax = \"proto3\";\n")
}

func TestSymbolicLinksLeadWhereTheyLed(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.write("shared/common.proto", "common")
	r.write("proto/a.proto", "a")
	for link, target := range map[string]string{
		"proto/common.proto": "../shared/common.proto", "proto/shared": "../shared", "proto/twice": "shared",
		"linked": "proto", "proto/none.proto": "nowhere.proto", "proto/loop": "loop", "proto/out": "../../out", "proto/root": "/etc",
	} {
		if err := os.Symlink(target, filepath.Join(r.dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	r.commit("first")
	d := r.mustOpen(".", "git:HEAD")
	for _, dir := range []string{"proto", "linked"} {
		tree, err := d.Tree(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"common.proto", "shared/common.proto", "twice/common.proto"} {
			wantFile(t, tree.FS, name, "common")
		}
		if _, err := fs.ReadFile(tree.FS, "none.proto"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("dangling link: %v", err)
		}
		for name, want := range map[string]string{
			"loop/a.proto": "proto/loop is a symbolic link that leads to itself",
			"out/a.proto":  "proto/out is a symbolic link that leads out of the repository",
			"root/passwd":  "proto/root is a symbolic link that leads out of the repository",
		} {
			if _, err := fs.ReadFile(tree.FS, name); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v; want %s", name, err, want)
			}
		}
	}
}

// A walk of the tree takes the same files from the store as from disk.
func TestTheSameFilesAreTargets(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.commit("first", "proto/a.proto", `syntax = "proto3"; import "v1/b.proto"; message A { acme.B b = 1; }`,
		"proto/v1/b.proto", `syntax = "proto3"; package acme; message B {}`, "proto/.hidden/c.proto", "not a proto file")
	tree, err := r.mustOpen(".", "git:HEAD").Tree("proto")
	if err != nil {
		t.Fatal(err)
	}
	then, ds, err := source.Compile(t.Context(), []source.Tree{tree}, nil)
	if then == nil {
		t.Fatal(ds, err)
	}
	now, ds, err := source.Compile(t.Context(), []source.Tree{source.Dir(filepath.Join(r.dir, "proto"))}, nil)
	if now == nil {
		t.Fatal(ds, err)
	}
	if diff := cmp.Diff(now.Targets, then.Targets); diff != "" {
		t.Errorf("targets differ (-disk +revision):\n%s", diff)
	}
	if then.Filename("a.proto") != "proto/a.proto" {
		t.Errorf("a.proto is %s", then.Filename("a.proto"))
	}
}
