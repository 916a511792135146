package produce_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/payload"
	"github.com/evgen-dev/evgen/runtime/produce"
)

// schemas is a registry's answer by event.
type schemas map[string]payload.Schema

func (s schemas) Schema(name string) (payload.Schema, error) {
	if found, ok := s[name]; ok {
		return found, nil
	}
	return payload.Schema{}, fmt.Errorf("no schema of %s", name)
}

var planSchemas = schemas{"acme.plans.v1.Plan": {
	ID: 258, GUID: payload.GUID{1, 2, 3}, Index: []int{0, 1}, URI: "http://registry/schemas/ids/258",
}}

// published returns the record of a message under an option, and the record as its readers open it.
func published(t *testing.T, o produce.Option, m *message) (r, opened *event.Record) {
	t.Helper()
	sink := &log{}
	if _, err := produce.New(sink, event.New(plan), o).Publish(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	r = sink.only(t)
	body, err := payload.Open(r)
	if err != nil {
		t.Fatal(err)
	}
	plain := *r
	plain.Value = body
	return r, &plain
}

func TestReadersFindTheSchemaAndTheMessage(t *testing.T) {
	t.Parallel()
	sent := msg("pro", 1, "body")
	for name, tt := range map[string]struct {
		option produce.Option
		want   payload.Schema
	}{
		"id before the message": {produce.SchemaIDs(planSchemas), payload.Schema{ID: 258, Index: []int{0, 1}, URI: "http://registry/schemas/ids/258"}},
		"GUID in a header":      {produce.SchemaGUIDs(planSchemas), payload.Schema{GUID: payload.GUID{1, 2, 3}, Index: []int{0, 1}, URI: "http://registry/schemas/ids/258"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, opened := published(t, tt.option, sent)
			got, ok, err := payload.SchemaOf(r)
			if diff := cmp.Diff(tt.want, got); !ok || err != nil || diff != "" {
				t.Errorf("found %t, error %v, schema (-want +got):\n%s", ok, err, diff)
			}
			m, err := event.New(plan).Decode(opened)
			if err != nil || !proto.Equal(m, sent) {
				t.Errorf("decoded %v, %v", m, err)
			}
		})
	}
}

func TestGUIDLeavesTheMessageBare(t *testing.T) {
	t.Parallel()
	r, opened := published(t, produce.SchemaGUIDs(planSchemas), msg("pro", 1, "body"))
	if diff := cmp.Diff(opened.Value, r.Value); diff != "" {
		t.Errorf("value (-message +record):\n%s", diff)
	}
}

func TestWithoutASchemaNothingIsPublished(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		option produce.Option
		want   string
	}{
		"event that was not asked for": {produce.SchemaIDs(schemas{}), "publish acme.plans.v1.Plan: no schema of acme.plans.v1.Plan"},
		"registry without GUIDs": {
			produce.SchemaGUIDs(schemas{"acme.plans.v1.Plan": {ID: 7}}),
			"publish acme.plans.v1.Plan: the registry gave its schema no GUID, only id 7: use SchemaIDs, or a registry that has GUIDs",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sink := &log{}
			_, err := produce.New(sink, event.New(plan), tt.option).Publish(t.Context(), msg("pro", 1, ""))
			if err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
			if n := len(sink.sent()); n != 0 {
				t.Errorf("%d records were sent, want none", n)
			}
		})
	}
}
