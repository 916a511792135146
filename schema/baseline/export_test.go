package baseline

import (
	"context"
	"io"
	"time"
)

// OpenGitWith is [OpenGit] with another git, more environment, and less patience.
func OpenGitWith(ctx context.Context, dir string, spec Spec, program string, limit time.Duration, env ...string) (*Directory, error) {
	g := newGit(dir)
	g.program, g.patience = program, limit
	g.env = append(g.env, env...)
	return g.open(ctx, spec)
}

// ReadSet is [OpenImage] of what is read from r.
func ReadSet(spec Spec, r io.Reader) (*Set, error) { return readSet(spec, r) }
