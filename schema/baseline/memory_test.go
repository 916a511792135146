package baseline_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/schema/baseline"
)

// hugeImage is a stream of files, made one at a time: each imports the first, and nine tenths of it are source info.
type hugeImage struct {
	files, next int
	rest        []byte
	total       int
}

func (h *hugeImage) Read(p []byte) (int, error) {
	if len(h.rest) == 0 {
		if h.next == h.files {
			return 0, io.EOF
		}
		h.rest = protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), hugeFile(h.next))
		h.next++
	}
	n := copy(p, h.rest)
	h.rest = h.rest[n:]
	h.total += n
	return n, nil
}

var comment = proto.String(string(bytes.Repeat([]byte("word "), 90_000))) // 450 kB

func hugeFile(n int) []byte {
	fd := &descriptorpb.FileDescriptorProto{
		Name: proto.String(fmt.Sprintf("%d.proto", n)), Package: proto.String(fmt.Sprintf("p%d", n)), Syntax: proto.String("proto3"),
		SourceCodeInfo: &descriptorpb.SourceCodeInfo{Location: []*descriptorpb.SourceCodeInfo_Location{{Span: []int32{0, 0, 0}, LeadingComments: comment}}},
	}
	if n > 0 {
		fd.Dependency = []string{"0.proto"}
	}
	for m := range 20 {
		md := &descriptorpb.DescriptorProto{Name: proto.String(fmt.Sprintf("Message%d", m))}
		for f := range 50 {
			md.Field = append(md.Field, &descriptorpb.FieldDescriptorProto{
				Name: proto.String(fmt.Sprintf("field_with_a_name_%d", f)), JsonName: proto.String(fmt.Sprintf("fieldWithAName%d", f)), Number: proto.Int32(int32(f + 1)),
				Type: descriptorpb.FieldDescriptorProto_TYPE_STRING.Enum(), Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
			})
		}
		fd.MessageType = append(fd.MessageType, md)
	}
	b, err := proto.Marshal(fd)
	if err != nil {
		panic(err)
	}
	return b
}

// An image of 500 MB takes about as much memory as it has without source info, and what one file takes.
func TestAHugeImageFitsIntoMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("it reads 500 MB")
	}
	huge := &hugeImage{files: 1_100}
	set, err := baseline.ReadSet(parse(t, "image:huge.binpb"), huge)
	if err != nil {
		t.Fatal(err)
	}
	kept, peak, files := heap(), uint64(0), 0
	err = set.Scan(t.Context(), func(protoreflect.FileDescriptor) error {
		if files++; files%100 == 0 {
			peak = max(peak, heap())
		}
		return nil
	})
	if err != nil || files != huge.files {
		t.Fatalf("%d files are visited, %v", files, err)
	}
	t.Logf("image of %d MB: %d MB are kept, %d MB while it is scanned", huge.total>>20, kept>>20, peak>>20)
	if huge.total < 500_000_000 || kept > 100<<20 || peak > kept+32<<20 {
		t.Errorf("image of %d MB takes %d MB, and %d MB while it is scanned", huge.total>>20, kept>>20, peak>>20)
	}
}

// heap returns the bytes that are in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
