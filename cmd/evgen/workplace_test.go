package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// workplace is a directory in which evgen runs as in a shell.
type workplace struct {
	t   *testing.T
	dir string
}

// newWorkplace makes a directory with the files of a txtar archive.
func newWorkplace(t *testing.T, archive string) workplace {
	t.Helper()
	w := workplace{t, t.TempDir()}
	w.unpack(archive)
	return w
}

func (w workplace) unpack(archive string) {
	w.t.Helper()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		w.write(f.Name, string(f.Data))
	}
}

func (w workplace) path(name string) string { return filepath.Join(w.dir, filepath.FromSlash(name)) }

func (w workplace) write(name, content string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(w.path(name)), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(w.path(name), []byte(content), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// edit replaces a text that is in the file once.
func (w workplace) edit(name, old, now string) {
	w.t.Helper()
	content, err := os.ReadFile(w.path(name))
	if err != nil {
		w.t.Fatal(err)
	}
	if n := strings.Count(string(content), old); n != 1 {
		w.t.Fatalf("%s has %q %d times", name, old, n)
	}
	w.write(name, strings.Replace(string(content), old, now, 1))
}

func (w workplace) move(old, now string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(w.path(now)), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.Rename(w.path(old), w.path(now)); err != nil {
		w.t.Fatal(err)
	}
}

func removeFile(w workplace, name string) error { return os.Remove(w.path(name)) }

// git runs git as somebody whose configuration is that of git itself.
func (w workplace) git(args ...string) string {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), "git", args...)
	cmd.Dir = w.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit commits all that there is, and begins the repository if need be.
func (w workplace) commit() {
	w.t.Helper()
	if _, err := os.Stat(w.path(".git")); err != nil {
		w.git("init", "--quiet", "--initial-branch=main")
	}
	w.git("add", "--all")
	w.git("commit", "--quiet", "--allow-empty", "--message", "change")
}

// setenv sets up the git of tests: the configuration of whoever runs them stays out, and so does a repository whose hook they may be.
func setenv() {
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "GIT_") {
			_ = os.Unsetenv(name)
		}
	}
	for name, value := range map[string]string{
		"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "gc.auto", "GIT_CONFIG_VALUE_0": "0", // nothing runs in the background
		"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_NOSYSTEM": "1",
		"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com",
	} {
		_ = os.Setenv(name, value)
	}
}

// commitID is how a baseline's name ends.
var commitID = regexp.MustCompile(`\([0-9a-f]{7}\)`)

// output is what evgen printed, with the exit code; standard error behind "2> ". What changes from run to run is made the same.
func (w workplace) output(args ...string) string {
	w.t.Helper()
	code, stdout, stderr := runEvgen(w.t, w.dir, args...)
	var b strings.Builder
	b.WriteString(stdout)
	for line := range strings.Lines(stderr) {
		b.WriteString("2> " + line)
	}
	fmt.Fprintf(&b, "[exit %d]\n", code)
	return commitID.ReplaceAllString(strings.ReplaceAll(b.String(), w.dir, "$WORK"), "(COMMIT)")
}

// wants compares the output of a command.
func (w workplace) wants(want string, args ...string) {
	w.t.Helper()
	if diff := cmp.Diff(strings.TrimLeft(want, "\n"), w.output(args...)); diff != "" {
		w.t.Errorf("evgen %s (-want +got):\n%s", strings.Join(args, " "), diff)
	}
}

// reported is what counts of a finding in JSON.
type reported struct {
	Rule, Severity, Path, Message string
	Line                          int
	Accepted                      *struct{ Owner string }
	Change                        *struct {
		Subject, Baseline string
		Was               struct {
			Path string
			Line int
		}
	}
}

// String returns the finding in one line, e.g., "order.proto:9 KEY_FIELD_CHANGED shop.v1.Order.site_id, was at git:main (COMMIT): order.proto:8".
func (r reported) String() string {
	var b strings.Builder
	if r.Path != "" {
		fmt.Fprintf(&b, "%s:%d ", r.Path, r.Line)
	}
	if r.Severity != "error" {
		b.WriteString(r.Severity + " ")
	}
	if r.Accepted != nil {
		b.WriteString("accepted ")
	}
	b.WriteString(r.Rule)
	if r.Change != nil {
		fmt.Fprintf(&b, " %s, %s", r.Change.Subject, commitID.ReplaceAllString(r.Change.Baseline, "(COMMIT)"))
		if r.Change.Was.Path != "" {
			fmt.Fprintf(&b, ": %s:%d", r.Change.Was.Path, r.Change.Was.Line)
		}
	}
	return b.String()
}

// check runs evgen check, and returns its findings in short, and the exit code.
func (w workplace) check(args ...string) (found []string, code int) {
	w.t.Helper()
	code, stdout, stderr := runEvgen(w.t, w.dir, append([]string{"check", "--format", "json"}, args...)...)
	w.t.Logf("evgen check %s: exit %d\n%s%s", strings.Join(args, " "), code, stdout, stderr)
	for line := range bytes.Lines([]byte(stdout)) {
		var r reported
		if err := json.Unmarshal(line, &r); err != nil {
			w.t.Fatalf("evgen check %s printed %q: %v", strings.Join(args, " "), line, err)
		}
		found = append(found, r.String())
	}
	return found, code
}

// wantsFound compares findings of evgen check, which ends with 1 if there are any, and 0 otherwise.
func (w workplace) wantsFound(want []string, args ...string) {
	w.t.Helper()
	found, code := w.check(args...)
	if diff := cmp.Diff(want, found); diff != "" || code != codeOf(want) {
		w.t.Errorf("evgen check %s: exit %d, want %d (-want +got):\n%s", strings.Join(args, " "), code, codeOf(want), diff)
	}
}

// shop is a project with one event.
const shop = `
-- evgen.yaml --
version: 1
-- proto/shop/v1/order.proto --
syntax = "proto3";
package shop.v1;
import "evgen/v1/options.proto";
option go_package = "example.com/shop/gen/shop/v1;shopv1";
option (evgen.v1.file) = { owner: "@shop" };

message Order {
  option (evgen.v1.event) = { kind: DOCUMENT };
  string order_id = 1 [(evgen.v1.field).key = true];
  string site_id = 2;
  int64 revision = 3 [(evgen.v1.field).revision = MONOTONIC];
}
`

const (
	orderFile = "proto/shop/v1/order.proto"

	keyByOrder  = "string order_id = 1 [(evgen.v1.field).key = true];\n  string site_id = 2;"
	keyBySite   = "string order_id = 1;\n  string site_id = 2 [(evgen.v1.field).key = true];"
	revision    = "  int64 revision = 3 [(evgen.v1.field).revision = MONOTONIC];"
	retypedNote = "  double revision = 3;"
)

// codeOf is how a run with these findings ends.
func codeOf(found []string) int {
	for _, f := range found {
		if !strings.Contains(" "+f, " warning ") && !strings.Contains(f, " accepted ") {
			return exitFindings
		}
	}
	return exitOK
}
