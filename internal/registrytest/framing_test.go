package registrytest_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/sr"

	sitesv1 "github.com/evgen-dev/evgen/examples/gen/acme/sites/v1"
	"github.com/evgen-dev/evgen/internal/realservers"
	"github.com/evgen-dev/evgen/internal/registrytest"
	"github.com/evgen-dev/evgen/runtime/consume"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/eventtest"
	"github.com/evgen-dev/evgen/runtime/payload"
	"github.com/evgen-dev/evgen/runtime/produce"
	"github.com/evgen-dev/evgen/runtime/registry"
	"github.com/evgen-dev/evgen/runtime/view"
)

// verified registers an event, verifies it as a service does at its start, and returns its schema.
func verified(t *testing.T, url string, site *registrytest.Site) (*registry.Schemas, payload.Schema) {
	t.Helper()
	raw, err := sr.NewClient(sr.URLs(url))
	if err != nil {
		t.Fatal(err)
	}
	client, err := registry.New(raw)
	if err != nil {
		t.Fatal(err)
	}
	registrytest.RegisterEvent(t, client, site, registrytest.Unchanged)
	schemas, err := registry.Verify(t.Context(), client, site)
	if err != nil {
		t.Fatal(err)
	}
	schema, err := schemas.Schema(site.Contract().Name)
	if err != nil {
		t.Fatal(err)
	}
	return schemas, schema
}

func TestFramedEventsReachHandlersAndViews(t *testing.T) {
	t.Parallel()
	realservers.EachRegistry(t, func(t *testing.T, url string) {
		t.Parallel()
		site := registrytest.NewSite(t)
		schemas, schema := verified(t, url, site)
		byID, byGUID := schema, schema
		byID.GUID, byGUID.ID = payload.GUID{}, 0
		t.Run("id", func(t *testing.T) { passThrough(t, site, produce.SchemaIDs(schemas), byID) })
		t.Run("GUID", func(t *testing.T) {
			if schema.GUID != (payload.GUID{}) {
				passThrough(t, site, produce.SchemaGUIDs(schemas), byGUID)
				return
			}
			_, err := produce.New(eventtest.New(t), site, produce.SchemaGUIDs(schemas)).Publish(t.Context(), &sitesv1.Site{SiteId: "a", Revision: 1})
			if err == nil || !strings.Contains(err.Error(), "the registry gave its schema no GUID") {
				t.Errorf("published without a GUID: %v", err)
			}
		})
	})
}

// passThrough publishes a site and its deletion under an option, and follows them into a handler and a view.
func passThrough(t *testing.T, site *registrytest.Site, o produce.Option, want payload.Schema) {
	t.Helper()
	h := eventtest.New(t)
	if err := h.CreateTopics(t.Context(), site.Contract().Topic); err != nil {
		t.Fatal(err)
	}
	p := produce.NewDocument(h, site, o)
	if _, err := p.Publish(t.Context(), &sitesv1.Site{SiteId: "a", Revision: 1, OwnerId: "ann"}); err != nil {
		t.Fatal(err)
	}
	kept, err := p.Publish(t.Context(), &sitesv1.Site{SiteId: "b", Revision: 1, OwnerId: "bob"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Delete(t.Context(), "a", 2); err != nil {
		t.Fatal(err)
	}
	owners, deleted := handled(h, site)
	if diff := cmp.Diff(map[string]string{"a": "ann", "b": "bob"}, owners); diff != "" {
		t.Errorf("handled (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a"}, deleted); diff != "" {
		t.Errorf("deleted (-want +got):\n%s", diff)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	v, err := view.Open(ctx, h, site)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	if got, ok := v.Get("b"); v.Len() != 1 || !ok || got.GetOwnerId() != "bob" {
		t.Errorf("view has %d sites, b is %v", v.Len(), got)
	}
	checkRecord(t, h, kept, want)
}

func handled(h *eventtest.Harness, site *registrytest.Site) (owners map[string]string, deleted []string) {
	owners = map[string]string{}
	h.Run(consume.NewRoute(h.DB(), nil, consume.OnDocument(site,
		func(_ context.Context, _ *sql.Tx, d *event.Delivery[string, *sitesv1.Site]) error {
			owners[d.Key] = d.Message.GetOwnerId()
			return nil
		},
		func(_ context.Context, _ *sql.Tx, d *event.Deletion[string]) error {
			deleted = append(deleted, d.Key)
			return nil
		})))
	return owners, deleted
}

// checkRecord reads all records as a tool does: that of the receipt names its schema, and no tombstone has one.
func checkRecord(t *testing.T, h *eventtest.Harness, at event.Receipt, want payload.Schema) {
	t.Helper()
	f, err := h.Follow(t.Context(), at.Topic)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for seen := false; !seen; {
		batch, err := f.Poll(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range batch.Records {
			got, ok, err := payload.SchemaOf(r)
			if err != nil || ok == r.IsTombstone() {
				t.Errorf("record at %s: schema %v, found %t, %v", r.Position, got, ok, err)
			}
			if r.Offset == at.Offset {
				seen = true
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("schema (-want +got):\n%s", diff)
				}
			}
		}
	}
}
