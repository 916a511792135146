package view

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

const (
	firstWait = 100 * time.Millisecond
	longWait  = 5 * time.Second
	patience  = time.Minute // with a follower that only fails: a new one may do better, e.g., after the topic was made anew
)

// restart is why a pass must begin again.
type restart struct{ reason string }

func (r *restart) Error() string { return r.reason }

func restartf(format string, args ...any) error { return &restart{fmt.Sprintf(format, args...)} }

func mustRestart(err error) bool {
	_, again := errors.AsType[*restart](err)
	_, trimmed := errors.AsType[*event.TrimmedError](err)
	return again || trimmed || errors.Is(err, event.ErrReplaced)
}

// load reads the topic until a table shows all that was there when reading began.
func (r *replica) load() (*pass, error) {
	for {
		p, err := r.loadOnce()
		if err == nil || !mustRestart(err) {
			return p, err
		}
		r.log(slog.LevelWarn, "loading begins again", "reason", err)
		if sleep(r.life, firstWait) != nil {
			return nil, err
		}
	}
}

func (r *replica) loadOnce() (*pass, error) {
	began := wallClock()
	f, err := r.source.Follow(r.life, r.topic())
	if err != nil {
		return nil, fmt.Errorf("follow topic %s: %w", r.topic(), err)
	}
	p := newPass(f)
	for !p.ready() {
		if err := r.step(p); err != nil {
			return nil, errors.Join(err, p.close())
		}
		// A deletion may have been compacted away between its state, which was read, and its tombstone, which was not.
		if took := wallClock().Sub(began); took > r.retention {
			return nil, errors.Join(restartf("loading took %v, longer than the %v that tombstones live", took, r.retention), p.close())
		}
	}
	return p, nil
}

// step reads and applies the next batch. It waits while polling fails, since a broker that is down comes back; an error
// means that the pass is over.
func (r *replica) step(p *pass) error {
	began, wait := time.Now(), firstWait
	for {
		b, err := p.follower.Poll(r.life)
		switch {
		case r.life.Err() != nil:
			return errors.New(p.lag())
		case err == nil:
			return r.applyBatch(p, b)
		case mustRestart(err):
			return err
		case time.Since(began) > patience:
			return restartf("polling has failed for %v: %v", patience, err)
		}
		r.log(slog.LevelWarn, "poll failed", "error", err, "retry_in", wait)
		if sleep(r.life, wait) != nil {
			return fmt.Errorf("%s: %w", p.lag(), err)
		}
		wait = min(2*wait, longWait)
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
