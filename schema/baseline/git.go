package baseline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// git runs git in a directory.
type git struct {
	program  string
	dir      string
	env      []string
	patience time.Duration // how long git may be silent
}

// patience is far more than git needs for a tree of 100,000 files; beyond it, a file system or a hook hangs.
const patience = time.Minute

// Environment of git: messages are English, since some of them are told apart, and nothing is fetched, asked for or locked. Versions
// before 2.39.4 do not know GIT_NO_LAZY_FETCH, but find no protocol to fetch with.
var gitEnvironment = []string{
	"LC_ALL=C", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=none", "GIT_TERMINAL_PROMPT=0", "GIT_OPTIONAL_LOCKS=0",
}

func newGit(dir string) git {
	return git{"git", dir, slices.Concat(os.Environ(), gitEnvironment), patience}
}

// runError is what became of a git that failed.
type runError struct {
	command string // e.g., git rev-parse HEAD
	stderr  string
	err     error // [errHung], exec.ErrNotFound, or how it ended
}

func (e *runError) Error() string {
	if e.stderr == "" {
		return fmt.Sprintf("%s: %v", e.command, e.err)
	}
	return fmt.Sprintf("%s: %s", e.command, e.stderr)
}

func (e *runError) Unwrap() error { return e.err }

var errHung = errors.New("no answer")

// run returns what git prints, also when it fails; the error is a [runError], or of ctx.
func (g git) run(ctx context.Context, args ...string) (string, error) {
	limited, cancel := context.WithTimeoutCause(ctx, g.patience, errHung)
	defer cancel()
	cmd := g.command(limited, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.Output()
	switch {
	case err == nil:
		return string(stdout), nil
	case ctx.Err() != nil:
		return "", ctx.Err()
	case limited.Err() != nil:
		err = context.Cause(limited)
	}
	return string(stdout), g.failure(err, stderr.String(), args...)
}

func (g git) failure(err error, stderr string, args ...string) error {
	return &runError{"git " + strings.Join(args, " "), firstLine(stderr), err}
}

func (g git) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, g.program, args...)
	cmd.Dir = g.dir
	cmd.Env = g.env
	cmd.WaitDelay = time.Second // a grandchild that holds the pipes is not waited for
	return cmd
}

// firstLine returns what git says first, without its "fatal: ".
func firstLine(stderr string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(stderr), "\n")
	return strings.TrimPrefix(strings.TrimPrefix(line, "fatal: "), "error: ")
}

// discovering returns g without GIT_DIR, and whether that makes a difference. In hooks git sets GIT_DIR without GIT_WORK_TREE, which makes
// any directory the top of the work tree; so the repository that the directory lies in comes first.
func (g git) discovering() (git, bool) {
	isDir := func(v string) bool { return strings.HasPrefix(v, "GIT_DIR=") }
	isWorkTree := func(v string) bool { return strings.HasPrefix(v, "GIT_WORK_TREE=") }
	if !slices.ContainsFunc(g.env, isDir) || slices.ContainsFunc(g.env, isWorkTree) {
		return g, false
	}
	g.env = slices.DeleteFunc(slices.Clone(g.env), isDir)
	return g, true
}
