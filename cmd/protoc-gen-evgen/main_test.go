package main

import (
	"bytes"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/evgen-dev/evgen/schema/source"
)

func TestPluginSeesAnnotations(t *testing.T) {
	t.Parallel()
	set, found, err := source.Compile(t.Context(), []source.Tree{source.Dir("../../examples/proto")}, nil)
	if err != nil || set == nil {
		t.Fatalf("compile: %v\n%s", err, found)
	}
	raw, err := proto.Marshal(set.Request("module=github.com/evgen-dev/evgen"))
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if code := run(nil, bytes.NewReader(raw), &stdout, &stderr); code != 0 {
		t.Fatalf("exit %d: %s", code, &stderr)
	}
	response := &pluginpb.CodeGeneratorResponse{}
	if err := proto.Unmarshal(stdout.Bytes(), response); err != nil {
		t.Fatal(err)
	}
	const event = "examples/gen/acme/sites/v1/sitesv1ev/sites.ev.go"
	for _, f := range response.File {
		if f.GetName() == event {
			return
		}
	}
	t.Errorf("the plugin wrote no %s, so it saw no annotation; its error is %q", event, response.GetError())
}

func TestArgumentsAreRefusedWithDirections(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	if code := run([]string{"--help"}, nil, nil, &stderr); code != 2 || !strings.Contains(stderr.String(), "buf.gen.yaml") {
		t.Errorf("exit %d, %s; want 2, and how to call it", code, &stderr)
	}
}

func TestGarbageIsRefused(t *testing.T) {
	t.Parallel()
	var stderr bytes.Buffer
	if code := run(nil, strings.NewReader("\xff\xff"), nil, &stderr); code != 1 || !strings.Contains(stderr.String(), "read the request of protoc") {
		t.Errorf("exit %d, %s; want 1, and what was read", code, &stderr)
	}
}
