package consume

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

// Group is a service's membership in one consumer group. Its instances, in this process or in others, share the partitions of its topics.
type Group struct {
	name      string
	broker    event.Broker
	routes    []Route
	limits    Limits
	observers []func(Observation)

	mu      sync.Mutex
	session *session // of the current call of Run
	ended   time.Time
	err     error // of the last call of Run
}

// Option is a [Route], [Limits], or what [Observe] returns.
type Option interface{ apply(*Group) }

// NewGroup returns a group that reads through b when [Group.Run] is called. The name is part of every guard's rows: a group that is
// renamed repeats all effects.
func NewGroup(name string, b event.Broker, opts ...Option) *Group {
	g := &Group{name: name, broker: b, limits: Limits{}.withDefaults()}
	for _, o := range opts {
		o.apply(g)
	}
	return g
}

// Observation is what became of one record.
type Observation struct {
	Group   string
	Handler string // e.g., billing/orders; of a batch route its Handler
	Record  *event.Record
	Outcome event.Outcome
	Err     error // why it is Dead
	Attempt int   // calls of the handler that were counted, with the last one
}

// Observe calls f once for each record when it is finished. A record that a sequence parked is observed twice: as Parked, and when its
// predecessor came. f runs on many goroutines, delays the record's key, and must not change the record.
func Observe(f func(Observation)) Option { return observer(f) }

type observer func(Observation)

func (o observer) apply(g *Group) { g.observers = append(g.observers, o) }

// Run joins the group and handles records until ctx ends; then it waits for the running handlers, commits, leaves and returns nil. It
// creates dead-letter topics that are missing, with the partitions of their source and a retention of 30 days. Run may be called again
// after it returned.
//
// It returns an error when the routes contradict each other, when a topic, a table or a setting of the database is missing, when
// the broker refuses the group, when a handler is still running [Limits].Drain after the end, and when going on would lose or
// repeat something: [ErrPoison], a [*event.TrimmedError] of a serial route, a [*sqldb.TopicRecreatedError].
func (g *Group) Run(ctx context.Context) error {
	err := g.run(ctx)
	if err != nil {
		err = fmt.Errorf("group %s: %w", g.name, err)
	}
	return err
}

var errRunning = errors.New("it runs already: a second member of the group needs a Group of its own")

func (g *Group) run(ctx context.Context) error {
	s := newSession(g)
	if err := g.begin(s); err != nil {
		return err
	}
	err := s.run(ctx)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.session, g.ended, g.err = nil, time.Now(), err
	return err
}

func (g *Group) begin(s *session) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.session != nil {
		return errRunning
	}
	g.session = s
	return nil
}

// Health returns nil while the group does its work, for a readiness probe. Otherwise it says what is wrong and since when: Run was not called or
// has returned, a handler runs longer than [Limits] allow, or the group waits for what a handler needs. A key that is held because its
// handler fails does not count: other keys go on, and a restart would not help.
func (g *Group) Health() error {
	g.mu.Lock()
	s, ended, err := g.session, g.ended, g.err
	g.mu.Unlock()
	switch {
	case s != nil:
		err = s.health()
	case ended.IsZero():
		err = errors.New("not running: call Run")
	case err != nil:
		err = fmt.Errorf("stopped at %s: %w", ended.Format(time.RFC3339), err)
	default:
		err = fmt.Errorf("ended at %s", ended.Format(time.RFC3339))
	}
	if err != nil {
		return fmt.Errorf("group %s: %w", g.name, err)
	}
	return nil
}

func (g *Group) observe(o Observation) {
	o.Group = g.name
	for _, f := range g.observers {
		f(o)
	}
}
