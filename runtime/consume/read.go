package consume

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

// read polls and distributes until ctx ends. An error that it returns ends the session.
func (s *session) read(ctx context.Context, m event.Member) error {
	failures := 0
	for {
		n := s.room(ctx)
		if n == 0 {
			return nil
		}
		s.placeAll(m)
		rs, pollErr := s.poll(ctx, m, n)
		s.distribute(rs)
		m.Release()
		s.throttleAll(m)
		if pollErr == nil || ctx.Err() != nil {
			failures = 0
			continue
		}
		if err := s.pollFailed(m, pollErr); err != nil {
			return err
		}
		failures++
		if !sleep(ctx, pollBackoff(failures)) {
			return nil
		}
	}
}

// poll returns early, without an error, when a partition has to be moved first.
func (s *session) poll(ctx context.Context, m event.Member, n int) ([]*event.Record, error) {
	polling, cancel := context.WithCancel(ctx)
	defer cancel()
	s.mu.Lock()
	s.interrupt = cancel
	waiting := len(s.seeks) > 0
	s.mu.Unlock()
	if waiting {
		return nil, nil
	}
	rs, err := m.Poll(polling, n)
	if polling.Err() != nil && errors.Is(err, context.Canceled) {
		err = nil
	}
	return rs, err
}

// room waits until records may be polled and returns how many, 0 when ctx ends. Not to poll is the brake for the whole group: what
// the client has fetched stays in its bounded buffer, and the membership goes on.
func (s *session) room(ctx context.Context) int {
	for ctx.Err() == nil {
		n, freed := s.load.room()
		if since, _ := s.breaker.state(); !since.IsZero() {
			var empty bool
			if empty, freed = s.load.empty(); empty {
				return 1 // to try again what is unavailable
			}
			n = 0
		}
		if n > 0 {
			return n
		}
		select {
		case <-freed:
		case <-ctx.Done():
		}
	}
	return 0
}

// distribute gives records to the partitions they belong to. What nobody holds any more is dropped: its next owner reads it again.
func (s *session) distribute(rs []*event.Record) {
	s.load.take(rs)
	for _, r := range rs {
		s.mu.Lock()
		p := s.partitions[placeOf(r.Position)]
		s.mu.Unlock()
		if p == nil || !p.offer(r) {
			s.load.release(1, int64(r.Size()))
		}
	}
}

const (
	minPollBackoff = 100 * time.Millisecond
	maxPollBackoff = 5 * time.Second
)

// pollBackoff is needed because a broken topic fails every poll at once.
func pollBackoff(failures int) time.Duration {
	return min(minPollBackoff<<min(failures-1, 10), maxPollBackoff)
}

// pollFailed returns an error if nobody can go on.
func (s *session) pollFailed(m event.Member, err error) error {
	var trimmed *event.TrimmedError
	if !errors.As(err, &trimmed) {
		slog.Default().Warn("poll failed", "group", s.group.name, "err", err)
		return nil
	}
	r := s.routes[trimmed.Position.Topic]
	if r == nil || r.serial() {
		return fmt.Errorf("poll: %w", err)
	}
	slog.Default().Error("records were lost: going on at the start of the log", "group", s.group.name, "handler", r.name, "err", err)
	to := trimmed.Position
	to.Offset = trimmed.LogStart
	m.Seek(to)
	return nil
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// seek is a partition that wants to be read from another offset.
type seek struct {
	partition *serialPartition
	to        int64
}

// requestSeek moves p before the next poll, which a waiting one makes room for.
func (s *session) requestSeek(p *serialPartition, to int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seeks = append(s.seeks, seek{p, to})
	if s.interrupt != nil {
		s.interrupt()
	}
}

// placeAll does what was requested. It runs between polls, so that no record of before comes after.
func (s *session) placeAll(m event.Member) {
	s.mu.Lock()
	seeks := s.seeks
	s.seeks = nil
	s.mu.Unlock()
	for _, k := range seeks {
		at := k.partition.at
		at.Offset = k.to
		s.mu.Lock()
		held := s.partitions[placeOf(at)] == partition(k.partition)
		s.mu.Unlock()
		if held {
			m.Seek(at)
			k.partition.place(k.to)
		}
	}
}
