package produce

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/evgen-dev/evgen/runtime/event"
)

// sending is one record on its way to a sink.
type sending struct {
	ctx     context.Context // of the caller
	sink    event.Sink
	name    string // of the event
	record  *event.Record
	receipt event.Receipt // what is known before the sink answers
	done    func(event.Receipt, error)
	turn    event.Turn // lets the next record of the key go
	stage   atomic.Uint32
}

// Who hands the record to the sink? The caller if the key is free, because a full sink must hold up callers, and
// their context ends that wait. Else whoever frees the key, later, when the caller's context says nothing any more: a request that is
// over must not take its event with it. begin and start meet in one atomic step, so exactly one of them sends.
const (
	calling uint32 = iota // the caller is still in start
	free                  // the key became free meanwhile: the caller sends
	left                  // the caller left: begin sends
)

// start queues the record behind those of its key. The error is that of the context, and the record is not sent then.
func (s *sending) start() error {
	r := s.record
	if err := s.sink.Keys().Do(s.ctx, r.Topic, r.Key, r.Size(), s.begin); err != nil {
		return err
	}
	if !s.stage.CompareAndSwap(calling, left) {
		s.sink.Send(s.ctx, r, s.finish)
	}
	return nil
}

func (s *sending) begin(turn event.Turn) {
	s.turn = turn
	if !s.stage.CompareAndSwap(calling, free) {
		s.sink.Send(context.WithoutCancel(s.ctx), s.record, s.finish)
	}
}

// finish reports before it releases the key, so that outcomes are heard in order too.
func (s *sending) finish(at event.Receipt, err error) {
	defer s.turn.Release()
	if err != nil {
		s.done(s.receipt, s.wrap(err))
		return
	}
	s.done(event.Receipt{Position: at.Position, EventID: s.receipt.EventID, Key: s.receipt.Key, Revision: s.receipt.Revision}, nil)
}

// wrap says which event an error is about, unless it says so itself.
func (s *sending) wrap(err error) error {
	if _, ok := errors.AsType[*event.TooLargeError](err); ok {
		return err
	}
	return fmt.Errorf("publish %s with key %s: %w", s.name, event.TextOf(s.record.Key), err)
}
