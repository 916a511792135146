package view_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/view"
)

func TestEmptyTopicIsReadyAtOnce(t *testing.T) {
	t.Parallel()
	v := open(t, newTopic(3), plans)
	if _, ok := v.Get("pro"); ok || v.Len() != 0 || v.Err() != nil {
		t.Errorf("the view of an empty topic has %v, %v", states(v), v.Err())
	}
}

func TestOpenShowsEverythingThatWasThere(t *testing.T) {
	t.Parallel()
	source := newTopic(3) // the second partition stays empty
	want := map[string]string{}
	for i := range 20 {
		key := fmt.Sprint("plan ", i)
		source.add(i%2*2, put(t, key, 1, "old"), put(t, key, 2, "new "+key))
		want[key] = "new " + key
	}
	v := open(t, source, plans)
	if diff := cmp.Diff(want, states(v)); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	if m, ok := v.Get("plan 7"); !ok || string(m.GetStringValue()) != "new plan 7" || v.Len() != 20 {
		t.Errorf("Get = %v, %t; Len = %d", m, ok, v.Len())
	}
}

func TestRecordsThatNobodySeesAtTheEndDoNotHoldUpReadiness(t *testing.T) {
	t.Parallel()
	source := newTopic(2)
	source.add(0, put(t, "pro", 1, "x"), nil) // a commit marker
	source.add(1, nil, nil, nil, nil, nil)    // aborted records, or empty batches
	if v := open(t, source, plans); v.Len() != 1 {
		t.Errorf("states %v", states(v))
	}
}

func TestOpenTransactionAtTheEndIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newTopic(1)
		source.add(0, put(t, "pro", 1, "committed"), put(t, "pro", 2, "open"))
		source.partitions[0].pending = 1
		v := open(t, source, plans)
		if m, _ := v.Get("pro"); string(m.GetStringValue()) != "committed" {
			t.Errorf("the view shows %q", m.GetStringValue())
		}
		source.do(func() { source.partitions[0].pending = 0 })
		synctest.Wait()
		if m, _ := v.Get("pro"); string(m.GetStringValue()) != "open" {
			t.Errorf("after the commit the view shows %q", m.GetStringValue())
		}
	})
}

func TestOpenEndsThoughWritingDoesNot(t *testing.T) {
	t.Parallel()
	source := newTopic(1)
	source.add(0, put(t, "pro", 1, ""), put(t, "pro", 2, ""))
	rev, stop := int64(2), int64(2000)
	source.beforePoll = func() { // as fast as the view reads
		for range 3 {
			if rev < stop {
				rev++
				source.addLocked(0, put(t, "pro", rev, ""))
			}
		}
	}
	v := open(t, source, plans)
	if m, ok := v.Get("pro"); !ok || m.GetNegativeIntValue() < 2 {
		t.Errorf("ready with revision %d, before what was there at opening", m.GetNegativeIntValue())
	}
	if err := v.WaitFor(t.Context(), event.Receipt{Position: event.Position{Topic: topicName, Offset: -1}, Key: []byte("pro"), Revision: stop}); err != nil {
		t.Error(err)
	}
}

func TestContextBoundsOpeningOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newTopic(1)
		ctx, cancel := context.WithCancel(t.Context())
		v, err := view.Open(ctx, source, plans)
		if err != nil {
			t.Fatal(err)
		}
		defer v.Close()
		cancel()
		source.add(0, put(t, "pro", 1, "x"))
		synctest.Wait()
		if v.Len() != 1 || v.Err() != nil {
			t.Errorf("%d states, %v", v.Len(), v.Err())
		}
	})
}

func TestOpenGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newTopic(1)
		source.add(0, put(t, "pro", 1, "x"))
		source.paused = true
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := view.Open(ctx, source, plans)
		want := "open view of acme.plans.v1.Plan: context deadline exceeded: partition 0 was read up to offset 0 of 1"
		if !errors.Is(err, context.DeadlineExceeded) || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
		if source.unclosed() != 0 {
			t.Error("the follower was left open")
		}
	})
}

func TestOpenFailsWithoutTopicOrKey(t *testing.T) {
	t.Parallel()
	elsewhere := planWith(func(s *event.Spec[string, *message]) { s.Topic.Name = "elsewhere" })
	if _, err := view.Open(t.Context(), newTopic(1), elsewhere); !errors.Is(err, event.ErrNoTopic) || !strings.Contains(err.Error(), "topic elsewhere") {
		t.Errorf("without topic: %v", err)
	}
	keyless := event.New(event.Spec[event.NoKey, *message]{Name: "acme.Beat"})
	if _, err := view.Open(t.Context(), newTopic(1), keyless); err == nil || !strings.Contains(err.Error(), "the event has no key") {
		t.Errorf("without key: %v", err)
	}
}

func TestFailingPollsAreWaitedOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newTopic(1)
		source.add(0, put(t, "pro", 1, "x"))
		down := errors.New("no broker")
		source.failures = []error{down, down, down}
		began := time.Now()
		v := open(t, source, plans)
		if took := time.Since(began); v.Len() != 1 || took != 700*time.Millisecond {
			t.Errorf("%d states after %v, want 1 after 100+200+400 ms", v.Len(), took)
		}
		source.do(func() { source.failures = []error{down} })
		source.add(0, put(t, "free", 1, "x"))
		pass(time.Second)
		if v.Len() != 2 || v.Err() != nil || source.followed() != 1 {
			t.Errorf("%d states, %v, %d followers", v.Len(), v.Err(), source.followed())
		}
	})
}

func TestLoadingLongerThanTombstonesLiveBeginsAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newTopic(1)
		source.add(0, put(t, "gone", 1, "x"), nil, nil, put(t, "pro", 1, "x"))
		polls := 0
		source.beforePoll = func() {
			if polls++; polls == 2 { // the first state was read, its tombstone came and went
				source.partitions[0].slots[0] = nil
				<-time.After(retention + time.Second)
			}
		}
		v := open(t, source, plans)
		if diff := cmp.Diff(map[string]string{"pro": "x"}, states(v)); diff != "" || source.followed() != 2 {
			t.Errorf("%d followers, states (-want +got):\n%s", source.followed(), diff)
		}
	})
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newTopic(1)
		source.add(0, put(t, "pro", 1, strings.Repeat("x", 1000)))
		_, err := view.Open(t.Context(), source, plans, view.MaxBytes(1000))
		if err == nil || !strings.Contains(err.Error(), "1 keys of topic plans need 1") || !strings.Contains(err.Error(), "over the limit of 1000: raise view.MaxBytes") {
			t.Errorf("error %v", err)
		}
		v := open(t, source, plans, view.MaxBytes(2000))
		source.add(0, put(t, "pro", 2, strings.Repeat("y", 1000))) // no more than before
		synctest.Wait()
		if v.Err() != nil {
			t.Error(v.Err())
		}
		source.add(0, put(t, "free", 1, strings.Repeat("z", 1000)))
		synctest.Wait()
		if err := v.Err(); err == nil || !strings.Contains(err.Error(), "2 keys of topic plans") {
			t.Errorf("error %v", err)
		}
		if _, ok := v.Get("pro"); !ok {
			t.Error("a stopped view does not answer")
		}
	})
}

func TestClosedViewAnswersButFollowsNoMore(t *testing.T) {
	t.Parallel()
	source := newTopic(1)
	source.add(0, put(t, "pro", 1, "x"))
	v := open(t, source, plans)
	v.Close()
	receipt := source.add(0, put(t, "pro", 2, "y"))
	if m, ok := v.Get("pro"); !ok || m.GetNegativeIntValue() != 1 {
		t.Errorf("Get = %v, %t", m, ok)
	}
	if err := v.WaitFor(t.Context(), receipt); !errors.Is(err, view.ErrClosed) || !errors.Is(v.Err(), view.ErrClosed) {
		t.Errorf("WaitFor = %v, Err = %v", err, v.Err())
	}
}
