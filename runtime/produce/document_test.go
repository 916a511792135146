package produce_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/produce"
)

func TestDeletionIsATombstoneWithItsRevision(t *testing.T) {
	t.Parallel()
	sink, plans := &log{}, event.New(plan)
	p := produce.NewDocument(sink, plans, produce.Source("/plans"), produce.SchemaGUIDs(planSchemas))
	receipt, err := p.Delete(t.Context(), "pro", 6)
	if err != nil || receipt.Revision != 6 || string(receipt.Key) != "pro" {
		t.Errorf("receipt %+v, %v", receipt, err)
	}
	r := sink.only(t)
	if !r.IsTombstone() {
		t.Errorf("value % x, want none", r.Value)
	}
	want := map[string]string{
		"ce_specversion": "1.0", "ce_source": "/plans", "ce_type": "acme.plans.v1.Plan.deleted",
		"ce_entityrevision": "6", "ce_id": receipt.EventID,
	}
	if diff := cmp.Diff(want, headers(t, r)); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	if d, err := plans.Deletion(r); err != nil || d.Key != "pro" || d.Revision != 6 {
		t.Errorf("deletion %+v, %v", d, err)
	}
}

func TestDeletionIsOrderedWithTheStatesOfItsKey(t *testing.T) {
	t.Parallel()
	sink := newGate()
	p := produce.NewDocument(sink, event.New(plan))
	deleted := make(chan event.Receipt, 1)
	p.PublishAsync(t.Context(), msg("pro", 1, ""), nil)
	p.DeleteAsync(t.Context(), "pro", 2, func(r event.Receipt, _ error) { deleted <- r })
	state := <-sink.sends
	if state.record.IsTombstone() || len(sink.sends) > 0 {
		t.Error("the deletion did not wait for the state")
	}
	state.succeed(0)
	(<-sink.sends).succeed(1)
	if r := <-deleted; r.Revision != 2 || r.Offset != 1 {
		t.Errorf("receipt %+v", r)
	}
}

func TestBrokenDeletionIsNotSent(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	tests := map[string]struct {
		ctx      context.Context
		key      string
		revision int64
		want     error
	}{
		"no key":         {t.Context(), "", 1, event.ErrKey},
		"no revision":    {t.Context(), "pro", 0, event.ErrRevision},
		"context at end": {ended, "pro", 1, context.Canceled},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink := &log{}
			p := produce.NewDocument(sink, event.New(plan))
			_, err := p.Delete(tt.ctx, tt.key, tt.revision)
			async := make(chan error, 1)
			p.DeleteAsync(tt.ctx, tt.key, tt.revision, func(_ event.Receipt, err error) { async <- err })
			for _, err := range []error{err, <-async} {
				if !errors.Is(err, tt.want) {
					t.Errorf("error %v, want %v", err, tt.want)
				}
			}
			if n := len(sink.sent()); n != 0 {
				t.Errorf("%d records were sent, want none", n)
			}
		})
	}
}

func TestDocumentWithoutRevisionsIsDeletedWithoutOne(t *testing.T) {
	t.Parallel()
	sink := &log{}
	e := planWith(func(s *event.Spec[string, *message]) { s.Revision = event.Revision[*message]{} })
	if _, err := produce.NewDocument(sink, e).Delete(t.Context(), "pro", 9); err != nil {
		t.Fatal(err)
	}
	if _, ok := sink.only(t).Headers.Get(event.HeaderRevision); ok {
		t.Error("the tombstone has a revision that its event does not know")
	}
}

func TestInOfADocumentProducerDeletesElsewhere(t *testing.T) {
	t.Parallel()
	first, second := &log{}, &log{}
	p := produce.NewDocument(first, event.New(plan)).In(second)
	if _, err := p.Delete(t.Context(), "pro", 1); err != nil {
		t.Fatal(err)
	}
	if len(first.sent()) != 0 || len(second.sent()) != 1 {
		t.Errorf("%d and %d records, want 0 and 1", len(first.sent()), len(second.sent()))
	}
}
