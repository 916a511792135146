package consume

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

const (
	commitInterval = time.Second
	commitRecords  = 1000
	commitTimeout  = 5 * time.Second
)

// counter wakes the committer when enough was done.
type counter struct {
	n    atomic.Int64
	full chan struct{}
}

func (c *counter) add(n int) {
	if c.n.Add(int64(n)) < commitRecords {
		return
	}
	select {
	case c.full <- struct{}{}:
	default:
	}
}

// commitRegularly commits every second, or every thousand records, until ctx ends: the rest is up to Revoked.
func (s *session) commitRegularly(ctx context.Context) {
	ticker := time.NewTicker(commitInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-s.completed.full:
		}
		s.completed.n.Store(0)
		s.commitAll()
	}
}

func (s *session) commitAll() {
	s.committing.Lock()
	defer s.committing.Unlock()
	held := s.find(s.held())
	if err := s.commit(s.handlers, held); err != nil && !errors.Is(err, event.ErrFenced) {
		slog.Default().Warn("commit failed and will be repeated", "group", s.group.name, "err", err)
	}
}

// commit stores how far held partitions are done; committing is locked. When the group no longer counts the member, all partitions
// are given up at once: a later commit could succeed again under a new member id, and would rewind who owns them then.
func (s *session) commit(ctx context.Context, held []partition) error {
	ctx, cancel := context.WithTimeout(ctx, commitTimeout)
	defer cancel()
	commits := make([]event.Commit, 0, len(held))
	for _, p := range held {
		if c, ok := p.commit(); ok {
			commits = append(commits, c)
		}
	}
	if len(commits) == 0 {
		return nil
	}
	err := s.joined().Commit(ctx, commits)
	if err == nil {
		return nil
	}
	for _, p := range held {
		p.recommit()
	}
	if errors.Is(err, event.ErrFenced) {
		slog.Default().Warn("member was fenced: its partitions are given up", "group", s.group.name, "err", err)
		s.release(s.find(s.held()))
	}
	return fmt.Errorf("commit %d partitions: %w", len(commits), err)
}
