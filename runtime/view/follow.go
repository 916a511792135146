package view

import (
	"errors"
	"log/slog"
)

// follow applies what comes until the view is closed or cannot go on. A pass that must begin again is replaced; readers
// keep the old table until the new one is ready.
func (r *replica) follow(p *pass) {
	for {
		err := r.drain(p)
		if closing := p.close(); closing != nil {
			r.log(slog.LevelWarn, "close follower", "error", closing)
		}
		if mustRestart(err) && r.life.Err() == nil {
			r.log(slog.LevelWarn, "the view is rebuilt, and shows its last states meanwhile", "reason", err)
			p, err = r.reload()
		}
		if err != nil {
			r.stop(err)
			return
		}
		r.replace(p)
	}
}

func (r *replica) drain(p *pass) error {
	for {
		if err := r.step(p); err != nil {
			return err
		}
	}
}

// reload loads again and again, since there is no caller whom an error could tell to.
func (r *replica) reload() (*pass, error) {
	for wait := firstWait; ; wait = min(2*wait, longWait) {
		p, err := r.load()
		if err == nil || r.life.Err() != nil {
			return p, err
		}
		if _, full := errors.AsType[*sizeError](err); full {
			return nil, err
		}
		r.log(slog.LevelWarn, "rebuild failed", "error", err, "retry_in", wait)
		if sleep(r.life, wait) != nil {
			return nil, err
		}
	}
}

// replace shows the table of p instead of the old one, and tells the feeds what differs. A feed that is added meanwhile sees
// the new table, and needs no telling.
func (r *replica) replace(p *pass) {
	old := r.table.Load()
	r.feeds.during(func(post func(key string, before, after entry)) {
		r.show(p)
		difference(old, p.table, post)
	})
}

func (r *replica) show(p *pass) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shown = p
	r.table.Store(p.table)
	r.wake()
}

func (r *replica) advance(p *pass, next map[int32]int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.advance(next)
	if p == r.shown {
		r.wake()
	}
}

// stop ends the view's life as a follower.
func (r *replica) stop(cause error) {
	if r.life.Err() != nil {
		cause = ErrClosed
	} else {
		r.log(slog.LevelError, "the view stopped following its topic", "error", cause)
	}
	r.mu.Lock()
	r.cause = cause
	r.mu.Unlock()
	close(r.stopped)
}
