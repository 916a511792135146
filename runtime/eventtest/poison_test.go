package eventtest_test

import (
	"context"
	"fmt"
	"testing"

	sitesv1 "github.com/evgen-dev/evgen/examples/gen/acme/sites/v1"
	"github.com/evgen-dev/evgen/examples/gen/acme/sites/v1/sitesv1ev"
	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/eventtest"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// send writes a record as no generated producer would.
func send(t *testing.T, h *eventtest.Harness, r *event.Record) {
	t.Helper()
	sent := make(chan error, 1)
	h.Send(t.Context(), r, func(_ event.Receipt, err error) { sent <- err })
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
}

// read returns all records of a topic.
func read(t *testing.T, h *eventtest.Harness, topic string) []*event.Record {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f, err := h.Follow(ctx, topic)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	left := int64(0)
	for _, p := range f.Partitions() {
		left += p.End - p.Offset
	}
	var records []*event.Record
	for int64(len(records)) < left {
		b, err := f.Poll(ctx)
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, b.Records...)
	}
	return records
}

func TestPoisonRecordOfAProjectionIsDeadLetteredAloneWithItsOrigin(t *testing.T) {
	t.Parallel()
	h := eventtest.New(t)
	if err := sqldb.Migrate(t.Context(), h.DB(), sitesv1ev.InstalledAppTable); err != nil {
		t.Fatal(err)
	}
	topic := sitesv1ev.Site.Contract().Topic.Name
	var want []any
	for i := range 40 {
		id := fmt.Sprintf("site-%02d", i)
		site := &sitesv1.Site{SiteId: id, Revision: 1, Apps: []*sitesv1.Site_App{{AppId: "shop", State: sitesv1.Site_ACTIVE}}}
		eventtest.Publish(h, sitesv1ev.Site, site)
		want = append(want, id)
		if i == 20 {
			send(t, h, &event.Record{
				Position: event.Position{Topic: topic, Partition: -1, Offset: -1},
				Key:      []byte(id), Value: []byte("\xff is no protobuf"),
				Headers: event.Headers{{Key: event.HeaderType, Value: []byte("acme.sites.v1.Site")}, {Key: event.HeaderRevision, Value: []byte("2")}},
			})
		}
	}
	h.Run(sitesv1ev.NewInstalledAppWriter(h.DB()))
	h.WantRows("select site_id from installed_apps", want...)

	dead := read(t, h, topic+".test.dlq")
	if len(dead) != 1 || string(dead[0].Key) != "site-20" || string(dead[0].Value) != "\xff is no protobuf" {
		t.Fatalf("got %d dead letters, want the poison alone: %v", len(dead), dead)
	}
	for _, header := range []string{event.HeaderOrigin, event.HeaderError, event.HeaderErrorKind, event.HeaderHandler} {
		if text, ok := dead[0].Headers.Get(header); !ok || text == "" {
			t.Errorf("the dead letter has no %s", header)
		}
	}
}
