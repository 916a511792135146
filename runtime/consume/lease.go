package consume

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

// lease is the hold that a session has on one partition, from its assignment until it is revoked, lost or fenced. The same partition may
// come back at once: that is another lease, and what is left of this one touches nothing of it.
type lease struct {
	at   event.Position  // where reading began
	ctx  context.Context // of the handlers
	stop chan struct{}   // closed: nothing new begins

	cancel context.CancelFunc

	mu      sync.Mutex
	running int
	halted  bool
	idle    chan struct{} // closed: halted, and nothing runs any more

	paused atomic.Bool // written under the lock of throttle only
}

func newLease(ctx context.Context, at event.Position) *lease {
	ctx, cancel := context.WithCancel(ctx)
	return &lease{at: at, ctx: ctx, cancel: cancel, stop: make(chan struct{}), idle: make(chan struct{})}
}

// begin says whether a piece of work may begin; if so, end must follow.
func (l *lease) begin() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.halted {
		return false
	}
	l.running++
	return true
}

func (l *lease) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running--
	if l.halted && l.running == 0 {
		close(l.idle)
	}
}

// halt lets nothing new begin.
func (l *lease) halt() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.halted {
		return
	}
	l.halted = true
	close(l.stop)
	if l.running == 0 {
		close(l.idle)
	}
}

// over says whether the lease was halted.
func (l *lease) over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.halted
}

// sleep returns early, with false, when the lease is halted.
func (l *lease) sleep(d time.Duration) bool {
	if d <= 0 {
		return !l.over()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-l.stop:
		return false
	}
}
