package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestInitMakesAServiceThatPasses takes a newcomer's first steps.
func TestInitMakesAServiceThatPasses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if code, _, stderr := runEvgen(t, dir, "init", "--module", "example.com/accounts"); code != exitOK {
		t.Fatalf("evgen init: exit %d\n%s", code, stderr)
	}
	goCommand(t, dir, "mod", "edit", "-require", modulePath+"@v0.0.0", "-replace", modulePath+"="+absolutePath(t, "../.."))
	goCommand(t, dir, "mod", "tidy")
	goCommand(t, dir, "vet", "./...")
	if out := goCommand(t, dir, "test", "-run", "Newest", "-v", "./..."); !strings.Contains(out, "--- PASS: TestNewestRevisionWins") {
		t.Errorf("the example's test did not run:\n%s", out)
	}
	if unformatted := execTool(t, dir, "gofmt", "-l", "."); unformatted != "" {
		t.Errorf("gofmt would change %s", unformatted)
	}
	goCommand(t, dir, "generate", "./...")
	if code, _, stderr := runEvgen(t, dir, "generate", "--check"); code != exitOK {
		t.Errorf("go generate changed what init had written: exit %d\n%s", code, stderr)
	}
}

// goCommand runs the go command in a module that is not this one.
func goCommand(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod -buildvcs=false", "GOWORK=off", "PWD="+dir)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestInitTouchesNothingThatIsThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mine := filepath.Join(dir, "accounts", "main.go")
	if err := writeFile(mine, []byte("package mine\n")); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := runEvgen(t, dir, "init", "--module", "example.com/accounts")
	if code != exitUsage || !strings.Contains(stderr, "accounts/main.go") {
		t.Errorf("exit %d: %s; want 2, and the file that is in the way", code, stderr)
	}
	files := readTree(t, dir)
	if len(files) != 1 || files["accounts/main.go"] != "package mine\n" {
		t.Errorf("init left %v, want only what was there", files)
	}
}

// TestInitBringsAWorkflowThatChecks runs the commands of the workflow as they are for a change to main.
func TestInitBringsAWorkflowThatChecks(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t, "-- README.md --\nAccounts.\n")
	w.commit()
	w.git("update-ref", "refs/remotes/origin/main", "HEAD")
	if code, _, stderr := runEvgen(t, w.dir, "init", "--module", "example.com/accounts"); code != exitOK {
		t.Fatalf("evgen init: exit %d\n%s", code, stderr)
	}
	workflow := readTree(t, w.dir)[".github/workflows/evgen.yml"]
	run := 0
	for line := range strings.Lines(workflow) {
		_, command, ok := strings.Cut(strings.ReplaceAll(line, "${{ github.base_ref }}", "main"), "run: go tool evgen ")
		if !ok {
			continue
		}
		run++
		if code, stdout, stderr := runEvgen(t, w.dir, strings.Fields(command)...); code != exitOK {
			t.Errorf("evgen %s: exit %d\n%s%s", command, code, stdout, stderr)
		}
	}
	if run != 3 {
		t.Errorf("the workflow runs evgen %d times; want lint, generate --check and check:\n%s", run, workflow)
	}
}
