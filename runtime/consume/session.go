package consume

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

// session is one call of [Group.Run]: it is the owner that the member tells of its partitions.
type session struct {
	group  *Group
	limits Limits
	routes map[string]*route // by topic

	handlers context.Context // outlives Run's by the time of the drain
	fail     context.CancelCauseFunc
	work     sync.WaitGroup // goroutines that the session started

	load    *load
	workers slots
	breaker *breaker
	flood   flood
	watch   *watchdog
	log     journal

	mu         sync.Mutex
	member     event.Member // nil until joined
	partitions map[place]partition
	seeks      []seek
	interrupt  context.CancelFunc // of the current poll

	pausing    sync.Mutex // one decision at a time
	committing sync.Mutex // held while a commit is under way, and while partitions are taken away
	completed  counter
}

// place is a partition of a topic.
type place struct {
	topic     string
	partition int32
}

func placeOf(p event.Position) place { return place{p.Topic, p.Partition} }

// partition is what a session does with one partition that it holds.
type partition interface {
	hold() *lease
	// offer takes a record, or refuses it: then nobody handles it under this lease.
	offer(*event.Record) bool
	// pending returns how many records were taken and are not finished, and how many bytes they have.
	pending() (records int, bytes int64)
	// commit returns what was not returned before, false if there is nothing new.
	commit() (event.Commit, bool)
	// recommit makes the next call of commit return something, since the last one was in vain.
	recommit()
	// drop forgets what is pending; whatever still runs counts no more.
	drop()
}

func newSession(g *Group) *session {
	return &session{
		group: g, limits: g.limits, fail: func(error) {},
		load: newLoad(g.limits), workers: make(slots, g.limits.Workers), breaker: &breaker{group: g.name}, watch: newWatchdog(g.limits.Handler),
		partitions: map[place]partition{}, completed: counter{full: make(chan struct{}, 1)},
	}
}

func (s *session) run(ctx context.Context) error {
	s.handlers = context.WithoutCancel(ctx)
	ctx, s.fail = context.WithCancelCause(ctx)
	defer s.fail(nil)
	member, err := s.join(ctx)
	if err != nil {
		s.Lost(s.held())
		if ctx.Err() != nil {
			return failureOf(ctx)
		}
		return err
	}
	s.work.Go(func() { s.commitRegularly(ctx) })
	s.fail(s.read(ctx, member))
	return errors.Join(failureOf(ctx), s.leaveGroup(member), s.wait())
}

func (s *session) join(ctx context.Context) (event.Member, error) {
	var err error
	if s.routes, err = s.group.bind(ctx); err != nil {
		return nil, err
	}
	member, err := s.group.broker.Join(ctx, event.Membership{Group: s.group.name, Topics: s.topics(), Owner: s})
	if err != nil {
		return nil, fmt.Errorf("join: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.member = member
	return member, nil
}

// failureOf returns why ctx ended, unless the caller of Run ended it.
func failureOf(ctx context.Context) error {
	cause := context.Cause(ctx)
	if errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded) {
		return nil
	}
	return cause
}

func (s *session) topics() []string {
	names := make([]string, 0, len(s.routes))
	for _, r := range s.group.routes {
		names = append(names, r.topic())
	}
	return names
}

// leaveGroup makes the member call Revoked, which drains and commits.
func (s *session) leaveGroup(member event.Member) error {
	ctx, cancel := context.WithTimeout(s.handlers, s.limits.Drain+2*commitTimeout)
	defer cancel()
	err := member.Close(ctx)
	s.Lost(s.held()) // nothing, unless the member failed to revoke
	if err != nil {
		return fmt.Errorf("leave: %w", err)
	}
	return nil
}

func (s *session) held() []event.Position {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]event.Position, 0, len(s.partitions))
	for _, p := range s.partitions {
		all = append(all, p.hold().at)
	}
	return all
}

// lingering is how long handlers get to notice that their context has ended.
const lingering = time.Second

// wait waits for what the session started. Handlers that ignore their context would hold it for ever.
func (s *session) wait() error {
	ended := make(chan struct{})
	go func() {
		s.work.Wait()
		close(ended)
	}()
	timer := time.NewTimer(lingering)
	defer timer.Stop()
	select {
	case <-ended:
		return nil
	case <-timer.C:
		return s.watch.stuck(0)
	}
}

func (s *session) health() error {
	if err := s.watch.stuck(s.limits.Handler); err != nil {
		return err
	}
	if since, cause := s.breaker.state(); !since.IsZero() {
		return fmt.Errorf("waiting since %s for what its handlers need: %w", since.Format(time.RFC3339), cause)
	}
	return nil
}

// enter waits until a job of l may run: nothing is unavailable, and there is a worker. If so, leave must follow.
func (s *session) enter(l *lease, r *route) (pass, bool) {
	for s.breaker.wait(l.stop) {
		if !r.turn.acquire(l.stop) {
			break
		}
		if !s.workers.acquire(l.stop) {
			r.turn.release()
			break
		}
		p, ok := s.breaker.enter()
		begun := ok && l.begin()
		if begun {
			return p, true
		}
		s.workers.release()
		r.turn.release()
		if ok {
			s.breaker.abandon(p)
			break
		}
	}
	return pass{}, false
}

func (s *session) leave(l *lease, r *route, report func()) {
	s.workers.release()
	r.turn.release()
	report()
	l.end()
}

func (s *session) observe(r *route, record *event.Record, o event.Outcome, err error, attempt int) {
	if err == nil {
		_ = s.flood.add(nil) // fails for failures only
	}
	s.group.observe(Observation{Handler: r.handlerName(), Record: record, Outcome: o, Err: err, Attempt: attempt})
}
