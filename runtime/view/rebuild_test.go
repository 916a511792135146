package view_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/view"
)

func TestStalledViewIsRebuiltWithoutDeletedKeys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newTopic(2)
		source.add(0, put(t, "gone", 1, "x"), put(t, "pro", 1, "x"))
		v := open(t, source, plans)
		synctest.Wait()
		source.do(func() { source.paused = true })
		source.add(0, del(t, "gone", 2))
		pass(retention)
		source.compact(0, 0, 2) // state and tombstone went
		source.add(0, put(t, "pro", 2, "y"))
		source.do(func() { source.paused = false })
		pass(time.Second)
		if diff := cmp.Diff(map[string]string{"pro": "y"}, states(v)); diff != "" || source.followed() != 2 {
			t.Errorf("%d followers, states (-want +got):\n%s", source.followed(), diff)
		}
	})
}

func TestDeletionsMissedAtTheEndOfTheLogAreNoticed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newTopic(1)
		source.add(0, put(t, "gone", 1, "x"))
		v := open(t, source, plans)
		synctest.Wait()
		source.do(func() { source.paused = true })
		source.add(0, del(t, "gone", 2))
		pass(retention)
		source.compact(0, 0, 1) // nothing is left but an empty batch
		source.do(func() { source.paused = false })
		pass(time.Second)
		if v.Len() != 0 {
			t.Errorf("the view still shows %v", states(v))
		}
	})
}

func TestQuietTopicIsNotReadAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newTopic(1)
		source.add(0, put(t, "pro", 1, "x"))
		v := open(t, source, plans)
		pass(3 * retention)
		source.add(0, put(t, "pro", 2, "y"))
		pass(time.Second)
		if m, _ := v.Get("pro"); string(m.GetStringValue()) != "y" || source.followed() != 1 {
			t.Errorf("%d followers, state %v", source.followed(), m)
		}
	})
}

func TestReadersKeepTheOldStatesWhileTheViewIsRebuilt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newTopic(1)
		source.add(0, put(t, "gone", 1, "x"), put(t, "pro", 1, "x"))
		v := open(t, source, plans)
		synctest.Wait()
		source.trim(0, 1)
		source.do(func() {
			source.failures = []error{&event.TrimmedError{LogStart: 1}}
			source.beforePoll = func() { // the first follower fails, the second does not get on
				source.paused, source.beforePoll = true, nil
			}
		})
		synctest.Wait()
		receipt := source.add(0, put(t, "pro", 2, "y"))
		synctest.Wait()
		if diff := cmp.Diff(map[string]string{"gone": "x", "pro": "x"}, states(v)); diff != "" {
			t.Errorf("states during the rebuild (-want +got):\n%s", diff)
		}
		waited := make(chan error, 1)
		go func() { waited <- v.WaitFor(t.Context(), receipt) }()
		source.do(func() { source.paused = false })
		if err := <-waited; err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]string{"pro": "y"}, states(v)); diff != "" {
			t.Errorf("states after the rebuild (-want +got):\n%s", diff)
		}
	})
}

func TestTrimmedTopicIsReadAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newTopic(1)
		source.add(0, put(t, "gone", 1, "x"))
		v := open(t, source, plans)
		synctest.Wait()
		source.do(func() { source.paused = true })
		source.add(0, put(t, "gone", 2, "x"), put(t, "pro", 1, "x"))
		source.trim(0, 2)
		source.do(func() { source.paused = false })
		pass(time.Second)
		if diff := cmp.Diff(map[string]string{"pro": "x"}, states(v)); diff != "" || v.Err() != nil {
			t.Errorf("%v, states (-want +got):\n%s", v.Err(), diff)
		}
	})
}

func TestTopicThatWasMadeAnewIsReadAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newTopic(1)
		source.add(0, put(t, "gone", 9, "x"))
		v := open(t, source, plans)
		synctest.Wait()
		source.do(func() {
			source.recreate()
			source.addLocked(0, nil, put(t, "pro", 1, "x"))
		})
		pass(time.Second)
		if diff := cmp.Diff(map[string]string{"pro": "x"}, states(v)); diff != "" {
			t.Errorf("states (-want +got):\n%s", diff)
		}
	})
}

func TestFollowerThatSaysItsTopicWasReplacedIsReplacedToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newTopic(1)
		source.add(0, put(t, "gone", 9, "x"))
		v := open(t, source, plans)
		synctest.Wait()
		source.do(func() {
			source.recreate()
			source.failures = []error{fmt.Errorf("follow: %w", event.ErrReplaced)}
		})
		synctest.Wait() // without any wait in between
		if v.Len() != 0 || source.followed() != 2 {
			t.Errorf("%d followers, states %v", source.followed(), states(v))
		}
	})
}

func TestFollowerThatOnlyFailsIsReplaced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newTopic(1)
		source.add(0, put(t, "pro", 1, "x"))
		v := open(t, source, plans)
		source.do(func() {
			for range 18 { // 0.1+0.2+…+3.2 s, then every 5 s: a little more than a minute
				source.failures = append(source.failures, errors.New("unknown topic id"))
			}
		})
		pass(2 * time.Minute)
		if source.followed() != 2 || v.Err() != nil || v.Len() != 1 {
			t.Errorf("%d followers, %d states, %v", source.followed(), v.Len(), v.Err())
		}
	})
}

func TestReadersAndRebuildsDoNotDisturbEachOther(t *testing.T) {
	t.Parallel()
	source := newTopic(4)
	const keys = 200
	for i := range keys {
		source.add(i%4, put(t, fmt.Sprint(i), 1, "x"))
	}
	v := open(t, source, plans)
	var wg sync.WaitGroup
	done := make(chan struct{})
	for range 4 {
		wg.Go(func() { readUntil(t, v, done, keys) })
	}
	for rev := int64(2); rev < 12; rev++ {
		source.do(func() { source.failures = append(source.failures, &event.TrimmedError{}) })
		receipt := source.add(0, put(t, "0", rev, "x"))
		if err := v.WaitFor(t.Context(), receipt); err != nil {
			t.Error(err)
		}
	}
	close(done)
	wg.Wait()
	if source.followed() < 10 {
		t.Errorf("%d followers, want one per rebuild", source.followed())
	}
}

func readUntil(t *testing.T, v *view.View[string, *message], done chan struct{}, keys int) {
	stop := v.Watch(func(view.Change[string, *message]) {})
	defer stop()
	for {
		select {
		case <-done:
			return
		default:
		}
		if n := len(states(v)); n != keys {
			t.Errorf("%d keys are visible, want %d", n, keys)
		}
		if _, ok := v.Get("7"); !ok {
			t.Error("a key is missing")
		}
	}
}
