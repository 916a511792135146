package produce_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/produce"
)

func TestPublishGivesUpWaitingButTheRecordIsWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sink := newGate()
		p := produce.New(sink, event.New(plan))
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		began := time.Now()
		receipt, err := p.Publish(ctx, msg("pro", 7, ""))
		if !errors.Is(err, event.ErrUnknown) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want the unknown outcome and the deadline", err)
		}
		if waited := time.Since(began); waited != 3*time.Second {
			t.Errorf("waited %v, want the 3 s of the context", waited)
		}
		s := <-sink.sends
		id, _ := s.record.Headers.Get(event.HeaderID)
		want := event.Receipt{Position: event.Position{Topic: "plans", Partition: -1, Offset: -1}, EventID: id, Key: []byte("pro"), Revision: 7}
		if diff := cmp.Diff(want, receipt); diff != "" {
			t.Errorf("receipt (-want +got):\n%s", diff)
		}
		s.succeed(0) // and the next one goes
		next, err := publishVia(t, sink, p, msg("pro", 8, ""))
		if err != nil || next.Offset != 1 {
			t.Errorf("next publish: %+v, %v", next, err)
		}
	})
}

func TestKnownOutcomeWinsOverTheContext(t *testing.T) {
	t.Parallel()
	for range 20 { // select chooses by chance
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			sink := newGate()
			go func() {
				s := <-sink.sends
				s.succeed(4)
				cancel()
			}()
			if r, err := produce.New(sink, event.New(plan)).Publish(ctx, msg("pro", 1, "")); err != nil || r.Offset != 4 {
				t.Errorf("publish: %+v, %v", r, err)
			}
		})
	}
}

func TestCancelledCallerTakesNobodyAlong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sink := newGate()
		p := produce.New(sink, event.New(plan))
		ctx, cancel := context.WithCancel(t.Context())
		outcomes := make(chan error, 3)
		report := func(_ event.Receipt, err error) { outcomes <- err }
		p.PublishAsync(ctx, msg("pro", 1, ""), report)
		p.PublishAsync(ctx, msg("pro", 2, ""), report) // waits for its predecessor
		p.PublishAsync(t.Context(), msg("pro", 3, ""), report)
		cancel()
		for offset := range int64(3) {
			s := <-sink.sends
			if offset > 0 && s.ctx.Err() != nil {
				t.Error("a record was sent with the context of a caller who is gone")
			}
			s.succeed(offset)
			if err := <-outcomes; err != nil {
				t.Error(err)
			}
		}
	})
}

type contextKey struct{}

func TestValuesOfTheContextReachTheSink(t *testing.T) {
	t.Parallel()
	sink := newGate()
	p := produce.New(sink, event.New(plan))
	ctx := context.WithValue(t.Context(), contextKey{}, "span")
	p.PublishAsync(ctx, msg("pro", 1, ""), nil)
	p.PublishAsync(ctx, msg("pro", 2, ""), nil)
	for offset := range int64(2) {
		s := <-sink.sends
		if s.ctx.Value(contextKey{}) != "span" {
			t.Errorf("the context of record %d lost its values", offset)
		}
		s.succeed(offset)
	}
}

func TestContextEndsTheWaitForAFullSink(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := produce.New(&full{}, event.New(plan)).Publish(ctx, msg("pro", 1, "")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want the deadline", err)
		}
		synctest.Wait()
	})
}

func TestContextEndsTheWaitForEarlierRecords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sink := newGate()
		sink.keys = event.NewKeys(1)
		p := produce.New(sink, event.New(plan))
		p.PublishAsync(t.Context(), msg("pro", 1, ""), nil) // under way
		p.PublishAsync(t.Context(), msg("pro", 2, ""), nil) // waits, and fills the bound
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := p.Publish(ctx, msg("pro", 3, ""))
		if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, event.ErrUnknown) {
			t.Errorf("error %v, want the deadline and a known outcome: it was not sent", err)
		}
		(<-sink.sends).succeed(0)
		(<-sink.sends).succeed(1)
		synctest.Wait()
		if n := len(sink.sends); n != 0 {
			t.Errorf("%d more records were sent, want none", n)
		}
	})
}

// publishVia publishes m and lets sink write it at offset 1.
func publishVia(t *testing.T, sink *gate, p *produce.Producer[string, *message], m *message) (event.Receipt, error) {
	t.Helper()
	go func() { (<-sink.sends).succeed(1) }()
	return p.Publish(t.Context(), m)
}
