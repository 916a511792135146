package baseline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/evgen-dev/evgen/schema/source"
)

// OpenGit opens the project that is in directory dir now as it was at spec.Rev, from the object store of the repository that dir is in. In
// a bare repository, and in one without a work tree, dir stands for its top. The context holds until the result is closed.
func OpenGit(ctx context.Context, dir string, spec Spec) (*Directory, error) {
	return newGit(dir).open(ctx, spec)
}

func (g git) open(ctx context.Context, spec Spec) (*Directory, error) {
	r := &revision{git: g, spec: spec, name: spec.String(), trees: map[string]*tree{}}
	if err := checkRevision(spec.Rev); err != nil {
		return nil, fmt.Errorf("read baseline %s: %w", spec, err)
	}
	if err := r.resolve(ctx); err != nil {
		return nil, err
	}
	r.objects = &objects{git: r.git, ctx: ctx}
	if err := r.openTop(ctx); err != nil {
		r.objects.close()
		return nil, err
	}
	return &Directory{r.name, revisionFS{r, r.project}, r}, nil
}

// resolve finds the repository and the commit.
func (r *revision) resolve(ctx context.Context) error {
	var commits []string
	for _, end := range ends(r.spec.Rev) {
		commit, err := r.commitOf(ctx, end)
		if err != nil {
			return err
		}
		commits = append(commits, commit)
	}
	r.commit = commits[0]
	if len(commits) == 2 {
		out, err := r.git.run(ctx, "merge-base", commits[0], commits[1])
		if err != nil {
			return r.noMergeBase(err)
		}
		r.commit = strings.TrimSpace(out)
	}
	if !strings.HasPrefix(r.commit, r.spec.Rev) {
		r.name += " (" + r.commit[:7] + ")"
	}
	return nil
}

// commitOf asks git for the commit of a revision and, in the same process, for what else it knows of the repository.
func (r *revision) commitOf(ctx context.Context, rev string) (string, error) {
	args := []string{"rev-parse", "--is-shallow-repository", "--show-prefix", "--verify", "--end-of-options", rev + "^{commit}"}
	g, tried := r.git.discovering()
	out, err := g.run(ctx, args...)
	if tried && isNoRepository(err) {
		g = r.git
		out, err = g.run(ctx, args...)
	}
	r.git = g
	shallow, rest, _ := strings.Cut(out, "\n")
	r.shallow = shallow == "true"
	if err != nil {
		return "", r.explainResolve(ctx, rev, err)
	}
	// The prefix is a line of its own, unless a directory's name has line ends.
	lines := strings.Split(strings.TrimSuffix(rest, "\n"), "\n")
	prefix, commit := strings.Join(lines[:len(lines)-1], "\n"), lines[len(lines)-1]
	if r.project = path.Clean(prefix); r.spec.Path != "" {
		r.project = path.Clean(r.spec.Path)
	}
	return commit, nil
}

func isNoRepository(err error) bool {
	e, ok := errors.AsType[*runError](err)
	return ok && strings.Contains(e.stderr, "not a git repository")
}

// openTop reads the commit and sees to it that the project was there.
func (r *revision) openTop(ctx context.Context) error {
	content, err := r.objects.read(r.commit, "commit")
	if err != nil {
		return r.explainObject(err, "commit "+r.commit[:7])
	}
	line, _, _ := strings.Cut(string(content), "\n")
	r.top = entry{mode: modeDirectory, id: strings.TrimPrefix(line, "tree ")}
	return r.checkDirectory(ctx, r.project)
}

// Sub returns a directory of the project, and refuses one that is not in the repository.
func (r *revision) Sub(name string) (fs.FS, error) {
	place := path.Join(r.project, name)
	if path.IsAbs(name) || !fs.ValidPath(place) {
		return nil, r.errorf(Usage, nil, "%s is outside of the repository, which alone has revisions", name).
			next("compare with dir:<directory> or image:<file>")
	}
	return revisionFS{r, place}, nil
}

// Tree returns a directory of the project that exists.
func (r *revision) Tree(name string) (source.Tree, error) {
	fsys, err := r.Sub(name)
	if err != nil {
		return source.Tree{}, err
	}
	if err := r.checkDirectory(r.objects.ctx, path.Join(r.project, name)); err != nil {
		return source.Tree{}, err
	}
	return source.Tree{Dir: filepath.FromSlash(name), FS: fsys}, nil
}

// Close ends git.
func (r *revision) Close() { r.objects.close() }

// explainResolve says why git does not find a commit.
func (r *revision) explainResolve(ctx context.Context, rev string, err error) error {
	e, ok := errors.AsType[*runError](err)
	switch {
	case !ok:
		return err
	case errors.Is(err, exec.ErrNotFound):
		return r.errorf(Environment, err, "git is not installed, or not in the PATH").
			next("install it, or compare with dir:<directory> or image:<file>")
	case errors.Is(err, errHung):
		return r.hung(err)
	case isNoRepository(err):
		return r.errorf(Environment, err, "%s is in no git repository", r.git.dir).
			next("run evgen in a clone, or compare with dir:<directory> or image:<file>")
	case strings.Contains(e.stderr, "dubious ownership"):
		place := strings.TrimPrefix(e.stderr, "detected dubious ownership in repository at ")
		return r.errorf(Environment, err, "git does not read a repository that belongs to somebody else: %s", place).
			next("if you trust it: git config --global --add safe.directory %s", place)
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != fatal {
		return r.errorf(Environment, err, "%v: %v", err, e.err).next("run it in %s to see more", r.git.dir)
	}
	return r.unknownRevision(ctx, rev, e)
}

// fatal is the exit code of a git that has said why.
const fatal = 128

func (r *revision) hung(err error) error {
	return r.errorf(Environment, err, "%v within %v", err, r.git.patience).next("run it in %s to see what it waits for", r.git.dir)
}

func (r *revision) noMergeBase(err error) error {
	e := r.errorf(Usage, err, "the two have no commit in common")
	if r.shallow {
		e.Class = Environment
		return e.next("the clone is shallow: git fetch --unshallow%s", inCI)
	}
	return e.next("name one commit, e.g., git:%s", ends(r.spec.Rev)[0])
}

// draft is an [Error] that still lacks the next step, so that none goes without.
type draft struct{ *Error }

func (r *revision) errorf(class Class, err error, format string, args ...any) draft {
	return draft{&Error{Class: class, Baseline: r.name, Problem: fmt.Sprintf(format, args...), Err: err}}
}

func (d draft) next(format string, args ...any) *Error {
	d.Help = fmt.Sprintf(format, args...)
	return d.Error
}
