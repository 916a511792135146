package consume

import (
	"log/slog"
	"sync"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

// journal writes about failures without repeating itself: when a database is slow, thousands of records say so.
type journal struct {
	mu      sync.Mutex
	last    time.Time
	skipped int
}

const journalInterval = time.Second

// retry tells that j will be tried again.
func (l *journal) retry(j *job, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.last.IsZero() && time.Since(l.last) < journalInterval {
		l.skipped++
		return
	}
	slog.Default().Warn("record will be tried again", append(j.attrs(err), "wait", j.wait, "similar", l.skipped)...)
	l.last, l.skipped = time.Now(), 0
}

// blocked tells that j holds its key from now on.
func (l *journal) blocked(j *job, err error) {
	slog.Default().Error("key is blocked until its handler succeeds", append(j.attrs(err), "wait", j.wait)...)
}

// attrs says which record it is, and with err what happened to it.
func (j *job) attrs(err error) []any {
	attrs := []any{
		"handler", j.route.name, "event", j.record.Headers.EventType(), "key", event.TextOf(j.record.Key),
		"position", j.record.String(), "attempt", j.attempts,
	}
	if err != nil {
		attrs = append(attrs, "err", err)
	}
	return attrs
}
