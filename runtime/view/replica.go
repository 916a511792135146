package view

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

// replica keeps a table equal to a topic. It knows bytes only; View adds the types. One goroutine writes.
type replica struct {
	source    event.Source
	contract  *event.Contract
	revision  func(*event.Record) (int64, error) // of a record without the header
	settings  settings
	retention time.Duration // of tombstones

	life    context.Context // ends with the view
	cancel  context.CancelFunc
	stopped chan struct{} // closed when nothing is followed any more
	broken  atomic.Int64  // records that could not be read

	table atomic.Pointer[table] // what readers see; replaced by a rebuild
	feeds feeds

	mu    sync.Mutex
	shown *pass         // that filled table; its progress is guarded
	moved chan struct{} // closed at the next progress; nil: nobody waits
	cause error         // why nothing is followed any more
}

func openReplica(ctx context.Context, s event.Source, c *event.Contract, revision func(*event.Record) (int64, error), opts []Option) (*replica, error) {
	r := &replica{source: s, contract: c, revision: revision, stopped: make(chan struct{})}
	for _, o := range opts {
		o.apply(&r.settings)
	}
	// The follower outlives ctx, which bounds the opening only.
	r.life, r.cancel = context.WithCancel(context.WithoutCancel(ctx))
	detach := context.AfterFunc(ctx, r.cancel)
	p, err := r.firstPass()
	if !detach() && err == nil {
		err = errors.Join(errors.New("ended at the last moment"), p.close())
	}
	if err != nil {
		r.cancel()
		return nil, becauseOf(ctx, err)
	}
	r.show(p)
	go r.follow(p)
	return r, nil
}

// becauseOf puts the end of ctx before the failure that it led to.
func becauseOf(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return fmt.Errorf("%w: %w", ctx.Err(), err)
}

func (r *replica) firstPass() (*pass, error) {
	t, err := r.source.Topic(r.life, r.topic())
	if err != nil {
		return nil, fmt.Errorf("look at topic %s: %w", r.topic(), err)
	}
	r.retention = t.TombstoneRetention
	if r.retention <= 0 {
		r.retention = 24 * time.Hour // Kafka's default
	}
	if t.Compaction == event.NoCompaction {
		r.log(slog.LevelWarn, "the topic is not compacted: states that age out of it will be missing in a view opened later; set cleanup.policy=compact")
	}
	return r.load()
}

func (r *replica) topic() string { return r.contract.Topic.Name }

func (r *replica) err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cause
}

func (r *replica) close() {
	r.cancel()
	<-r.stopped
}

// discard drops the value of an entry that cannot be decoded.
func (r *replica) discard(key []byte, e entry, err error) {
	r.table.Load().invalidate(key, e)
	r.unreadable(err)
}

// unreadable reports a record. Of a topic full of them, only every doubling of their number is reported.
func (r *replica) unreadable(err error) {
	if n := r.broken.Add(1); n&(n-1) == 0 {
		r.log(slog.LevelError, "a record cannot be read", "error", err, "total", n)
	}
}

func (r *replica) log(level slog.Level, msg string, args ...any) {
	args = append([]any{"event", r.contract.Name, "topic", r.topic()}, args...)
	slog.Default().Log(context.WithoutCancel(r.life), level, "view: "+msg, args...)
}
