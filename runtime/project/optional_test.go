package project_test

import (
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/evgen-dev/evgen/runtime/project"
	"github.com/evgen-dev/evgen/runtime/project/internal/projecttest"
)

func TestFieldIsPresentInOpenAndOpaqueMessagesAlike(t *testing.T) {
	t.Parallel()
	open := &projecttest.Sample{MaybeText: proto.String(""), Int64: 1}
	opaque := projecttest.SampleRow_builder{MaybeText: proto.String(""), Int64: 1}.Build()
	for _, m := range []proto.Message{open, opaque} {
		for field, want := range map[string]bool{"maybe_text": true, "maybe_blob": false, "int64": true, "int32": false, "at": false, "colour": false} {
			if got := project.Has(m, field); got != want {
				t.Errorf("%T has %s: %v, want %v", m, field, got, want)
			}
		}
	}
	if project.Has((*projecttest.Sample)(nil), "int64") {
		t.Error("a nil message has a field")
	}
	if v := project.Optional(project.Has(open, "maybe_blob"), open.GetMaybeBlob()); v != nil {
		t.Errorf("an absent value is %v, want nil", v)
	}
	if v := project.Optional(project.Has(open, "maybe_text"), open.GetMaybeText()); v != "" {
		t.Errorf("a present value is %v, want the empty text", v)
	}
}
