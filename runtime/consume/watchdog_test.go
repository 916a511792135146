package consume

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/evgen-dev/evgen/runtime/event"
)

func TestHungHandlerFailsHealthAndShutdownStaysBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		e := event.New(spec())
		w.topic(at(1))
		w.publish(e, newFact("a", 1, ""), newFact("b", 1, ""))
		leave, cancelled := make(chan struct{}), make(chan struct{})
		r := w.start("g", NewRoute(nil, nil, Func(e, func(ctx context.Context, d *delivery) error {
			if d.Key == "a" {
				<-ctx.Done()
				close(cancelled)
				<-leave // ignores that it was cancelled
			}
			return nil
		})))
		w.want("b1 applied")
		if err := r.g.Health(); err != nil {
			t.Errorf("Health: %v", err)
		}
		<-cancelled
		time.Sleep(time.Second)
		if err := r.g.Health(); err == nil || !strings.Contains(err.Error(), "g/facts with record facts/0@0, since 2000-01-01T00:00:00Z") {
			t.Errorf("Health: %v", err)
		}
		begin := time.Now()
		r.stop()
		if err := r.wait(); err == nil || !strings.Contains(err.Error(), "do not return") {
			t.Errorf("Run: %v", err)
		}
		if took := time.Since(begin); took > 15*time.Second {
			t.Errorf("shutdown took %s", took)
		}
		close(leave)
	})
}

func TestHandlerThatStopsWhenCancelledIsTriedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		e := event.New(spec())
		w.topic(at(1))
		w.publish(e, newFact("a", 1, "x"))
		r := w.start("g", Limits{Handler: time.Second}, NewRoute(w.db, nil, On(e, func(ctx context.Context, tx *sql.Tx, d *delivery) error {
			if d.Attempt == 1 {
				<-ctx.Done()
				return ctx.Err()
			}
			return write(ctx, tx, d)
		})))
		w.want("a1 applied")
		if err := r.g.Health(); err != nil {
			t.Errorf("Health: %v", err)
		}
		r.finish()
		w.wantEffects("a1 x")
	})
}
