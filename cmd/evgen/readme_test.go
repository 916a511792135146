package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReadmeShowsWhatCheckSays makes the change that the README shows to the example events, and compares what check prints with what the README says
// that it prints.
func TestReadmeShowsWhatCheckSays(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	change := regexp.MustCompile("(?s)```diff\n(.*?)```").FindStringSubmatch(string(readme))
	shown := regexp.MustCompile("(?s)```console\n\\$ evgen check --against git:origin/main\n(.*?)\\$ echo").FindStringSubmatch(string(readme))
	if change == nil || shown == nil {
		t.Fatal("README.md shows no change, or not what evgen check says of it")
	}
	w := newWorkplace(t, "")
	if err := os.CopyFS(w.path("proto"), os.DirFS("../../examples/proto")); err != nil {
		t.Fatal(err)
	}
	w.commit()
	w.git("update-ref", "refs/remotes/origin/main", "HEAD")
	const file = "proto/acme/payments/v1/payments.proto"
	text, err := os.ReadFile(w.path(file))
	if err != nil {
		t.Fatal(err)
	}
	w.write(file, patched(t, string(text), change[1]))
	code, stdout, stderr := runEvgen(t, w.dir, "check", "--against", "git:origin/main")
	if code != exitFindings {
		t.Errorf("exit %d, want 1", code)
	}
	want := commitID.ReplaceAllString(shown[1], "(0000000)")
	if diff := cmp.Diff(want, commitID.ReplaceAllString(stdout+stderr, "(0000000)")); diff != "" {
		t.Errorf("evgen check (-README +printed):\n%s", diff)
	}
}

// patched applies a diff of lines that stand together; it replaces the first place that has them.
func patched(t *testing.T, text, diff string) string {
	t.Helper()
	var gone, come strings.Builder
	for line := range strings.Lines(diff) {
		if line[0] == '-' {
			gone.WriteString(line[1:])
		} else {
			come.WriteString(line[1:])
		}
	}
	if !strings.Contains(text, gone.String()) {
		t.Fatalf("the lines that go\n%sare not in\n%s", gone.String(), text)
	}
	return strings.Replace(text, gone.String(), come.String(), 1)
}
