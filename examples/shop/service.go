package main

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"github.com/evgen-dev/evgen/runtime/consume"
	"github.com/evgen-dev/evgen/runtime/event"
)

// service is one consumer of the shop: a group with one route, and its own database.
type service struct {
	name  string
	topic string
	db    *sql.DB
	route consume.Route
	// differences compares the database with the fold of the day's events.
	differences func(context.Context, *day) (rows int, diffs []string, err error)

	mu        sync.Mutex
	delivered int
	outcomes  map[event.Outcome]int
	finished  map[event.Position]bool
	changed   chan struct{} // closed with each observation
}

func newService(name, topic string, db *sql.DB, route consume.Route) *service {
	return &service{
		name: name, topic: topic, db: db, route: route,
		outcomes: map[event.Outcome]int{}, finished: map[event.Position]bool{}, changed: make(chan struct{}),
	}
}

// run is the life of one instance of the service, until ctx ends.
func (s *service) run(ctx context.Context, b event.Broker) error {
	return consume.NewGroup(s.name, b, s.route, consume.Observe(s.observe)).Run(ctx)
}

// observe counts what became of each record.
func (s *service) observe(o consume.Observation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delivered++
	s.outcomes[o.Outcome]++
	s.finished[o.Record.Position] = true
	close(s.changed)
	s.changed = make(chan struct{})
}

// waitFor returns when n different records are finished.
func (s *service) waitFor(ctx context.Context, n int) error {
	for {
		s.mu.Lock()
		done, changed := len(s.finished) >= n, s.changed
		s.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return errors.New(s.name + " did not get all of its events: " + ctx.Err().Error())
		}
	}
}

// live publishes the day while the services run. In the middle each of them is restarted, and the commit that it makes last gets lost, as in
// a crash: what it finished since the one before comes again.
func (s *shop) live(ctx context.Context, d *day, zones *zones) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var running sync.WaitGroup
	for _, service := range s.services {
		running.Go(func() {
			if err := s.liveService(ctx, service, d); err != nil {
				cancel(err)
			}
		})
	}
	if err := d.publish(ctx, s.client); err != nil {
		cancel(err)
	}
	running.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return zones.waitFor(ctx, d)
}

func (s *shop) liveService(ctx context.Context, v *service, d *day) error {
	if err := s.runUntil(ctx, v, d.count(v.topic)/2, func() { s.loseCommit(v.name) }); err != nil {
		return err
	}
	return s.runUntil(ctx, v, d.count(v.topic), func() {})
}

// runUntil runs one instance of a service until n records are finished, and calls last before it stops.
func (s *shop) runUntil(ctx context.Context, v *service, n int, last func()) error {
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() {
		err := v.run(running, s.client)
		stop() // a group that fails ends the wait, too
		ended <- err
	}()
	err := v.waitFor(running, n)
	last()
	stop()
	if runErr := <-ended; runErr != nil {
		return runErr
	}
	return err
}
