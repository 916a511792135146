package consume

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// stretch is the next records of a serial partition. When a transaction fails, smaller ones follow until the culprit is alone.
type stretch struct {
	partition *serialPartition
	job       *job

	// Of the last transaction:
	past    []*event.Record // what the committed position is past
	done    []event.Outcome
	reached bool // a handler was called
}

func (s *stretch) batch(ctx context.Context, attempt int) (event.Outcome, error) {
	p := s.partition
	rs := p.head(p.limit)
	err := s.transact(ctx, rs, func(tx *sql.Tx) error { return s.apply(ctx, tx, rs, attempt) })
	switch {
	case errors.Is(err, event.ErrFenced):
		p.lose()
		return event.Applied, nil
	case err != nil:
		return 0, s.failed(rs, err)
	}
	for i, rec := range rs {
		p.session.observe(p.route, rec, s.done[i], nil, attempt)
	}
	p.limit = min(2*p.limit, p.route.maxBatch())
	return event.Applied, nil
}

// failed finds whom an error belongs to, by trying fewer records next.
func (s *stretch) failed(rs []*event.Record, err error) error {
	if !s.reached {
		err = &ownError{err}
	}
	if k := classOf(err); k == unavailable || k == contended {
		return err
	}
	if len(rs) == 1 {
		s.job.blame(rs[0])
		return err
	}
	s.partition.limit = max(1, len(s.done))
	if len(s.done) == len(rs) || s.partition.route.batch != nil { // unknown: it was the commit, or a handler of them all
		s.partition.limit = len(rs) / 2
	}
	return errAgain
}

// skip moves on past the one record that was dead-lettered.
func (s *stretch) skip(ctx context.Context) error {
	p := s.partition
	err := s.transact(ctx, p.head(1), func(*sql.Tx) error { return nil })
	if errors.Is(err, event.ErrFenced) {
		p.lose()
		return nil
	}
	p.limit = p.route.maxBatch()
	return err
}

// transact moves the position past rs in the transaction of apply. It moves first: so another owner waits, and then fails.
func (s *stretch) transact(ctx context.Context, rs []*event.Record, apply func(*sql.Tx) error) error {
	p := s.partition
	from, last := p.position(), rs[len(rs)-1]
	err := sqldb.InTx(ctx, p.route.db, func(tx *sql.Tx) error {
		s.done, s.reached = nil, false
		if err := sqldb.AdvanceOffset(ctx, tx, p.route.handlerName(), from, last.Offset+1, last.LeaderEpoch); err != nil {
			return err
		}
		return apply(tx)
	})
	if err == nil {
		s.past = rs
	}
	return err
}

// finish lets the partition follow its position in the database. Nothing is past when the position was lost.
func (s *stretch) finish() {
	if n := len(s.past); n > 0 {
		s.partition.advance(n, point{s.past[n-1].Offset + 1, s.past[n-1].LeaderEpoch})
	}
}

func (s *stretch) apply(ctx context.Context, tx *sql.Tx, rs []*event.Record, attempt int) error {
	apply := s.applyCases
	if s.partition.route.batch != nil {
		apply = s.applyBatch
	}
	if err := apply(ctx, tx, rs, attempt); err != nil {
		return err
	}
	return s.copyConflicts(ctx, rs)
}

func (s *stretch) applyCases(ctx context.Context, tx *sql.Tx, rs []*event.Record, attempt int) error {
	for _, rec := range rs {
		s.reached = true
		_, o, err := s.partition.route.open(rec, attempt)
		if err != nil {
			return err
		}
		outcome, err := s.partition.route.call(ctx, tx, o)
		if err != nil {
			return err
		}
		s.done = append(s.done, outcome)
	}
	return nil
}

func (s *stretch) applyBatch(ctx context.Context, tx *sql.Tx, rs []*event.Record, _ int) error {
	route := s.partition.route
	plain := make([]*event.Record, len(rs))
	s.reached = true
	for i, rec := range rs {
		var err error
		if plain[i], err = plainRecord(route.contractOf(rec), rec); err != nil {
			return err
		}
	}
	var outcomes []event.Outcome
	err := protect(func() (err error) {
		outcomes, err = route.batch.Apply(ctx, tx, plain)
		return err
	})
	if err != nil {
		return err
	}
	if outcomes == nil {
		outcomes = make([]event.Outcome, len(rs)) // Applied
	}
	if len(outcomes) != len(rs) {
		return fmt.Errorf("the handler returned %d outcomes for %d records", len(outcomes), len(rs))
	}
	s.done = outcomes
	return nil
}

// copyConflicts dead-letters what the handler did not apply but must not be lost, before the transaction moves past it.
func (s *stretch) copyConflicts(ctx context.Context, rs []*event.Record) error {
	for i, rec := range rs {
		kind, reason := reasonOf(s.done[i])
		if kind == "" {
			continue
		}
		j := &job{route: s.job.route, record: rec}
		j.giveUp(s.done[i], kind, reason)
		if err := s.partition.session.deadLetter(ctx, j); err != nil {
			return err
		}
	}
	return nil
}
