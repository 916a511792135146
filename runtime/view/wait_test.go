package view_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

func TestWaitForEndsWhenTheReceiptIsShown(t *testing.T) {
	t.Parallel()
	unplaced := func(r event.Receipt) event.Receipt { r.Offset = -1; return r }
	elsewhere := func(r event.Receipt) event.Receipt { r.TopicID, r.Offset = event.TopicID{9}, 1000; return r }
	tests := map[string]func(event.Receipt) event.Receipt{
		"by position":                        func(r event.Receipt) event.Receipt { return r },
		"by revision":                        unplaced,
		"by revision after the topic's life": elsewhere,
	}
	for name, receiptOf := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				source := newTopic(1)
				v := open(t, source, plans)
				source.do(func() { source.paused = true })
				receipt := receiptOf(source.add(0, put(t, "pro", 3, "x")))
				waited := make(chan error, 1)
				go func() { waited <- v.WaitFor(t.Context(), receipt) }()
				synctest.Wait()
				if len(waited) > 0 {
					t.Fatalf("WaitFor ended early: %v", <-waited)
				}
				source.do(func() { source.paused = false })
				if err := <-waited; err != nil {
					t.Fatal(err)
				}
				if _, ok := v.Get("pro"); !ok {
					t.Error("the state is not there")
				}
				if err := v.WaitFor(t.Context(), receipt); err != nil {
					t.Errorf("later: %v", err)
				}
			})
		})
	}
}

func TestWaitForTheRevisionOfADeletion(t *testing.T) {
	t.Parallel()
	source := newTopic(1)
	v := open(t, source, plans)
	receipt := source.add(0, del(t, "pro", 3))
	receipt.Offset = -1
	if err := v.WaitFor(t.Context(), receipt); err != nil {
		t.Error(err)
	}
}

func TestWaitForGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := open(t, newTopic(1), plans)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := v.WaitFor(ctx, event.Receipt{Position: event.Position{Topic: topicName, TopicID: event.TopicID{1}, Offset: 7}})
		want := "wait for plans/0@7 in the view of acme.plans.v1.Plan: context deadline exceeded"
		if !errors.Is(err, context.DeadlineExceeded) || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	})
}

func TestWaitForRefusesWhatNeverComes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		receipt event.Receipt
		want    string
	}{
		"another topic":         {event.Receipt{Position: event.Position{Topic: "sites", Offset: 1}}, "the receipt is of topic sites"},
		"no position":           {event.Receipt{Position: event.Position{Topic: topicName, Offset: -1}}, "neither a position in this topic nor a revision"},
		"an older topic's":      {event.Receipt{Position: event.Position{Topic: topicName, TopicID: event.TopicID{9}, Offset: 1}}, "neither a position in this topic nor a revision"},
		"a revision without it": {event.Receipt{Position: event.Position{Topic: topicName, Offset: -1}, Revision: 3}, "neither a position in this topic nor a revision"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := open(t, newTopic(1), plans).WaitFor(t.Context(), tt.receipt); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one that says %q", err, tt.want)
			}
		})
	}
}
