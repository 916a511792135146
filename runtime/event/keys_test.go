package event_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

// turns records which sends were started, and holds their turns.
type turns struct {
	mu      sync.Mutex
	started []string
	held    map[string]event.Turn
}

func newTurns() *turns { return &turns{held: map[string]event.Turn{}} }

func (s *turns) send(name string) func(event.Turn) {
	return func(turn event.Turn) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.started = append(s.started, name)
		s.held[name] = turn
	}
}

func (s *turns) release(name string) {
	s.mu.Lock()
	turn := s.held[name]
	s.mu.Unlock()
	turn.Release()
}

// expect waits until nothing moves any more and compares the sends that were started.
func (s *turns) expect(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Equal(s.started, want) {
		t.Errorf("started %v, want %v", s.started, want)
	}
}

// do queues a send that must find room.
func do(t *testing.T, k *event.Keys, s *turns, topic, key, name string, size int) {
	t.Helper()
	if err := k.Do(t.Context(), topic, []byte(key), size, s.send(name)); err != nil {
		t.Error(err)
	}
}

func TestSendsOfAKeyRunOneAfterTheOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k, s := event.NewKeys(0), newTurns()
		do(t, k, s, "things", "pro", "1", 10)
		do(t, k, s, "things", "pro", "2", 10)
		do(t, k, s, "things", "pro", "3", 10)
		s.expect(t, "1")
		s.release("1")
		s.expect(t, "1", "2")
		s.release("2")
		s.expect(t, "1", "2", "3")
		s.release("3")
		do(t, k, s, "things", "pro", "4", 10) // the queue is gone and comes again
		s.expect(t, "1", "2", "3", "4")
		s.release("4")
	})
}

func TestOtherKeysAndTopicsDoNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k, s := &event.Keys{}, newTurns() // the zero value is ready
		do(t, k, s, "things", "pro", "1", 10)
		do(t, k, s, "things", "free", "other key", 10)
		do(t, k, s, "places", "pro", "other topic", 10)
		do(t, k, s, "things", "", "empty key", 10)
		s.expect(t, "1", "other key", "other topic", "empty key")
	})
}

func TestRecordsWithoutKeyAreNotOrdered(t *testing.T) {
	t.Parallel()
	k, s := event.NewKeys(0), newTurns()
	for i := range 3 {
		if err := k.Do(t.Context(), "things", nil, 10, s.send(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(s.started, []string{"0", "1", "2"}) {
		t.Errorf("started %v", s.started)
	}
	s.release("0") // which frees nobody
}

func TestTooManyWaitingBytesHoldUpTheCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k, s := event.NewKeys(100), newTurns()
		do(t, k, s, "things", "pro", "1", 1000) // runs, and does not count
		do(t, k, s, "things", "pro", "2", 60)
		do(t, k, s, "things", "pro", "3", 40) // exactly full
		returned := false
		go func() {
			do(t, k, s, "things", "pro", "4", 1)
			returned = true
		}()
		do(t, k, s, "things", "free", "other key", 1000) // no wait, no room needed
		s.expect(t, "1", "other key")
		if returned {
			t.Error("a send over the bound was queued")
		}
		s.release("1")
		s.expect(t, "1", "other key", "2")
		if !returned {
			t.Error("room was made, but the caller still waits")
		}
		s.release("2")
		s.releaseInTurn(t, "3", "4")
	})
}

// releaseInTurn releases sends one after the other, each as soon as it was started.
func (s *turns) releaseInTurn(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		synctest.Wait()
		s.release(name)
	}
}

func TestSendLargerThanTheBoundWaitsAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k, s := event.NewKeys(100), newTurns()
		do(t, k, s, "things", "pro", "1", 10)
		do(t, k, s, "things", "pro", "2", 1000)
		s.release("1")
		s.expect(t, "1", "2")
		s.release("2")
	})
}

func TestContextEndsTheWaitForRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k, s := event.NewKeys(100), newTurns()
		do(t, k, s, "things", "pro", "1", 10)
		do(t, k, s, "things", "pro", "2", 100)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := k.Do(ctx, "things", []byte("pro"), 10, s.send("3")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want the deadline", err)
		}
		s.release("1")
		s.expect(t, "1", "2")
		s.release("2")
		s.expect(t, "1", "2") // the send that gave up never runs
	})
}

func TestKeyBytesMayBeReusedAfterDo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k, s := event.NewKeys(0), newTurns()
		key := []byte("pro")
		if err := k.Do(t.Context(), "things", key, 1, s.send("1")); err != nil {
			t.Fatal(err)
		}
		copy(key, "xxx")
		do(t, k, s, "things", "pro", "2", 1)
		s.expect(t, "1")
		s.release("1")
		s.expect(t, "1", "2")
		s.release("2")
	})
}

// Callers that share a key agree on no order between them, but each keeps its own.
func TestOrderHoldsUnderConcurrency(t *testing.T) {
	t.Parallel()
	k := event.NewKeys(500)
	const callers, sends = 8, 200
	var wg sync.WaitGroup
	var mu sync.Mutex
	got := map[int][]int{}
	running := map[string]int{}
	for caller := range callers {
		wg.Go(func() {
			for i := range sends {
				key := fmt.Sprint(caller / 2) // of two callers
				wg.Add(1)
				err := k.Do(t.Context(), "things", []byte(key), 10, func(turn event.Turn) {
					mu.Lock()
					running[key]++
					if running[key] > 1 {
						t.Errorf("two sends of key %s run at once", key)
					}
					got[caller] = append(got[caller], i)
					mu.Unlock()
					go func() {
						defer wg.Done()
						mu.Lock()
						running[key]--
						mu.Unlock()
						turn.Release()
					}()
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for caller, order := range got {
		if len(order) != sends || !slices.IsSorted(order) {
			t.Errorf("caller %d: %d sends, sorted %t", caller, len(order), slices.IsSorted(order))
		}
	}
}
