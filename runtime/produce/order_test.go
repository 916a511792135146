package produce_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/produce"
)

func TestLaterRevisionWaitsForTheOutcomeOfTheEarlier(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sink := newGate()
		p := produce.New(sink, event.New(plan))
		for rev := int64(1); rev <= 3; rev++ {
			p.PublishAsync(t.Context(), msg("pro", rev, ""), nil)
		}
		synctest.Wait()
		if n := len(sink.sends); n != 1 {
			t.Fatalf("%d records of one key are under way, want 1", n)
		}
		first := <-sink.sends
		first.done(event.Receipt{}, errBroker) // a failure frees the key as well
		synctest.Wait()
		if n := len(sink.sends); n != 1 {
			t.Fatalf("%d records are under way after the first failed, want 1", n)
		}
		second := <-sink.sends
		second.succeed(1)
		third := <-sink.sends
		third.succeed(2)
		if got := revisions(t, first.record, second.record, third.record); !slices.Equal(got, []int64{1, 2, 3}) {
			t.Errorf("revisions were sent as %v", got)
		}
	})
}

func TestOtherKeysDoNotWait(t *testing.T) {
	t.Parallel()
	sink := newGate()
	p := produce.New(sink, event.New(plan))
	p.PublishAsync(t.Context(), msg("pro", 1, ""), nil)
	p.PublishAsync(t.Context(), msg("free", 1, ""), nil)
	(<-sink.sends).succeed(0)
	(<-sink.sends).succeed(1)
}

func TestTwoProducersOfOneKeyKeepTheOrderOfCalls(t *testing.T) {
	t.Parallel()
	sink := &log{}
	first := produce.New(sink, planWith(func(s *event.Spec[string, *message]) { s.Name = "acme.First" }))
	second := produce.New(sink, planWith(func(s *event.Spec[string, *message]) { s.Name = "acme.Second" }))
	var wg sync.WaitGroup
	var want []int64
	for rev := int64(1); rev <= 200; rev += 2 {
		wg.Add(2)
		first.PublishAsync(t.Context(), msg("pro", rev, ""), func(event.Receipt, error) { wg.Done() })
		second.PublishAsync(t.Context(), msg("pro", rev+1, ""), func(event.Receipt, error) { wg.Done() })
		want = append(want, rev, rev+1)
	}
	wg.Wait()
	if diff := cmp.Diff(want, revisions(t, sink.sent()...)); diff != "" {
		t.Errorf("revisions in the log (-want +got):\n%s", diff)
	}
}

func TestOutcomeIsHeardBeforeTheNextRecordOfTheKeyGoes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sink := newGate()
		p := produce.New(sink, event.New(plan))
		heard := false
		p.PublishAsync(t.Context(), msg("pro", 1, ""), func(event.Receipt, error) {
			synctest.Wait()
			heard = len(sink.sends) == 0
		})
		p.PublishAsync(t.Context(), msg("pro", 2, ""), nil)
		(<-sink.sends).succeed(0)
		if !heard {
			t.Error("the second record was sent before the outcome of the first was heard")
		}
		(<-sink.sends).succeed(1)
	})
}

// With room in the sink; without, done must leave it to another goroutine.
func TestEventPublishedByDoneComesAfterThoseThatWaited(t *testing.T) {
	t.Parallel()
	sink := &log{}
	p := produce.New(sink, event.New(plan))
	last := make(chan error, 1)
	called := make(chan struct{})
	p.PublishAsync(t.Context(), msg("pro", 1, ""), func(event.Receipt, error) {
		<-called
		p.PublishAsync(t.Context(), msg("pro", 3, ""), func(_ event.Receipt, err error) { last <- err })
	})
	p.PublishAsync(t.Context(), msg("pro", 2, ""), nil)
	close(called)
	if err := <-last; err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]int64{1, 2, 3}, revisions(t, sink.sent()...)); diff != "" {
		t.Errorf("revisions in the log (-want +got):\n%s", diff)
	}
}

func TestConcurrentPublishesAllArrive(t *testing.T) {
	t.Parallel()
	sink := &log{}
	p := produce.New(sink, event.New(plan))
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for rev := int64(1); rev <= 50; rev++ {
				if _, err := p.Publish(t.Context(), msg(fmt.Sprint(worker%3), rev, "")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := len(sink.sent()); n != 8*50 {
		t.Errorf("%d records arrived, want %d", n, 8*50)
	}
}

func revisions(t *testing.T, records ...*event.Record) []int64 {
	t.Helper()
	var revs []int64
	for _, r := range records {
		rev, _, err := r.Revision()
		if err != nil {
			t.Fatal(err)
		}
		revs = append(revs, rev)
	}
	return revs
}
