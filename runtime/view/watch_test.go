package view_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/view"
)

// seen is a change with bodies instead of messages; "-" is none.
type seen struct{ Key, Old, New string }

func sight(c view.Change[string, *message]) seen {
	body := func(m *message) string {
		if m == nil {
			return "-"
		}
		return string(m.GetStringValue())
	}
	return seen{c.Key, body(c.Old), body(c.New)}
}

func TestWatchTellsChangesInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newTopic(1)
		source.add(0, put(t, "pro", 1, "1"))
		v := open(t, source, plans)
		var got []seen
		v.Watch(func(c view.Change[string, *message]) { got = append(got, sight(c)) })
		for _, r := range []*event.Record{
			put(t, "pro", 2, "2"), put(t, "pro", 1, "stale"), put(t, "free", 1, "x"), del(t, "pro", 3), del(t, "unknown", 1), put(t, "free", 2, "y"),
		} {
			source.add(0, r)
			synctest.Wait()
		}
		want := []seen{{"pro", "1", "2"}, {"free", "-", "x"}, {"pro", "2", "-"}, {"free", "x", "y"}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("changes (-want +got):\n%s", diff)
		}
	})
}

func TestSlowWatcherGetsChangesOfAKeyAsOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newTopic(1)
		v := open(t, source, plans)
		var slow, fast []seen
		resume := make(chan struct{})
		v.Watch(func(c view.Change[string, *message]) {
			slow = append(slow, sight(c))
			<-resume
		})
		v.Watch(func(c view.Change[string, *message]) { fast = append(fast, sight(c)) })
		source.add(0, put(t, "pro", 1, "1"))
		synctest.Wait() // both have it, and one is busy with it
		for rev := int64(2); rev <= 100; rev++ {
			source.add(0, put(t, "pro", rev, fmt.Sprint(rev)), put(t, "free", rev, fmt.Sprint(rev)))
			synctest.Wait()
		}
		source.add(0, put(t, "short", 1, "x"), del(t, "short", 2))
		synctest.Wait()
		if m, _ := v.Get("pro"); m.GetNegativeIntValue() != 100 {
			t.Error("the slow watcher holds up the view")
		}
		close(resume)
		synctest.Wait()
		want := []seen{{"pro", "-", "1"}, {"pro", "1", "100"}, {"free", "-", "100"}}
		if diff := cmp.Diff(want, slow); diff != "" {
			t.Errorf("changes of the slow watcher (-want +got):\n%s", diff)
		}
		if len(fast) < 1+2*99 {
			t.Errorf("the fast watcher got %d changes", len(fast))
		}
	})
}

func TestWatchTellsWhatARebuildChanged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newTopic(1)
		source.add(0, put(t, "gone", 1, "x"), put(t, "same", 1, "x"), put(t, "pro", 1, "1"))
		v := open(t, source, plans)
		got := map[string]seen{}
		v.Watch(func(c view.Change[string, *message]) { got[c.Key] = sight(c) })
		synctest.Wait()
		source.do(func() {
			source.recreate()
			source.addLocked(0, put(t, "same", 1, "x"), put(t, "free", 1, "x"), nil, put(t, "pro", 1, "2"))
		})
		pass(time.Second)
		want := map[string]seen{"gone": {"gone", "x", "-"}, "free": {"free", "-", "x"}, "pro": {"pro", "1", "2"}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("changes (-want +got):\n%s", diff)
		}
	})
}

func TestUnreadableStateIsADeletionToWatchers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newTopic(1)
		source.add(0, put(t, "pro", 1, "1"))
		v := open(t, source, plans)
		var got []seen
		v.Watch(func(c view.Change[string, *message]) { got = append(got, sight(c)) })
		poison := put(t, "pro", 2, "2")
		poison.Value = []byte("{}")
		source.add(0, poison)
		synctest.Wait()
		source.add(0, put(t, "pro", 3, "3"))
		synctest.Wait()
		want := []seen{{"pro", "1", "-"}, {"pro", "-", "3"}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("changes (-want +got):\n%s", diff)
		}
	})
}

func TestWatcherStops(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newTopic(1)
		v := open(t, source, plans)
		var first, second int
		stop := v.Watch(func(view.Change[string, *message]) { first++ })
		v.Watch(func(view.Change[string, *message]) { second++ })
		source.add(0, put(t, "pro", 1, ""))
		synctest.Wait()
		stop()
		stop() // again is harmless
		synctest.Wait()
		source.add(0, put(t, "pro", 2, ""))
		synctest.Wait()
		if first != 1 || second != 2 {
			t.Errorf("%d and %d changes, want 1 and 2", first, second)
		}
		v.Close()
		v.Watch(func(view.Change[string, *message]) { t.Error("a closed view changed") })
	})
}

func TestUnreadableOldStateDoesNotHurtTheNewOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		poison := put(t, "pro", 2, "2")
		poison.Value = []byte("{}")
		source := newTopic(1)
		source.add(0, poison)
		v := open(t, source, plans)
		var got []seen
		v.Watch(func(c view.Change[string, *message]) { got = append(got, sight(c)) })
		source.add(0, put(t, "pro", 3, "3"))
		synctest.Wait()
		if diff := cmp.Diff([]seen{{"pro", "-", "3"}}, got); diff != "" {
			t.Errorf("changes (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]string{"pro": "3"}, states(v)); diff != "" {
			t.Errorf("states (-want +got):\n%s", diff)
		}
	})
}
