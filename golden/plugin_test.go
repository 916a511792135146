package golden_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/pluginpb"

	"github.com/evgen-dev/evgen/generator"
)

// The plugin sees no source texts, and its request has been through the wire.
func TestPluginGeneratesWhatTheCommandDoes(t *testing.T) {
	t.Parallel()
	for _, c := range goldenCases(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, request := c.request(t)
			raw, err := proto.Marshal(request)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if err := generator.RunPlugin(bytes.NewReader(raw), &out, io.Discard); err != nil {
				t.Fatal(err)
			}
			response := &pluginpb.CodeGeneratorResponse{}
			if err := proto.Unmarshal(out.Bytes(), response); err != nil {
				t.Fatal(err)
			}
			want, got := map[string]string{}, map[string]string{}
			for _, f := range c.generate(t) {
				want[f.Name] = string(f.Content)
			}
			for _, f := range response.File {
				got[c.place(f.GetName())] = f.GetContent()
			}
			if diff := cmp.Diff(want, got); diff != "" || response.Error != nil {
				t.Errorf("error %q, files (-command +plugin):\n%s", response.GetError(), diff)
			}
		})
	}
}
