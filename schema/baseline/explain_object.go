package baseline

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/internal/nearest"
)

var errPointer = errors.New("is a pointer of Git LFS, not the file itself")

// checkPointer knows the placeholder that Git LFS leaves in the object store.
func checkPointer(content []byte) error {
	if bytes.HasPrefix(content, []byte("version https://git-lfs.github.com/spec/")) {
		return errPointer
	}
	return nil
}

const otherBaselines = "compare with dir:<directory> or image:<file> of what was released"

// explainObject says why what is at a place in the revision cannot be read.
func (r *revision) explainObject(err error, place string) error {
	if e, ok := errors.AsType[*pathError](err); ok {
		place, err = e.path, e.err
	}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, errHung):
		return r.hung(err)
	case errors.Is(err, errMissing):
		return r.missing(err, place)
	case errors.Is(err, errSubmodule):
		return r.errorf(Content, err, "%s %v, whose files are in another repository", place, err).next(otherBaselines)
	case errors.Is(err, errPointer):
		return r.errorf(Content, err, "%s %v", place, err).next("git lfs untrack '*.proto' from now on, and " + otherBaselines)
	case errors.Is(err, errLeaves), errors.Is(err, errLoop):
		return r.errorf(Content, err, "%s %v", place, err).next(otherBaselines)
	case errors.Is(err, errTooLarge), errors.Is(err, errDamaged):
		return r.errorf(Content, err, "%s: %v", place, err).next("git fsck says whether the repository is in order; else " + otherBaselines)
	}
	return r.errorf(Environment, err, "read %s: %v", place, err).next("git -C %s fsck says whether the repository is in order", r.git.dir)
}

// missing tells a partial clone from a damaged repository.
func (r *revision) missing(err error, place string) error {
	ctx := context.WithoutCancel(r.objects.ctx)
	for _, line := range r.lines(ctx, "config", "--get-regexp", "--name-only", `^remote\..*\.(promisor|partialclonefilter)$`) {
		remote := strings.TrimPrefix(line[:strings.LastIndexByte(line, '.')], "remote.")
		return r.errorf(Environment, err, "the clone is partial and lacks %s", place).
			next("git fetch --refetch --no-filter %s brings all files; git archive --output=/dev/null %s brings those of the revision", remote, r.commit)
	}
	return r.errorf(Environment, err, "%s is not in the object store", place).next("git fsck says what else is missing; clone anew")
}

// checkDirectory sees to it that a place in the revision is a directory.
func (r *revision) checkDirectory(ctx context.Context, place string) error {
	e, _, err := r.find(place)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return r.noDirectory(ctx, place)
	case err == nil && e.mode == modeSubmodule:
		err = errSubmodule
	case err == nil && e.mode != modeDirectory:
		return r.errorf(Usage, nil, "%s was a file", place).next("name a directory: git:%s:<directory>", r.spec.Rev)
	}
	if err != nil {
		return r.explainObject(err, place)
	}
	return nil
}

// noDirectory says where the files of a directory were at the revision, or else what there was.
func (r *revision) noDirectory(ctx context.Context, place string) error {
	problem := r.errorf(Usage, fs.ErrNotExist, "there was no directory %s", place)
	if former := r.former(ctx, place); former != "" {
		problem.Problem += "; its files were in " + former
		return problem.next("compare with git:%s:%s", r.spec.Rev, former)
	}
	parent, names := r.existing(place)
	if near := nearest.Of(strings.TrimPrefix(place, parent+"/"), names); near != "" {
		return problem.next("did you mean git:%s:%s?", r.spec.Rev, path.Join(parent, near))
	}
	if len(names) == 0 {
		return problem.next("there are no directories in %s: compare with a later revision", parent)
	}
	const few = 8
	if len(names) > few {
		names = append(names[:few], "…")
	}
	return problem.next("if it had another name, compare with git:%s:<directory>: in %s there are %s", r.spec.Rev, topName(parent), strings.Join(names, ", "))
}

func topName(dir string) string {
	if dir == "." {
		return "the repository"
	}
	return dir
}

// existing returns the nearest directory above place that the revision has, and the directories in it.
func (r *revision) existing(place string) (parent string, names []string) {
	for parent = path.Dir(place); ; parent = path.Dir(parent) {
		entries, err := revisionFS{r, "."}.ReadDir(parent)
		if err != nil && parent != "." {
			continue
		}
		for _, e := range entries {
			if e.IsDir() {
				names = append(names, e.Name())
			}
		}
		return parent, names
	}
}

// former returns the directory from which git sees most files renamed to those below place, in what is committed or staged now.
func (r *revision) former(ctx context.Context, place string) string {
	out, err := r.git.run(ctx, "diff-index", "--cached", "-r", "-M", "--diff-filter=R", "--name-status", "-z", r.commit)
	if err != nil {
		return ""
	}
	count := map[string]int{}
	fields := strings.Split(out, "\x00") // status, old name, new name
	for row := range slices.Chunk(fields, 3) {
		if len(row) < 3 || !strings.HasPrefix(row[2], place+"/") {
			continue
		}
		if old, ok := strings.CutSuffix("/"+row[1], row[2][len(place):]); ok {
			count[strings.TrimPrefix(cmp.Or(old, "."), "/")]++
		}
	}
	best := ""
	for old, n := range count {
		if n > count[best] || n == count[best] && cmp.Or(cmp.Compare(len(best), len(old)), cmp.Compare(old, best)) < 0 {
			best = old
		}
	}
	return best
}
