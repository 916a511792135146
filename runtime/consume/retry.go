package consume

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

// job is a record, with what hangs on it, on its way to be finished.
type job struct {
	route  *route
	record *event.Record // that is tried, or has failed
	// run does the work once and observes what it committed. errAgain means that there is more.
	run func(ctx context.Context, attempt int) (event.Outcome, error)
	// skip moves on without the effect, after the dead letter; nil: finish does.
	skip func(context.Context) error
	// finish is called at the end, while the lease waits for it.
	finish func()

	attempts int       // calls that failed and count
	stalls   int       // failures in a row that do not count
	failed   time.Time // the first time
	letter   *letter   // to be written; nil: not given up
	buried   bool      // letter is written
	wait     time.Duration
	done     bool
}

var errAgain = errors.New("there is more to do")

// blame makes r the record whose failures are counted.
func (j *job) blame(r *event.Record) {
	if j.record.Position == r.Position {
		return
	}
	j.record, j.attempts, j.stalls, j.failed = r, 0, 0, time.Time{}
}

// settle works on j until it is finished. It returns false when l ends, or the session fails, before.
func (s *session) settle(l *lease, j *job) bool {
	for {
		step := s.try
		if j.letter != nil {
			step = s.bury
		}
		j.wait = 0
		if !step(l, j) {
			return false
		}
		if j.done {
			return true
		}
		if !l.sleep(j.wait) {
			return false
		}
	}
}

// try calls the handler once.
func (s *session) try(l *lease, j *job) bool {
	p, ok := s.enter(l, j.route)
	if !ok {
		return false
	}
	outcome, err := s.call(l, j)
	if err != nil && l.ctx.Err() != nil {
		s.leave(l, j.route, func() { s.breaker.abandon(p) })
		return false
	}
	ok = s.judge(j, outcome, err)
	s.leave(l, j.route, func() { s.breaker.leave(p, causeOf(err)) })
	return ok
}

// causeOf returns err if it makes all records wait.
func causeOf(err error) error {
	if err != nil && classOf(err) == unavailable {
		return err
	}
	return nil
}

func (s *session) call(l *lease, j *job) (event.Outcome, error) {
	ctx, cancel := context.WithTimeout(l.ctx, s.limits.Handler)
	defer cancel()
	defer s.watch.start(ctx, j)()
	return j.run(ctx, j.attempts+1)
}

// judge decides what is next. It returns false when the session fails.
func (s *session) judge(j *job, outcome event.Outcome, err error) bool {
	switch {
	case errors.Is(err, errAgain):
		return true
	case err != nil:
		return s.fault(j, err)
	}
	if kind, reason := reasonOf(outcome); kind != "" {
		j.giveUp(outcome, kind, reason)
		return true
	}
	j.done = true
	j.finish()
	return true
}

// fault decides what an error means for j.
func (s *session) fault(j *job, err error) bool {
	if j.failed.IsZero() {
		j.failed = time.Now()
	}
	retry := retryOf(j.route.contractOf(j.record))
	switch classOf(err) {
	case unavailable:
		return true
	case contended:
		j.stalls++
		j.wait = backoff(retry, j.stalls)
		s.log.retry(j, err)
		return true
	case permanent:
		j.attempts++
		return s.condemn(j, err)
	}
	j.attempts++
	limit := limitOf(retry, err)
	switch {
	case j.attempts < limit:
		j.wait = backoff(retry, j.attempts)
		s.log.retry(j, err)
	case retry.DeadLetter:
		j.giveUp(event.Dead, kindExhausted, err)
	case j.attempts == limit:
		j.wait = retry.MaxBackoff
		s.log.blocked(j, err)
	default:
		j.wait = retry.MaxBackoff
		s.log.retry(j, err)
	}
	return true
}

// condemn gives j up for good, unless too many are.
func (s *session) condemn(j *job, err error) bool {
	if poison := s.flood.add(err); poison != nil {
		s.fail(poison)
		return false
	}
	j.giveUp(event.Dead, kindPermanent, err)
	return true
}

func (j *job) giveUp(outcome event.Outcome, kind string, err error) {
	j.letter = &letter{outcome: outcome, kind: kind, err: err}
}

// retryOf returns the policy of c with its defaults.
func retryOf(c *event.Contract) event.Retry {
	return event.Retry{
		Attempts:   cmp.Or(c.Retry.Attempts, 10),
		Backoff:    cmp.Or(c.Retry.Backoff, 100*time.Millisecond),
		MaxBackoff: cmp.Or(c.Retry.MaxBackoff, 5*time.Minute),
		DeadLetter: c.Retry.DeadLetter,
	}
}

// maxPanics bounds the calls of a handler that panics, whatever the policy: it is a bug, and not one that goes away.
const maxPanics = 3

func limitOf(r event.Retry, err error) int {
	var p *panicError
	if errors.As(err, &p) {
		return min(r.Attempts, maxPanics)
	}
	return r.Attempts
}

// backoff returns the wait after the n-th failure: doubled each time, with full jitter so that keys which failed together do not
// come back together.
func backoff(r event.Retry, n int) time.Duration {
	limit := r.Backoff
	for i := 1; i < n && limit < r.MaxBackoff; i++ {
		limit *= 2
	}
	return rand.N(max(1, min(limit, r.MaxBackoff)))
}
