package consume

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// Assigned implements [event.Owner]. It may be called before Join returns, so it does not use the member.
func (s *session) Assigned(ctx context.Context, as []event.Assignment) error {
	for i := range as {
		a := &as[i]
		r := s.routes[a.Topic]
		if r == nil {
			return fmt.Errorf("topic %s was assigned but not asked for", a.Topic)
		}
		s.Lost([]event.Position{a.Position}) // nothing, unless its end was never told
		if err := s.assign(ctx, r, a); err != nil {
			s.fail(err)
			return err
		}
	}
	return nil
}

func (s *session) assign(ctx context.Context, r *route, a *event.Assignment) error {
	var p partition
	if r.serial() {
		serial := newSerialPartition(s, r, a)
		if err := serial.start(ctx, a); err != nil {
			return err
		}
		p = serial
	} else {
		p = newKeyedPartition(s, r, a)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.partitions[placeOf(a.Position)] = p
	return nil
}

// positionTimeout bounds a look at the database while the group waits for its member.
const positionTimeout = 5 * time.Second

// start finds out where p goes on. When the database does not answer, p looks again later, as every handler would.
func (p *serialPartition) start(ctx context.Context, a *event.Assignment) error {
	ctx, cancel := context.WithTimeout(ctx, positionTimeout)
	defer cancel()
	next, err := p.load(ctx)
	var recreated *sqldb.TopicRecreatedError
	switch {
	case errors.As(err, &recreated):
		return err
	case err != nil:
		slog.Default().Warn("position is not known yet", "handler", p.route.name, "partition", a.Partition, "err", err)
	default:
		a.Offset = next
		p.place(next)
	}
	p.session.work.Go(p.work)
	return nil
}

// Revoked implements [event.Owner]: running handlers get Limits.Drain to end, then what is done is committed.
func (s *session) Revoked(ctx context.Context, ps []event.Position) error {
	held := s.find(ps)
	if len(held) == 0 {
		return nil // frequent, and no reason to wait for anything
	}
	for _, p := range held {
		p.hold().halt()
	}
	s.drain(ctx, held)
	s.committing.Lock()
	defer s.committing.Unlock()
	if err := s.commit(ctx, held); err != nil {
		slog.Default().Warn("commit at the end of an assignment failed: its last records will be handled again", "group", s.group.name, "err", err)
	}
	s.release(held)
	return nil
}

// Lost implements [event.Owner]. A commit that is under way may end, since it cannot be called back.
func (s *session) Lost(ps []event.Position) {
	held := s.find(ps)
	if len(held) == 0 {
		return
	}
	for _, p := range held {
		p.hold().halt()
		p.hold().cancel()
	}
	s.committing.Lock()
	defer s.committing.Unlock()
	s.release(held)
}

// find returns those of ps that the session holds.
func (s *session) find(ps []event.Position) []partition {
	s.mu.Lock()
	defer s.mu.Unlock()
	var held []partition
	for _, at := range ps {
		if p := s.partitions[placeOf(at)]; p != nil {
			held = append(held, p)
		}
	}
	return held
}

// drain waits for running handlers, all together no longer than Limits.Drain.
func (s *session) drain(ctx context.Context, held []partition) {
	ctx, cancel := context.WithTimeout(ctx, s.limits.Drain)
	defer cancel()
	for _, p := range held {
		select {
		case <-p.hold().idle:
		case <-ctx.Done():
			slog.Default().Warn("handlers still run while their partition is taken away", "group", s.group.name, "position", p.hold().at.String())
		}
	}
}

// release gives partitions up. What still runs is cancelled; if it commits nevertheless, guards keep it from repeating an effect.
func (s *session) release(held []partition) {
	for _, p := range held {
		p.hold().halt()
		p.hold().cancel()
		s.unpause(p)
		s.mu.Lock()
		if at := placeOf(p.hold().at); s.partitions[at] == p {
			delete(s.partitions, at)
		}
		s.mu.Unlock()
		p.drop()
	}
}
