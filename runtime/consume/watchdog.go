package consume

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// watchdog knows which handlers run. It is needed because a member stays in its group however long a handler hangs.
type watchdog struct {
	limit time.Duration

	mu      sync.Mutex
	running map[*call]struct{}
}

type call struct {
	handler, record string
	since           time.Time
}

func newWatchdog(limit time.Duration) *watchdog {
	return &watchdog{limit: limit, running: map[*call]struct{}{}}
}

// start notes that the handler of j is called with ctx, which ends with the limit. The result notes that it returned.
func (w *watchdog) start(ctx context.Context, j *job) (end func()) {
	c := &call{handler: j.route.name, record: j.record.String(), since: time.Now()}
	w.mu.Lock()
	w.running[c] = struct{}{}
	w.mu.Unlock()
	attrs := j.attrs(nil)
	stop := context.AfterFunc(ctx, func() {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			slog.Default().Error("handler runs longer than allowed and was cancelled", append(attrs, "limit", w.limit)...)
		}
	})
	return func() {
		stop()
		w.mu.Lock()
		delete(w.running, c)
		w.mu.Unlock()
	}
}

// stuck returns an error that names the handler which runs longest, if that is longer than d.
func (w *watchdog) stuck(d time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	var oldest *call
	n := 0
	for c := range w.running {
		if time.Since(c.since) <= d {
			continue
		}
		n++
		if oldest == nil || c.since.Before(oldest.since) {
			oldest = c
		}
	}
	if oldest == nil {
		return nil
	}
	return fmt.Errorf("%d of its handlers do not return: the oldest is %s with record %s, since %s",
		n, oldest.handler, oldest.record, oldest.since.Format(time.RFC3339))
}

var errExited = errors.New("runtime.Goexit was called")

// protect calls f on a goroutine of its own and returns a [*panicError] when f panics or ends its goroutine.
func protect(f func() error) error {
	done := make(chan error, 1)
	go func() {
		var err error = &panicError{errExited, nil}
		defer func() {
			if p := recover(); p != nil {
				err = &panicError{p, debug.Stack()}
			}
			done <- err
		}()
		err = f()
	}()
	return <-done
}
