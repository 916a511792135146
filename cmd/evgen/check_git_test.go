package main

import (
	"path/filepath"
	"strings"
	"testing"
)

const keyChanged = "proto/shop/v1/order.proto:10 KEY_FIELD_CHANGED shop.v1.Order.site_id, "

// newRepository is a shop that was committed, and whose key has changed since.
func newRepository(t *testing.T) workplace {
	t.Helper()
	w := newWorkplace(t, shop)
	w.commit()
	w.edit(orderFile, keyByOrder, keyBySite)
	return w
}

func TestAnyNameOfARevisionIsABaseline(t *testing.T) {
	t.Parallel()
	w := newRepository(t)
	w.git("tag", "-a", "v1.0.0", "-m", "release")
	id := w.git("rev-parse", "HEAD")
	for _, rev := range []string{"HEAD", "main", "v1.0.0", "main...HEAD", "@{0}"} {
		w.wantsFound([]string{keyChanged + "git:" + rev + " (COMMIT): proto/shop/v1/order.proto:9"}, "--against", "git:"+rev)
	}
	w.wantsFound([]string{keyChanged + "git:" + id + ": proto/shop/v1/order.proto:9"}, "--against", "git:"+id)
}

func TestABranchIsComparedWithWhereItBegan(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t, shop)
	w.commit()
	w.git("branch", "feature")
	w.edit(orderFile, keyByOrder, keyBySite)
	w.commit()
	w.git("checkout", "--quiet", "feature")
	w.wantsFound(nil, "--against", "git:main...HEAD")
	w.wantsFound([]string{"proto/shop/v1/order.proto:9 KEY_FIELD_CHANGED shop.v1.Order.order_id, git:main (COMMIT): proto/shop/v1/order.proto:10"}, "--against", "git:main")
}

func TestAProjectInASubdirectoryIsComparedWithItself(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t, "")
	shopping := workplace{t, filepath.Join(w.dir, "services", "shop")}
	shopping.unpack(shop)
	w.commit()
	shopping.edit(orderFile, keyByOrder, keyBySite)
	shopping.wantsFound([]string{keyChanged + "git:HEAD (COMMIT): proto/shop/v1/order.proto:9"}, "--against", "git:HEAD")
	w.wantsFound([]string{"services/shop/" + keyChanged + "git:HEAD (COMMIT): proto/shop/v1/order.proto:9"}, "-C", ".", "-f", "services/shop/evgen.yaml", "--against", "git:HEAD")
	w.write("empty/x", "")
	workplace{t, filepath.Join(w.dir, "empty")}.wantsFound([]string{keyChanged + "git:HEAD (COMMIT): proto/shop/v1/order.proto:9"},
		"-C", "../services/shop", "--against", "git:HEAD")
}

func TestTheConfigurationOfTheRevisionHolds(t *testing.T) {
	t.Parallel()
	was := []string{"schemas/shop/v1/order.proto:10 KEY_FIELD_CHANGED shop.v1.Order.site_id, git:HEAD (COMMIT): proto/shop/v1/order.proto:9"}
	t.Run("evgen.yaml", func(t *testing.T) {
		t.Parallel()
		w := newRepository(t)
		w.move("proto", "schemas")
		w.write("evgen.yaml", "version: 1\nproto: { roots: [schemas] }\n")
		w.wantsFound(was, "--against", "git:HEAD")
	})
	t.Run("buf.yaml", func(t *testing.T) {
		t.Parallel()
		w := newWorkplace(t, shop)
		w.write("evgen.yaml", "")
		w.write("buf.yaml", "version: v2\nmodules: [{ path: proto }]\n")
		w.commit()
		w.edit(orderFile, keyByOrder, keyBySite)
		w.move("proto", "schemas")
		w.write("buf.yaml", "version: v2\nmodules: [{ path: schemas }]\n")
		w.wantsFound(was, "--against", "git:HEAD")
	})
	t.Run("another name", func(t *testing.T) {
		t.Parallel()
		w := newWorkplace(t, shop)
		w.move("proto", "old")
		w.write("evgen.yaml", "version: 1\nproto: { roots: [nowhere] }\n")
		w.write("shop.yaml", "version: 1\nproto: { roots: [old] }\n")
		w.commit()
		w.move("old", "proto")
		w.edit(orderFile, keyByOrder, keyBySite)
		w.write("shop.yaml", "version: 1\n")
		w.wantsFound([]string{keyChanged + "git:HEAD (COMMIT): old/shop/v1/order.proto:9"}, "-f", "shop.yaml", "--against", "git:HEAD")
	})
	t.Run("none yet, in the same directories", func(t *testing.T) {
		t.Parallel()
		w := newWorkplace(t, shop)
		w.git("init", "--quiet")
		w.move("proto", "api/schemas")
		if err := removeFile(w, "evgen.yaml"); err != nil {
			t.Fatal(err)
		}
		w.write("proto/unrelated.txt", "a directory that would be the root otherwise\n")
		w.commit()
		w.write("evgen.yaml", "version: 1\nproto: { roots: [api/schemas, api/more] }\n")
		w.write("api/more/more.proto", "syntax = \"proto3\";\n")
		w.edit("api/schemas/shop/v1/order.proto", keyByOrder, keyBySite)
		w.wantsFound([]string{"api/schemas/shop/v1/order.proto:10 KEY_FIELD_CHANGED shop.v1.Order.site_id, git:HEAD (COMMIT): api/schemas/shop/v1/order.proto:9"},
			"--against", "git:HEAD")
	})
	t.Run("none yet, and elsewhere", func(t *testing.T) {
		t.Parallel()
		w := newWorkplace(t, shop)
		if err := removeFile(w, "evgen.yaml"); err != nil {
			t.Fatal(err)
		}
		w.commit()
		w.edit(orderFile, keyByOrder, keyBySite)
		w.move("proto", "schemas")
		w.write("evgen.yaml", "version: 1\nproto: { roots: [schemas] }\n")
		w.wantsFound(was, "--against", "git:HEAD")
	})
}

func TestWhatIsWrongWithARevisionIsNoPass(t *testing.T) {
	t.Parallel()
	t.Run("it is not there", func(t *testing.T) {
		t.Parallel()
		newRepository(t).wants(`
2> evgen: read baseline git:mian: there is no revision "mian" in the repository: did you mean git:main?
[exit 2]
`, "check", "--against", "git:mian")
	})
	t.Run("the clone is shallow", func(t *testing.T) {
		t.Parallel()
		w := newRepository(t)
		w.commit()
		clone := workplace{t, filepath.Join(t.TempDir(), "clone")}
		w.git("clone", "--quiet", "--depth=1", "file://"+w.dir, clone.dir)
		clone.wants(`
2> evgen: read baseline git:HEAD~1: the clone is shallow and ends before HEAD~1: git fetch --deepen=1 (GitHub Actions: fetch-depth: 0 for actions/checkout; GitLab CI: GIT_DEPTH: 0)
[exit 4]
`, "check", "--against", "git:HEAD~1")
	})
	t.Run("there is no repository", func(t *testing.T) {
		t.Parallel()
		newWorkplace(t, shop).wants(`
2> evgen: read baseline git:HEAD: $WORK is in no git repository: run evgen in a clone, or compare with dir:<directory> or image:<file>
[exit 4]
`, "check", "--against", "git:HEAD")
	})
	t.Run("the project was not there", func(t *testing.T) {
		t.Parallel()
		w := newWorkplace(t, "-- README --\n")
		w.commit()
		shopping := workplace{t, filepath.Join(w.dir, "shop")}
		shopping.unpack(shop)
		if code, _, stderr := runEvgen(t, shopping.dir, "check", "--against", "git:HEAD"); code != exitUsage || !strings.Contains(stderr, "there was no directory shop") {
			t.Errorf("exit %d: %s; want 2, and that there was no such directory", code, stderr)
		}
	})
	t.Run("a submodule is in the way", func(t *testing.T) {
		t.Parallel()
		w := newWorkplace(t, shop)
		w.commit()
		w.git("update-index", "--add", "--cacheinfo", "160000,"+w.git("rev-parse", "HEAD")+",proto/vendor")
		w.git("commit", "--quiet", "--message", "vendor")
		if code, _, stderr := runEvgen(t, w.dir, "check", "--against", "git:HEAD"); code != exitEnvironment || !strings.Contains(stderr, "submodule") {
			t.Errorf("exit %d: %s; want 4, and the submodule", code, stderr)
		}
	})
	t.Run("a file is a pointer of Git LFS", func(t *testing.T) {
		t.Parallel()
		w := newWorkplace(t, shop)
		w.write("proto/large.proto", "version https://git-lfs.github.com/spec/v1\noid sha256:"+strings.Repeat("1", 64)+"\nsize 10\n")
		w.commit()
		if err := removeFile(w, "proto/large.proto"); err != nil {
			t.Fatal(err)
		}
		if code, _, stderr := runEvgen(t, w.dir, "check", "--against", "git:HEAD"); code != exitEnvironment || !strings.Contains(stderr, "LFS") {
			t.Errorf("exit %d: %s; want 4, and Git LFS", code, stderr)
		}
	})
	t.Run("it does not compile", func(t *testing.T) {
		t.Parallel()
		w := newWorkplace(t, shop)
		w.edit(orderFile, "string site_id = 2;", "strin site_id = 2;")
		w.commit()
		w.edit(orderFile, "strin site_id", "string site_id")
		w.wants(`
git:HEAD (COMMIT):proto/shop/v1/order.proto:10:3: EV001: field shop.v1.Order.site_id: unknown type strin
2> evgen: check: the proto files of git:HEAD (COMMIT) have 1 error: compare with a baseline that compiles
[exit 1]
`, "check", "--against", "git:HEAD")
	})
	t.Run("its configuration is broken", func(t *testing.T) {
		t.Parallel()
		w := newWorkplace(t, shop)
		w.write("evgen.yaml", "version: 1\nprotos: {}\n")
		w.commit()
		w.write("evgen.yaml", "version: 1\n")
		w.wants(`
2> evgen: git:HEAD (COMMIT):evgen.yaml:2:1: unknown key "protos" (did you mean proto?)
[exit 4]
`, "check", "--against", "git:HEAD")
	})
	t.Run("it has no proto files", func(t *testing.T) {
		t.Parallel()
		w := newWorkplace(t, shop)
		w.git("init", "--quiet")
		w.git("commit", "--quiet", "--allow-empty", "--message", "begin")
		w.wants(`
2> evgen: check: git:HEAD (COMMIT) has no proto files, so there is nothing to compare with: name another baseline, or pass --allow-new if all of this project is new
[exit 4]
`, "check", "--against", "git:HEAD")
		w.wants(`
2> git:HEAD (COMMIT) has no proto files: all of this project is new
2> compared 1 event in 1 file with git:HEAD: nothing found
[exit 0]
`, "check", "--against", "git:HEAD", "--allow-new")
	})
}

// TestWhatIsNotCheckedOutIsComparedWith reads the object store, not the work tree.
func TestWhatIsNotCheckedOutIsComparedWith(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t, shop)
	w.write("proto/other/other.proto", "syntax = \"proto3\"; package other; import \"shop/v1/order.proto\"; message Other { shop.v1.Order order = 1; }\n")
	w.commit()
	w.git("sparse-checkout", "set", "--no-cone", "/evgen.yaml", "/proto/shop")
	w.wantsFound(nil, "--against", "git:HEAD")
	w.wantsFound([]string{"warning MESSAGE_REMOVED other.Other, git:HEAD (COMMIT): proto/other/other.proto:1"}, "--against", "git:HEAD", "--roots", "all")
}
