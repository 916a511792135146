package baseline_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	_ "github.com/evgen-dev/evgen/internal/golden"
	"github.com/evgen-dev/evgen/schema/baseline"
)

// TestMain keeps the git of whoever runs the tests out of them: their configuration, and the repository whose hook it may be.
func TestMain(m *testing.M) {
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "GIT_") {
			_ = os.Unsetenv(name)
		}
	}
	for name, value := range map[string]string{
		"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "gc.auto", "GIT_CONFIG_VALUE_0": "0", // nothing runs in the background
		"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
		"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_AUTHOR_DATE": "2024-05-01T12:00:00Z",
		"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com", "GIT_COMMITTER_DATE": "2024-05-01T12:00:00Z",
	} {
		_ = os.Setenv(name, value)
	}
	os.Exit(m.Run())
}

// repository is a repository of one test.
type repository struct {
	t   *testing.T
	dir string
}

func newRepository(t *testing.T, args ...string) repository {
	t.Helper()
	r := repository{t, t.TempDir()}
	r.git(append([]string{"init", "--quiet", "--initial-branch=main"}, args...)...)
	return r
}

// clone clones r through its URL: the options for shallow and partial clones mean nothing for a path.
func (r repository) clone(args ...string) repository {
	r.t.Helper()
	r.git("config", "uploadpack.allowFilter", "true")
	r.git("config", "uploadpack.allowAnySHA1InWant", "true")
	c := repository{r.t, filepath.Join(r.t.TempDir(), "clone")}
	r.git(append(append([]string{"clone", "--quiet"}, args...), "file://"+r.dir, c.dir)...)
	return c
}

func (r repository) git(args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = r.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit writes files, pairs of name and content, and commits all that there is.
func (r repository) commit(message string, files ...string) string {
	r.t.Helper()
	for i := 0; i < len(files); i += 2 {
		r.write(files[i], files[i+1])
	}
	r.git("add", "--all")
	r.git("commit", "--quiet", "--allow-empty", "--message", message)
	return r.git("rev-parse", "HEAD")
}

func (r repository) write(name, content string) {
	r.t.Helper()
	file := filepath.Join(r.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// open opens a baseline as seen from a directory in r.
func (r repository) open(dir, spec string) (*baseline.Directory, error) {
	r.t.Helper()
	d, err := baseline.OpenGit(r.t.Context(), filepath.Join(r.dir, dir), parse(r.t, spec))
	if err == nil {
		r.t.Cleanup(d.Close)
	}
	return d, err
}

func (r repository) mustOpen(dir, spec string) *baseline.Directory {
	r.t.Helper()
	d, err := r.open(dir, spec)
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

// wantRefused opens a baseline that must be refused with this class and text.
func (r repository) wantRefused(dir, spec string, class baseline.Class, want string) {
	r.t.Helper()
	_, err := r.open(dir, spec)
	wantError(r.t, err, class, strings.ReplaceAll(want, "DIR", r.dir))
}

func wantError(t *testing.T, err error, class baseline.Class, want string) {
	t.Helper()
	e, ok := errors.AsType[*baseline.Error](err)
	if !ok {
		t.Fatalf("got %T %v; want an Error", err, err)
	}
	if e.Class != class {
		t.Errorf("class is %d; want %d", e.Class, class)
	}
	if diff := cmp.Diff(want, e.Error()); diff != "" {
		t.Errorf("error differs (-want +got):\n%s", diff)
	}
}

func parse(t *testing.T, text string) baseline.Spec {
	t.Helper()
	s, err := baseline.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func wantFile(t *testing.T, fsys fs.FS, name, want string) {
	t.Helper()
	got, err := fs.ReadFile(fsys, name)
	if err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}
