package consume

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

func TestFailedCommitIsRepeated(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"REQUEST_TIMED_OUT", "COORDINATOR_LOAD_IN_PROGRESS", "NOT_COORDINATOR", "REBALANCE_IN_PROGRESS"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				e := event.New(spec())
				w.topic(at(1))
				w.publish(e, newFact("a", 1, ""))
				var tries atomic.Int32
				w.b.commitErr = func(event.Commit) error {
					if tries.Add(1) < 4 {
						return errors.New(code)
					}
					return nil
				}
				r := w.start("g", NewRoute(w.db, nil, On(e, write)))
				w.await(1)
				time.Sleep(3500 * time.Millisecond)
				synctest.Wait()
				w.wantCommitted(-1)
				time.Sleep(time.Second)
				synctest.Wait()
				w.wantCommitted(1)
				r.finish()
				w.want("a1 applied")
			})
		})
	}
}

func TestCommitComesAfterASecondOrAThousandRecords(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		e := event.New(spec())
		w.topic(at(1))
		w.publish(e, newFact("a", 1, ""))
		r := w.start("g", NewRoute(nil, nil, Func(e, func(context.Context, *delivery) error { return nil })))
		w.await(1)
		synctest.Wait()
		w.wantCommitted(-1)
		time.Sleep(commitInterval)
		synctest.Wait()
		w.wantCommitted(1)
		for i := range int32(1500) {
			w.publish(e, newFact("b", i+1, ""))
		}
		w.await(1501)
		synctest.Wait()
		if got := w.b.committed("g", "facts", 0); got < 1000 {
			t.Errorf("committed %d of 1501 without waiting for the second, want 1000 at least", got)
		}
		time.Sleep(time.Minute)
		commits := w.b.commitCount()
		time.Sleep(time.Minute)
		if w.b.commitCount() != commits {
			t.Error("commits go on although nothing happens")
		}
		r.finish()
	})
}
