package filter

import (
	"context"
	"testing"

	"github.com/bufbuild/protocompile"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

const parcelProto = `
syntax = "proto3";
package acme.parcels.v1;
import "google/protobuf/timestamp.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/wrappers.proto";
import "acme/colors/v1/colors.proto";

message Parcel {
  string parcel_id = 1;
  int32 count = 2;
  int64 weight = 3;
  uint32 stops = 4;
  uint64 code = 5;
  float ratio = 6;
  double price = 7;
  bool fragile = 8;
  bytes seal = 9;
  State state = 10;
  Place from = 11;
  optional int32 limit = 12;
  optional string note = 13;
  google.protobuf.Timestamp sent_at = 14;
  google.protobuf.Duration delay = 15;
  repeated Place route = 16;
  repeated string tags = 17;
  map<string, Place> gates = 18;
  map<int64, uint32> tolls = 19;
  acme.colors.v1.Color color = 20;
  google.protobuf.StringValue label = 21;
  string package = 22;
  oneof carrier {
    string truck = 23;
    Place ship = 24;
  }
  repeated State states = 25;
  int64 item = 26;

  enum State {
    STATE_UNSPECIFIED = 0;
    ACTIVE = 1;
    LOST = -1;
  }
}

message Place {
  string name = 1;
  uint64 number = 2;
  optional bool open = 3;
  Place inner = 4;
  Parcel.State state = 5;
  Size size = 6;
}

enum Size {
  SIZE_UNSPECIFIED = 0;
  BIG = 3;
}
`

const colorProto = `
syntax = "proto3";
package acme.colors.v1;
enum Color {
  COLOR_UNSPECIFIED = 0;
  RED = 1;
}
`

func parcel(t *testing.T) protoreflect.MessageDescriptor {
	t.Helper()
	compiler := protocompile.Compiler{Resolver: protocompile.WithStandardImports(&protocompile.SourceResolver{
		Accessor: protocompile.SourceAccessorFromMap(map[string]string{"parcel.proto": parcelProto, "acme/colors/v1/colors.proto": colorProto}),
	})}
	files, err := compiler.Compile(context.Background(), "parcel.proto")
	if err != nil {
		t.Fatal(err)
	}
	return files[0].Messages().ByName("Parcel")
}

func parcelScope(t *testing.T, forEach protoreflect.Name) Scope {
	t.Helper()
	event := parcel(t)
	return Scope{Event: event, As: "parcel", ForEach: event.Fields().ByName(forEach)}
}

func compiled(t *testing.T, scope Scope, text string) *Expr {
	t.Helper()
	x, problems := Compile(text, scope)
	if len(problems) > 0 {
		t.Fatalf("%s: %+v", text, problems)
	}
	return x
}

func message(t *testing.T, md protoreflect.MessageDescriptor, text string) protoreflect.Message {
	t.Helper()
	m := dynamicpb.NewMessage(md)
	if err := prototext.Unmarshal([]byte(text), m); err != nil {
		t.Fatal(err)
	}
	return m
}
