package consume

import (
	"log/slog"
	"sync"
	"time"
)

// probeInterval is how often an unavailable group tries one record.
const probeInterval = 5 * time.Second

// breaker holds all work of a group while something that all of it needs is down.
type breaker struct {
	group string

	mu      sync.Mutex
	since   time.Time // zero: work may go on
	cause   error
	probing bool
	next    time.Time     // of a probe
	healed  chan struct{} // closed when work may go on
}

// pass is the permission to try a record.
type pass struct{ probe bool }

// wait blocks while work must wait and no probe is due. It returns false when stop is closed first.
func (b *breaker) wait(stop <-chan struct{}) bool {
	for {
		delay, healed := b.delay()
		if delay <= 0 {
			return true
		}
		timer := time.NewTimer(delay)
		select {
		case <-healed:
		case <-timer.C:
		case <-stop:
			timer.Stop()
			return false
		}
		timer.Stop()
	}
}

func (b *breaker) delay() (time.Duration, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.since.IsZero():
		return 0, nil
	case b.probing:
		return probeInterval, b.healed
	}
	return time.Until(b.next), b.healed
}

// enter gives the permission to try a record: to everybody, or to one every [probeInterval].
func (b *breaker) enter() (pass, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.since.IsZero() {
		return pass{}, true
	}
	if b.probing || time.Now().Before(b.next) {
		return pass{}, false
	}
	b.probing = true
	return pass{probe: true}, true
}

// leave reports how the try ended: nil when what all need is there.
func (b *breaker) leave(p pass, unavailable error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if unavailable != nil {
		b.open(unavailable)
	}
	if !p.probe {
		return
	}
	b.probing = false
	b.next = time.Now().Add(probeInterval)
	if unavailable == nil {
		slog.Default().Info("group goes on", "group", b.group, "paused", time.Since(b.since))
		b.since, b.cause = time.Time{}, nil
		close(b.healed)
	}
}

// abandon gives p back untried.
func (b *breaker) abandon(p pass) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p.probe {
		b.probing = false
	}
}

func (b *breaker) open(cause error) {
	b.cause = cause
	if !b.since.IsZero() {
		return
	}
	b.since = time.Now()
	b.next = b.since.Add(probeInterval)
	b.healed = make(chan struct{})
	slog.Default().Error("group waits until what it needs is available", "group", b.group, "err", cause)
}

// state returns since when work waits and why, the zero time if it does not.
func (b *breaker) state() (time.Time, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.since, b.cause
}
