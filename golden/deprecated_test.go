//nolint:staticcheck // what is deprecated works until it is removed
package golden_test

//lint:file-ignore SA1019 What is deprecated works until it is removed.

import (
	"context"
	"database/sql"
	"testing"

	"github.com/evgen-dev/evgen/golden/kinds/kindsv1"
	"github.com/evgen-dev/evgen/golden/kinds/kindsv1/kindsv1ev"
	"github.com/evgen-dev/evgen/runtime/eventtest"
)

var (
	oldTable = kindsv1ev.OldTable
	oldTopic = kindsv1ev.Old.Contract().Topic.Name
)

// oldService handles a deprecated event.
type oldService struct{ seen []string }

func (s *oldService) HandleOld(_ context.Context, _ *sql.Tx, d *kindsv1ev.OldDelivery) error {
	s.seen = append(s.seen, "changed "+d.Key.A+d.Key.B)
	return nil
}

func (s *oldService) HandleOldDeleted(_ context.Context, _ *sql.Tx, d *kindsv1ev.OldDeletion) error {
	s.seen = append(s.seen, "deleted "+d.Key.A+d.Key.B)
	return nil
}

func TestDeprecatedEventsWork(t *testing.T) {
	t.Parallel()
	h := newHarness(t, oldTable)
	eventtest.Publish(h, kindsv1ev.Old, &kindsv1.Old{A: "x", B: "y", Revision: 1})
	h.Run(kindsv1ev.NewOldWriter(h.DB()))
	h.WantRows("select a, b from old", []any{"x", "y"})
	eventtest.Delete(h, kindsv1ev.Old, kindsv1ev.OldKey{A: "x", B: "y"}, 2)
	h.Run(kindsv1ev.NewOldWriter(h.DB()))
	h.WantRows("select a, b from old")
	h.Redeliver(oldTopic)
	s := &oldService{}
	h.Run(kindsv1ev.OldHandlers(h.DB(), s))
	if len(s.seen) != 2 || s.seen[0] != "changed xy" || s.seen[1] != "deleted xy" {
		t.Errorf("handled %q", s.seen)
	}
}
