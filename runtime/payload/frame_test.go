package payload_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/sr"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/payload"
)

// The expected bytes were made by another implementation of the format, for schema id 42.
func TestFrameWritesTheBytesOfOtherClients(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		index []int
		want  string
	}{
		"no index":                  {nil, "000000002a" + "00"},
		"first message":             {[]int{0}, "000000002a" + "00"},
		"second message":            {[]int{1}, "000000002a" + "0202"},
		"first nested of the first": {[]int{0, 0}, "000000002a" + "040000"},
		"first nested of the third": {[]int{2, 0}, "000000002a" + "040400"},
		"last index in one byte":    {[]int{63}, "000000002a" + "027e"},
		"first index in two bytes":  {[]int{64}, "000000002a" + "028001"},
		"nested twice":              {[]int{0, 1, 0}, "000000002a" + "06000200"},
		"index in four bytes":       {[]int{1 << 20}, "000000002a" + "0280808001"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			framed := payload.Frame(42, tt.index, []byte("body"))
			if got, want := hex.EncodeToString(framed), tt.want+hex.EncodeToString([]byte("body")); got != want {
				t.Errorf("Frame = %s, want %s", got, want)
			}
			got, err := payload.Open(&event.Record{Value: framed})
			if err != nil || string(got) != "body" {
				t.Errorf("Open = %q, %v", got, err)
			}
			schema, ok, err := payload.SchemaOf(&event.Record{Value: framed})
			if diff := cmp.Diff(asConfluentReads(t, framed), schema); !ok || err != nil || diff != "" {
				t.Errorf("found %t, error %v, schema (-theirs +ours):\n%s", ok, err, diff)
			}
		})
	}
}

// asConfluentReads decodes a frame with the client library's own code.
func asConfluentReads(t *testing.T, framed []byte) payload.Schema {
	t.Helper()
	header := new(sr.ConfluentHeader)
	id, rest, err := header.DecodeID(framed)
	if err != nil {
		t.Fatal(err)
	}
	index, body, err := header.DecodeIndex(rest, 0)
	if err != nil || string(body) != "body" {
		t.Fatalf("index %v, body %q, %v", index, body, err)
	}
	return payload.Schema{ID: uint32(id), Index: index}
}

func TestOpenTakesTheLongFormOfTheFirstMessage(t *testing.T) {
	t.Parallel()
	got, err := payload.Open(&event.Record{Value: []byte("\x00\x00\x00\x00\x2a\x02\x00body")})
	if err != nil || string(got) != "body" {
		t.Errorf("Open = %q, %v", got, err)
	}
}

func TestOpenKeepsEmptyAndAbsentApart(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		value, want []byte
	}{
		"tombstone":                    {nil, nil},
		"empty message":                {[]byte{}, []byte{}},
		"empty message with a schema":  {payload.Frame(1, nil, nil), []byte{}},
		"bare message":                 {[]byte{0x0a, 0x00}, []byte{0x0a, 0x00}},
		"bare message with high bytes": {[]byte{0xfa, 0x01, 0x00}, []byte{0xfa, 0x01, 0x00}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := payload.Open(&event.Record{Value: tt.value})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("payload (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOpenRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ value, want string }{
		"magic byte alone":   {"\x00", "schema id has 0 bytes instead of 4"},
		"half an id":         {"\x00\x00\x00", "schema id has 2 bytes instead of 4"},
		"no index":           {"\x00\x00\x00\x00\x01", "count of message indexes is cut off"},
		"negative count":     {"\x00\x00\x00\x00\x01\x01", "count of message indexes is out of range"},
		"missing index":      {"\x00\x00\x00\x00\x01\x04\x00", "message index 2 of 2 is cut off"},
		"negative index":     {"\x00\x00\x00\x00\x01\x02\x01", "message index 1 of 1 is out of range"},
		"endless varint":     {"\x00\x00\x00\x00\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "count of message indexes is out of range"},
		"huge count":         {"\x00\x00\x00\x00\x01\xfe\xff\xff\xff\x0f", "count of message indexes is out of range"},
		"huge index":         {"\x00\x00\x00\x00\x01\x02\x80\x80\x80\x80\x10", "message index 1 of 1 is out of range"},
		"half a GUID":        {"\x0101234567", "schema GUID has 8 bytes instead of 16"},
		"GUID, no index":     {"\x010123456789abcdef", "count of message indexes is cut off"},
		"chunk or manifest":  {"\x0fM", "chunked (0x0F), not supported by this version"},
		"chunk without more": {"\x0f", "chunked (0x0F), not supported by this version"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := payload.Open(&event.Record{Value: []byte(tt.value)})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one that says %q", err, tt.want)
			}
		})
	}
}

func TestIndexCountsAsTheTextOfTheSchemaDoes(t *testing.T) {
	t.Parallel()
	file := fileWithMapBeforeNested(t)
	second := file.Messages().ByName("Second")
	tests := []struct {
		message protoreflect.MessageDescriptor
		want    []int
	}{
		{file.Messages().ByName("First"), []int{0}},
		{second, []int{1}},
		{second.Messages().ByName("Inner"), []int{1, 0}}, // index 1 in the descriptor, after the map's entry
		{(&structpb.Value{}).ProtoReflect().Descriptor(), []int{1}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, payload.Index(tt.message)); diff != "" {
			t.Errorf("index of %s (-want +got):\n%s", tt.message.FullName(), diff)
		}
	}
}

// message First {}
// message Second { map<string, string> labels = 1; message Inner {} }
func fileWithMapBeforeNested(t *testing.T) protoreflect.FileDescriptor {
	t.Helper()
	entry := &descriptorpb.DescriptorProto{
		Name:    proto.String("LabelsEntry"),
		Field:   []*descriptorpb.FieldDescriptorProto{stringField("key", 1), stringField("value", 2)},
		Options: &descriptorpb.MessageOptions{MapEntry: proto.Bool(true)},
	}
	labels := &descriptorpb.FieldDescriptorProto{
		Name: proto.String("labels"), Number: proto.Int32(1), JsonName: proto.String("labels"),
		Label:    descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum(),
		Type:     descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum(),
		TypeName: proto.String(".acme.framing.v1.Second.LabelsEntry"),
	}
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name: proto.String("acme/framing/v1/framing.proto"), Package: proto.String("acme.framing.v1"), Syntax: proto.String("proto3"),
		MessageType: []*descriptorpb.DescriptorProto{
			{Name: proto.String("First")},
			{
				Name: proto.String("Second"), Field: []*descriptorpb.FieldDescriptorProto{labels},
				NestedType: []*descriptorpb.DescriptorProto{entry, {Name: proto.String("Inner")}},
			},
		},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func stringField(name string, number int32) *descriptorpb.FieldDescriptorProto {
	return &descriptorpb.FieldDescriptorProto{
		Name: proto.String(name), Number: proto.Int32(number), JsonName: proto.String(name),
		Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
		Type:  descriptorpb.FieldDescriptorProto_TYPE_STRING.Enum(),
	}
}

func FuzzFrame(f *testing.F) {
	f.Add(uint32(42), uint16(0), uint16(1), []byte("body"))
	f.Fuzz(func(t *testing.T, id uint32, outer, inner uint16, body []byte) {
		framed := payload.Frame(id, []int{int(outer), int(inner)}, body)
		got, err := payload.Open(&event.Record{Value: framed})
		if err != nil || !bytes.Equal(got, body) {
			t.Errorf("Open(Frame(%x)) = %x, %v", body, got, err)
		}
	})
}
