package baseline_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/evgen-dev/evgen/schema/baseline"
)

// What the message says is done, and then the file is there.
func TestAPartialCloneDownloadsNothing(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	first := r.commit("first", "proto/a.proto", "1")
	r.commit("second", "proto/a.proto", "2")
	for filter, place := range map[string]string{"blob:none": "proto/a.proto", "tree:0": "."} {
		for _, command := range []string{"fetch --refetch --no-filter origin", "archive --output=/dev/null " + first} {
			c := r.clone("--filter=" + filter)
			_, err := read(c, "git:HEAD~1")
			wantError(t, unwrapPath(err), baseline.Environment, "read baseline git:HEAD~1 ("+first[:7]+"): the clone is partial and lacks "+place+
				": git fetch --refetch --no-filter origin brings all files; git archive --output=/dev/null "+first+" brings those of the revision")
			c.git(strings.Fields(command)...)
			if content, err := read(c, "git:HEAD~1"); err != nil || content != "1" {
				t.Errorf("%s, git %s: content is %q, %v", filter, command, content, err)
			}
		}
	}
}

func read(r repository, spec string) (string, error) {
	d, err := r.open(".", spec)
	if err != nil {
		return "", err
	}
	content, err := fs.ReadFile(d.FS, "proto/a.proto")
	return string(content), err
}

// unwrapPath takes away what fs.ReadFile puts before the error.
func unwrapPath(err error) error {
	if e, ok := err.(*fs.PathError); ok { //nolint:errorlint // the outermost error alone
		return e.Err
	}
	return err
}

func TestASubmoduleIsRefused(t *testing.T) {
	t.Parallel()
	other := newRepository(t)
	other.commit("first", "b.proto", "b")
	r := newRepository(t)
	r.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.dir, "proto/vendored")
	commit := r.commit("first", "proto/a.proto", "a")
	want := "read baseline git:HEAD (" + commit[:7] + "): proto/vendored is a submodule, whose files are in another repository: " +
		"compare with dir:<directory> or image:<file> of what was released"
	d := r.mustOpen(".", "git:HEAD")
	tree, err := d.Tree("proto")
	if err != nil {
		t.Fatal(err)
	}
	wantFile(t, tree.FS, "a.proto", "a")
	err = fs.WalkDir(tree.FS, ".", func(_ string, _ fs.DirEntry, err error) error { return err })
	wantError(t, unwrapPath(err), baseline.Content, want)
	_, err = fs.ReadFile(tree.FS, "vendored/b.proto")
	wantError(t, unwrapPath(err), baseline.Content, want)
	for _, dir := range []string{"proto/vendored", "proto/vendored/deep"} {
		_, err = d.Tree(dir)
		wantError(t, err, baseline.Content, want)
	}
}

func TestAPointerOfLFSIsNoProtoFile(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	commit := r.commit("first", "proto/a.proto", "version https://git-lfs.github.com/spec/v1\n"+
		"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n")
	_, err := read(r, "git:HEAD")
	wantError(t, unwrapPath(err), baseline.Content, "read baseline git:HEAD ("+commit[:7]+"): proto/a.proto is a pointer of Git LFS, not the file itself: "+
		"git lfs untrack '*.proto' from now on, and compare with dir:<directory> or image:<file> of what was released")
}

func TestADirectoryThatWasRenamedIsFound(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	long := strings.Repeat("// a line that stays\n", 20)
	commit := r.commit("first", "services/billing/v1/a.proto", "a"+long, "services/billing/b.proto", "b"+long, "services/carts/c.proto", "c", "top.proto", "t"+long)
	r.git("mv", "services/billing", "services/orders")
	r.write("services/orders/b.proto", "b, with a change"+long)
	r.commit("second")
	r.git("mv", "top.proto", "services/carts/top.proto") // staged only
	name := "read baseline git:HEAD~1 (" + commit[:7] + "): "
	r.wantRefused("services/orders", "git:HEAD~1", baseline.Usage,
		name+"there was no directory services/orders; its files were in services/billing: compare with git:HEAD~1:services/billing")
	_, err := r.mustOpen("services", "git:HEAD~1").Tree("orders/v1")
	wantError(t, err, baseline.Usage,
		name+"there was no directory services/orders/v1; its files were in services/billing/v1: compare with git:HEAD~1:services/billing/v1")
	r.git("mv", "services/carts", "moved")
	r.wantRefused("moved", "git:HEAD~1", baseline.Usage,
		name+"there was no directory moved; its files were in services/carts: compare with git:HEAD~1:services/carts")
}

func TestADirectoryThatWasNotThereSaysWhatWas(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	commit := r.commit("first", "services/orders/a.proto", "a", "services/carts/a.proto", "b", "top.proto", "t")
	r.write("new/b.proto", "b")
	name := "read baseline git:main (" + commit[:7] + "): "
	r.wantRefused("new", "git:main", baseline.Usage, name+
		"there was no directory new: if it had another name, compare with git:main:<directory>: in the repository there are services")
	r.wantRefused(".", "git:main:services/order", baseline.Usage, strings.Replace(name, "main (", "main:services/order (", 1)+
		"there was no directory services/order: did you mean git:main:services/orders?")
	r.wantRefused(".", "git:main:services/carts/x", baseline.Usage, strings.Replace(name, "main (", "main:services/carts/x (", 1)+
		"there was no directory services/carts/x: there are no directories in services/carts: compare with a later revision")
	r.wantRefused(".", "git:main:top.proto", baseline.Usage, strings.Replace(name, "main (", "main:top.proto (", 1)+
		"top.proto was a file: name a directory: git:main:<directory>")
	_, err := r.mustOpen(".", "git:main").Tree("../elsewhere")
	wantError(t, err, baseline.Usage, name+"../elsewhere is outside of the repository, which alone has revisions: "+
		"compare with dir:<directory> or image:<file>")
}
