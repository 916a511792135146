package source_test

import (
	"testing"

	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/schema/source"
)

func TestASetThatSaysTooLittleOrTooMuchIsRefused(t *testing.T) {
	t.Parallel()
	for message, files := range map[string][]*descriptorpb.FileDescriptorProto{
		"the descriptor set is empty":            nil,
		"a.proto is in the set twice":            {fileOf(t, `name: "a.proto"`), fileOf(t, `name: "a.proto" package: "other"`)},
		"a.proto imports itself through a.proto": {fileOf(t, `name: "a.proto" dependency: "a.proto"`)},
	} {
		set, ds := source.ReadSet("set.binpb", marshal(t, &descriptorpb.FileDescriptorSet{File: files}))
		if set != nil || len(ds) != 1 || ds[0].Message != message {
			t.Errorf("got %v; want %s", ds, message)
		}
	}
}
