package baseline

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/evgen-dev/evgen/internal/nearest"
)

// inCI is the next step for those who cannot fetch by hand.
const inCI = " (GitHub Actions: fetch-depth: 0 for actions/checkout; GitLab CI: GIT_DEPTH: 0)"

var (
	objectID  = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)
	someID    = regexp.MustCompile(`^[0-9a-f]{7,64}$`)
	version   = regexp.MustCompile(`^v?[0-9]+\.[0-9]`)
	ancestors = regexp.MustCompile(`[~^]([0-9]*)`)
)

// unknownRevision says why there is no commit of that name. It asks git several times, since it is the last that is done.
func (r *revision) unknownRevision(ctx context.Context, rev string, e *runError) error {
	if kind := r.kindOf(ctx, rev); kind != "" && kind != "commit" {
		return r.errorf(Usage, e, "%q is a %s, and a baseline is a commit", rev, kind).next("name a branch, a tag or a commit, e.g., git:HEAD")
	}
	base := rev
	if i := strings.IndexAny(rev, "~^@"); i > 0 {
		base = rev[:i]
	}
	head := r.kindOf(ctx, "HEAD")
	switch {
	case head == "" && (base == "HEAD" || rev[0] == '@'):
		return r.errorf(Usage, e, "there is no commit yet on %s", r.branch(ctx)).next("commit first, and compare with that later on")
	case base != rev && r.kindOf(ctx, base) != "" && r.shallow:
		return r.errorf(Environment, e, "the clone is shallow and ends before %s", rev).
			next("git fetch --deepen=%d%s", distance(rev[len(base):]), inCI)
	case base != rev && r.kindOf(ctx, base) != "":
		return r.errorf(Usage, e, "%s is there, but %s is not (%s)", base, rev, e.stderr).next("git log --oneline %s shows what is", base)
	case strings.Contains(e.stderr, "ambiguous"):
		return r.errorf(Usage, e, "%s", e.stderr).next("write more of its digits")
	}
	return r.suggest(ctx, base, e)
}

// suggest finds a name that is near, and the fetch that is missing.
func (r *revision) suggest(ctx context.Context, name string, e *runError) error {
	near, fetch := r.near(ctx, name), r.fetch(ctx, name)
	problem := r.errorf(Usage, e, "there is no revision %q in the repository", name)
	if r.shallow {
		problem = r.errorf(Environment, e, "there is no revision %q in the repository, which is a shallow clone", name)
		fetch += inCI
	}
	switch {
	case near != "" && fetch != "":
		return problem.next("did you mean git:%s? Or fetch it: %s", near, fetch)
	case near != "":
		return problem.next("did you mean git:%s?", near)
	case fetch != "":
		problem.Class = Environment
		return problem.next("fetch it: %s", fetch)
	}
	return problem.next("git branch --all and git tag list what there is")
}

// near returns the branch or tag that was probably meant: the same one of a remote, or one with a similar name.
func (r *revision) near(ctx context.Context, name string) string {
	refs := r.lines(ctx, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes")
	for _, remote := range r.lines(ctx, "remote") {
		if slices.Contains(refs, remote+"/"+name) {
			return remote + "/" + name
		}
	}
	return nearest.Of(name, append(refs, "HEAD"))
}

// fetch returns the command that brings a commit, branch or tag, if there is somewhere to fetch it from.
func (r *revision) fetch(ctx context.Context, name string) string {
	remotes := r.lines(ctx, "remote")
	if len(remotes) == 0 {
		return ""
	}
	command, remote := "git fetch", remotes[0]
	if slices.Contains(remotes, "origin") {
		remote = "origin"
	}
	if r.shallow {
		command = "git fetch --depth=1"
	}
	for _, known := range remotes {
		if branch, ok := strings.CutPrefix(name, known+"/"); ok {
			return fmt.Sprintf("%s %s %s:refs/remotes/%s/%s", command, known, branch, known, branch)
		}
	}
	switch {
	case objectID.MatchString(name):
		return fmt.Sprintf("%s %s %s", command, remote, name)
	case someID.MatchString(name) && r.shallow:
		return "git fetch --unshallow " + remote
	case someID.MatchString(name):
		return "git fetch " + remote
	case version.MatchString(name):
		return fmt.Sprintf("%s %s tag %s", command, remote, name)
	}
	return fmt.Sprintf("%s %s %s:refs/remotes/%s/%s, and compare with git:%s/%s", command, remote, name, remote, name, remote, name)
}

// distance returns how many commits lie at most between a commit and its ancestor, e.g., 3 for ~2^.
func distance(suffix string) int {
	sum := 0
	for _, step := range ancestors.FindAllStringSubmatch(suffix, -1) {
		n, err := strconv.Atoi(step[1])
		if err != nil || strings.HasPrefix(step[0], "^") {
			n = 1
		}
		sum += n
	}
	return max(sum, 1)
}

// kindOf returns the kind of object that a revision names; empty: it is not there.
func (r *revision) kindOf(ctx context.Context, rev string) string {
	id := r.lines(ctx, "rev-parse", "--quiet", "--verify", "--end-of-options", rev)
	if len(id) != 1 {
		return ""
	}
	kind := r.lines(ctx, "cat-file", "-t", id[0])
	if len(kind) != 1 {
		return ""
	}
	return kind[0]
}

func (r *revision) branch(ctx context.Context) string {
	if name := r.lines(ctx, "symbolic-ref", "--quiet", "--short", "HEAD"); len(name) == 1 {
		return "branch " + name[0]
	}
	return "HEAD"
}

// lines returns what git prints, by lines; nothing when it fails, because it is asked for advice alone.
func (r *revision) lines(ctx context.Context, args ...string) []string {
	out, err := r.git.run(ctx, args...)
	if err != nil {
		return nil
	}
	return strings.Fields(out)
}
