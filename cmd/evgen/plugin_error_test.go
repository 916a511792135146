package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/evgen-dev/evgen/internal/realservers"
)

// wrong has an error and two warnings.
const wrong = `syntax = "proto3";

package shop.v1;

import "evgen/v1/options.proto";

option go_package = "example.com/shop/v1;shopv1";

message Order {
  option (evgen.v1.event) = { kind: DOCUMENT };
  string order_id = 1;
}
`

// wrongFindings are what the plugin says, as protoc and generate do: one a line.
const wrongFindings = `shop/v1/order.proto:9:9: EV014: event shop.v1.Order: a DOCUMENT needs a key (mark the id of the entity: [(evgen.v1.field).key = true])
shop/v1/order.proto:9:9: warning: EV113: event shop.v1.Order: nobody owns it (say who answers for it: option (evgen.v1.file) = { owner: "@acme/orders" })
shop/v1/order.proto:9:9: warning: EV115: event shop.v1.Order: it has no revision, so a late record overwrites a newer one (mark a version: [(evgen.v1.field).revision = MONOTONIC])`

func wrongTree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := writeFile(filepath.Join(dir, "shop", "v1", "order.proto"), []byte(wrong)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestPluginReportsOneFindingPerLine(t *testing.T) {
	t.Parallel()
	response := callPlugin(t, request(t, wrongTree(t), sourceRelative))
	if diff := cmp.Diff(wrongFindings, response.GetError()); diff != "" {
		t.Errorf("error of the response (-want +got):\n%s", diff)
	}
	if len(response.File) > 0 {
		t.Errorf("there are errors and %d files", len(response.File))
	}
}

func TestProtocShowsFindings(t *testing.T) {
	t.Parallel()
	dir := wrongTree(t)
	_, stderr, err := tryTool(t, dir, realservers.Protoc(t), "-I", dir, "-I", absolutePath(t, "../../schema"),
		"--plugin="+linkPlugin(t), "--evgen_out="+t.TempDir(), "--evgen_opt="+sourceRelative, "shop/v1/order.proto")
	if err == nil {
		t.Error("protoc succeeded")
	}
	if diff := cmp.Diff("--evgen_out: "+wrongFindings+"\n", stderr); diff != "" {
		t.Errorf("output of protoc (-want +got):\n%s", diff)
	}
}

func TestBufShowsFindings(t *testing.T) {
	t.Parallel()
	plugin := linkPlugin(t)
	_, stderr, err := tryTool(t, makeBufWorkspace(t, wrongTree(t), plugin, "directory"), realservers.Buf(t), "generate")
	if err == nil {
		t.Error("buf succeeded")
	}
	if diff := cmp.Diff("Failure: plugin "+plugin+": "+wrongFindings+"\n", stderr); diff != "" {
		t.Errorf("output of buf (-want +got):\n%s", diff)
	}
}

func TestPluginListsTheParametersThatItKnows(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"dialect=sqlite":     `unknown parameter "dialect": known are messages, suffix, dialects, and protogen's paths, module, `,
		"dialects=oracle":    `parameter dialects=oracle: unknown dialect "oracle": known are postgres, sqlite`,
		"messages=sometimes": "parameter messages=sometimes: ",
		"suffix=-":           "parameter suffix=-: is no end of a Go package name",
	}
	for parameter, want := range cases {
		response := callPlugin(t, request(t, "../../examples/proto", parameter))
		if !strings.Contains(response.GetError(), want) {
			t.Errorf("parameter %s: got %q, want %q in it", parameter, response.GetError(), want)
		}
	}
}

func TestPluginSaysWhatItSupportsEvenWhenItFails(t *testing.T) {
	t.Parallel()
	want := &pluginpb.CodeGeneratorResponse{
		SupportedFeatures: proto.Uint64(uint64(pluginpb.CodeGeneratorResponse_FEATURE_PROTO3_OPTIONAL | pluginpb.CodeGeneratorResponse_FEATURE_SUPPORTS_EDITIONS)),
		MinimumEdition:    proto.Int32(998),  // proto2
		MaximumEdition:    proto.Int32(1001), // 2024
	}
	for _, parameter := range []string{sourceRelative, "nonsense"} {
		got := callPlugin(t, request(t, "../../examples/proto", parameter))
		got.File, got.Error = nil, nil
		if !proto.Equal(want, got) {
			t.Errorf("parameter %s: got %v, want %v", parameter, got, want)
		}
	}
}
