package view

import (
	"context"
	"errors"
	"fmt"

	"github.com/evgen-dev/evgen/runtime/event"
)

func (r *replica) waitFor(ctx context.Context, receipt event.Receipt) error {
	if receipt.Topic != r.topic() {
		return fmt.Errorf("the receipt is of topic %s, the view of topic %s", receipt.Topic, r.topic())
	}
	for {
		moved := r.nextMove() // asked for before the look, so that no move is missed
		if shown, err := r.shows(receipt); shown || err != nil {
			return err
		}
		select {
		case <-moved:
		case <-r.stopped:
			return r.err()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (r *replica) shows(receipt event.Receipt) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if receipt.Offset >= 0 && receipt.TopicID == r.shown.topicID {
		return r.shown.shows(receipt.Position), nil
	}
	if receipt.Revision < 1 || len(receipt.Key) == 0 {
		return false, errors.New("the receipt has neither a position in this topic nor a revision")
	}
	return r.shown.table.get(receipt.Key).revision >= receipt.Revision, nil
}

// nextMove returns a channel that is closed when the view shows more than now.
func (r *replica) nextMove() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.moved == nil {
		r.moved = make(chan struct{})
	}
	return r.moved
}

// wake runs with mu held.
func (r *replica) wake() {
	if r.moved != nil {
		close(r.moved)
		r.moved = nil
	}
}
