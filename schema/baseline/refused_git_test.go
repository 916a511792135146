package baseline_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/evgen-dev/evgen/schema/baseline"
)

const ci = " (GitHub Actions: fetch-depth: 0 for actions/checkout; GitLab CI: GIT_DEPTH: 0)"

func TestWithoutARepositoryThereIsNoRevision(t *testing.T) {
	t.Parallel()
	r := repository{t, t.TempDir()}
	r.wantRefused(".", "git:main", baseline.Environment,
		"read baseline git:main: DIR is in no git repository: run evgen in a clone, or compare with dir:<directory> or image:<file>")
}

func TestAMissingRevisionSaysWhatWasMeant(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.commit("first", "a.proto", "1")
	r.git("update-ref", "refs/remotes/origin/release", "HEAD")
	r.git("tag", "v1.0")
	for spec, help := range map[string]string{
		"git:mian":       "did you mean git:main?",
		"git:v1.00":      "did you mean git:v1.0?",
		"git:HAED":       "did you mean git:HEAD?",
		"git:elsewhere":  "git branch --all and git tag list what there is",
		"git:mian...":    "did you mean git:main?",
		"git:main...mai": "did you mean git:main?",
	} {
		name := strings.NewReplacer("git:", "", "main...", "", "...", "").Replace(spec)
		r.wantRefused(".", spec, baseline.Usage, "read baseline "+spec+": there is no revision \""+name+"\" in the repository: "+help)
	}
	r.git("remote", "add", "origin", "https://localhost:1/none.git")
	for rev, help := range map[string]string{
		"release":    "did you mean git:origin/release? Or fetch it: git fetch origin release:refs/remotes/origin/release, and compare with git:origin/release",
		"origin/abc": "fetch it: git fetch origin abc:refs/remotes/origin/abc",
		"2.0.0":      "fetch it: git fetch origin tag 2.0.0",
		"0123456789": "fetch it: git fetch origin",
		"0123456789012345678901234567890123456789": "fetch it: git fetch origin 0123456789012345678901234567890123456789",
	} {
		class := baseline.Environment
		if strings.HasPrefix(help, "did") {
			class = baseline.Usage
		}
		r.wantRefused(".", "git:"+rev, class, "read baseline git:"+rev+": there is no revision \""+rev+"\" in the repository: "+help)
	}
	r.wantRefused(".", "git:HEAD~3", baseline.Usage,
		"read baseline git:HEAD~3: HEAD is there, but HEAD~3 is not (Needed a single revision): git log --oneline HEAD shows what is")
	r.wantRefused(".", "git:"+r.git("rev-parse", "HEAD:a.proto"), baseline.Usage, "read baseline git:"+r.git("rev-parse", "HEAD:a.proto")+
		": \""+r.git("rev-parse", "HEAD:a.proto")+"\" is a blob, and a baseline is a commit: name a branch, a tag or a commit, e.g., git:HEAD")
	r.wantRefused(".", "git:HEAD^{tree}", baseline.Usage,
		"read baseline git:HEAD^{tree}: \"HEAD^{tree}\" is a tree, and a baseline is a commit: name a branch, a tag or a commit, e.g., git:HEAD")
	r.git("checkout", "--quiet", "--orphan", "other")
	r.commit("unrelated")
	r.wantRefused(".", "git:main...other", baseline.Usage,
		"read baseline git:main...other: the two have no commit in common: name one commit, e.g., git:main")
}

func TestARevisionIsNoOption(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.commit("first")
	for _, rev := range []string{"--all", "HEAD...--all", "-q"} {
		if _, err := baseline.OpenGit(t.Context(), r.dir, baseline.Spec{Kind: baseline.Git, Rev: rev}); err == nil || !strings.Contains(err.Error(), "begins with a hyphen") {
			t.Errorf("%s: %v", rev, err)
		}
	}
	r.git("update-ref", "refs/heads/--all", "HEAD")
	r.mustOpen(".", "git:refs/heads/--all")
}

func TestABranchWithoutCommitsIsRefused(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	for _, rev := range []string{"HEAD", "HEAD~1", "@", "@{0}"} {
		r.wantRefused(".", "git:"+rev, baseline.Usage,
			"read baseline git:"+rev+": there is no commit yet on branch main: commit first, and compare with that later on")
	}
}

// What the message says is done, and then the revision is there.
func TestAShallowCloneSaysWhichFetchIsMissing(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	first := r.commit("first", "a.proto", "1")
	r.git("tag", "v1.0")
	r.git("branch", "release")
	r.commit("second", "a.proto", "2")
	r.commit("third", "a.proto", "3")
	for rev, tt := range map[string]struct{ problem, fetch string }{
		"HEAD~2":         {"the clone is shallow and ends before HEAD~2", "git fetch --deepen=2"},
		"HEAD^^":         {"the clone is shallow and ends before HEAD^^", "git fetch --deepen=2"},
		"origin/release": {`there is no revision "origin/release" in the repository, which is a shallow clone`, "fetch it: git fetch --depth=1 origin release:refs/remotes/origin/release"},
		"v1.0":           {`there is no revision "v1.0" in the repository, which is a shallow clone`, "fetch it: git fetch --depth=1 origin tag v1.0"},
		first:            {`there is no revision "` + first + `" in the repository, which is a shallow clone`, "fetch it: git fetch --depth=1 origin " + first},
		first[:8]:        {`there is no revision "` + first[:8] + `" in the repository, which is a shallow clone`, "fetch it: git fetch --unshallow origin"},
	} {
		c := r.clone("--depth=1")
		c.wantRefused(".", "git:"+rev, baseline.Environment, "read baseline git:"+rev+": "+tt.problem+": "+tt.fetch+ci)
		_, command, _ := strings.Cut(tt.fetch, "git ")
		c.git(strings.Fields(command)...)
		wantFile(t, c.mustOpen(".", "git:"+rev).FS, "a.proto", "1")
	}
}

func TestAShallowCloneMayLackTheMergeBase(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.commit("first", "a.proto", "1")
	r.git("branch", "feature")
	r.commit("second")
	r.git("switch", "--quiet", "feature")
	r.commit("third")
	c := r.clone("--depth=1", "--no-single-branch")
	c.wantRefused(".", "git:origin/main...HEAD", baseline.Environment,
		"read baseline git:origin/main...HEAD: the two have no commit in common: the clone is shallow: git fetch --unshallow"+ci)
	c.git("fetch", "--unshallow")
	wantFile(t, c.mustOpen(".", "git:origin/main...HEAD").FS, "a.proto", "1")
}

// A sparse checkout and a bare repository have the objects, and a worktree shares them.
func TestFilesNeedNotBeCheckedOut(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.commit("first", "services/orders/a.proto", "1", "services/carts/b.proto", "2")
	r.git("gc", "--quiet") // packed
	sparse := r.clone("--sparse")
	sparse.git("sparse-checkout", "set", "services/carts")
	wantFile(t, sparse.mustOpen("services/carts", "git:HEAD").FS, "b.proto", "2")
	wantFile(t, sparse.mustOpen(".", "git:HEAD").FS, "services/orders/a.proto", "1")
	bare := r.clone("--bare")
	wantFile(t, bare.mustOpen(".", "git:main").FS, "services/orders/a.proto", "1")
	tree := repository{t, filepath.Join(t.TempDir(), "tree")}
	r.git("worktree", "add", "--quiet", "--detach", tree.dir)
	wantFile(t, tree.mustOpen("services/orders", "git:main").FS, "a.proto", "1")
	shared := r.clone("--shared")
	wantFile(t, shared.mustOpen("services/orders", "git:main").FS, "a.proto", "1")
}

func TestARepositoryOfSomebodyElseIsNotRead(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.commit("first")
	_, err := baseline.OpenGitWith(t.Context(), r.dir, parse(t, "git:HEAD"), "git", time.Minute, "GIT_TEST_ASSUME_DIFFERENT_OWNER=1")
	wantError(t, err, baseline.Environment, "read baseline git:HEAD: git does not read a repository that belongs to somebody else: '"+r.dir+
		"': if you trust it: git config --global --add safe.directory '"+r.dir+"'")
}

func TestWithoutGitTheErrorSaysSo(t *testing.T) {
	t.Parallel()
	_, err := baseline.OpenGitWith(t.Context(), t.TempDir(), parse(t, "git:HEAD"), "git-that-is-nowhere", time.Minute)
	wantError(t, err, baseline.Environment, "read baseline git:HEAD: git is not installed, or not in the PATH: "+
		"install it, or compare with dir:<directory> or image:<file>")
}

// script writes a program that stands in for git; REAL in it is git itself.
func script(t *testing.T, text string) string {
	t.Helper()
	installed, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "git")
	// A process that another test starts meanwhile would hold the file open for writing, and then it cannot be run.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"+strings.ReplaceAll(text, "REAL", installed)+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestGitThatHangsIsEnded(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	commit := r.commit("first", "a.proto", "1")
	_, err := baseline.OpenGitWith(t.Context(), r.dir, parse(t, "git:HEAD"), script(t, "exec sleep 600"), time.Millisecond)
	wantError(t, err, baseline.Environment, "read baseline git:HEAD: git rev-parse --is-shallow-repository --show-prefix --verify --end-of-options HEAD^{commit}: "+
		"no answer within 1ms: run it in "+r.dir+" to see what it waits for")
	batch := script(t, `if [ "$1" = cat-file ]; then exec sleep 600; fi; exec REAL "$@"`)
	_, err = baseline.OpenGitWith(t.Context(), r.dir, parse(t, "git:HEAD"), batch, time.Second)
	wantError(t, err, baseline.Environment, "read baseline git:HEAD ("+commit[:7]+"): git cat-file --batch: no answer within 1s: run it in "+r.dir+
		" to see what it waits for")
}

func TestGitThatDiesIsNoMissingRevision(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := baseline.OpenGitWith(t.Context(), dir, parse(t, "git:HEAD"), script(t, `echo "error: no memory" >&2; exit 137`), time.Minute)
	wantError(t, err, baseline.Environment, "read baseline git:HEAD: git rev-parse --is-shallow-repository --show-prefix --verify --end-of-options HEAD^{commit}: "+
		"no memory: exit status 137: run it in "+dir+" to see more")
}

func TestGitThatDiesIsNoEmptyTree(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	commit := r.commit("first", "a.proto", "1")
	for text, want := range map[string]string{
		`echo "fatal: out of memory" >&2; exit 128`: "git cat-file --batch: out of memory",
		`exit 0`:                                 "git cat-file --batch: it ended early",
		`read id; echo $id commit`:               `git cat-file --batch: answer of git is "` + commit + ` commit\n"`,
		`read id; echo $id commit 99; echo tree`: "git cat-file --batch: it ended early",
	} {
		program := script(t, `if [ "$1" = cat-file ]; then `+text+`; exit; fi; exec REAL "$@"`)
		_, err := baseline.OpenGitWith(t.Context(), r.dir, parse(t, "git:HEAD"), program, time.Minute)
		wantError(t, err, baseline.Environment, "read baseline git:HEAD ("+commit[:7]+"): read commit "+commit[:7]+": "+want+
			": git -C "+r.dir+" fsck says whether the repository is in order")
	}
}

func TestTwoProcessesReadEverything(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	for _, name := range strings.Fields("a b c d e f g h") {
		r.write("proto/"+name+"/"+name+".proto", name)
	}
	r.commit("first")
	log := filepath.Join(t.TempDir(), "log")
	d, err := baseline.OpenGitWith(t.Context(), r.dir, parse(t, "git:HEAD"), script(t, `echo "$1" >>`+log+`; exec REAL "$@"`), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for _, name := range strings.Fields("a b c d e f g h") {
		wantFile(t, d.FS, "proto/"+name+"/"+name+".proto", name)
	}
	calls, err := os.ReadFile(log)
	if err != nil || string(calls) != "rev-parse\ncat-file\n" {
		t.Errorf("git was called for %q, %v", calls, err)
	}
}

func TestAfterCloseNothingIsRead(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.commit("first", "a.proto", "1")
	d := r.mustOpen(".", "git:HEAD")
	d.Close()
	if _, err := fs.ReadFile(d.FS, "a.proto"); err == nil {
		t.Error("a closed baseline is read")
	}
}

// In a hook of a worktree, git says where the repository is, and would take any directory for its top.
func TestAHookKnowsWhereTheProjectIs(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.commit("first", "services/orders/a.proto", "1")
	for dir, file := range map[string]string{"services/orders": "a.proto", ".": "services/orders/a.proto"} {
		d, err := baseline.OpenGitWith(t.Context(), filepath.Join(r.dir, dir), parse(t, "git:HEAD"), "git", time.Minute, "GIT_DIR="+filepath.Join(r.dir, ".git"))
		if err != nil {
			t.Fatal(err)
		}
		wantFile(t, d.FS, file, "1")
		d.Close()
	}
	outside, err := baseline.OpenGitWith(t.Context(), t.TempDir(), parse(t, "git:HEAD"), "git", time.Minute, "GIT_DIR="+filepath.Join(r.dir, ".git"))
	if err != nil {
		t.Fatal(err)
	}
	defer outside.Close()
	wantFile(t, outside.FS, "services/orders/a.proto", "1")
}
