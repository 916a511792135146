package source_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/evgenpb"
	"github.com/evgen-dev/evgen/schema/source"
)

const located = `syntax = "proto3";
package p;
import "evgen/v1/options.proto";
import "imported.proto";
option go_package = "example.org/p";
/* ä */ message A {
	option (evgen.v1.event) = { topic: "as", key: "id" };
	string id = 1;
	I i = 2;
}
message B {
  option (evgen.v1.event).topic = "bs";
  option (evgen.v1.event).key = "id";
  string id = 1 [deprecated = true];
}
`

func locatedTree() source.Tree {
	return tree("proto", map[string]string{"a.proto": located, "imported.proto": proto3("message I { string a = 1; }")})
}

// textAt returns what is between the positions of a place.
func textAt(p compat.Place) string {
	if p.Start.Line == 0 {
		return ""
	}
	lines := slices.Collect(strings.Lines(located))
	if p.Start.Line != p.End.Line {
		return strings.TrimSpace(lines[p.Start.Line-1][p.Start.Column-1:]) + "..."
	}
	return lines[p.Start.Line-1][p.Start.Column-1 : p.End.Column-1]
}

func TestAnElementIsLocatedWhereItIsOrWhatIsAroundIt(t *testing.T) {
	t.Parallel()
	event := int32(evgenpb.E_Event.TypeDescriptor().Number())
	for _, test := range []struct {
		want    string
		element []int32
	}{
		{`message A {...`, []int32{4, 0}},
		{`string id = 1;`, []int32{4, 0, 2, 0}},
		{`id`, []int32{4, 0, 2, 0, 1}},
		{`I`, []int32{4, 0, 2, 1, 6}},
		{`string id = 1 [deprecated = true];`, []int32{4, 1, 2, 0}},
		{`deprecated = true`, []int32{4, 1, 2, 0, 8, 3}},
		{`option go_package = "example.org/p";`, []int32{8, 11}},
		{`option (evgen.v1.event) = { topic: "as", key: "id" };`, []int32{4, 0, 7, event}},
		{`topic: "as"`, []int32{4, 0, 7, event, 2}},
		{`key: "id"`, []int32{4, 0, 7, event, 3, 0}},
		{`option (evgen.v1.event).topic = "bs";`, []int32{4, 1, 7, event}}, // has no text of its own: its first part
		{`option (evgen.v1.event).key = "id";`, []int32{4, 1, 7, event, 3}},
		{`string id = 1;`, []int32{4, 0, 2, 0, 8, 3}}, // not there: what is around it
		{``, []int32{6, 0}},                           // nothing is
		{``, nil},
	} {
		p := compat.Place{File: "a.proto", Element: test.element}
		if err := source.Locate(t.Context(), []source.Tree{locatedTree()}, nil, []*compat.Place{&p}); err != nil {
			t.Fatal(err)
		}
		if got := textAt(p); got != test.want {
			t.Errorf("%v is located at %s, %q; want %q", test.element, p.Start, got, test.want)
		}
	}
}

// Columns count bytes, with a tab as one.
func TestPlacesOfSeveralFilesAreLocatedAtOnce(t *testing.T) {
	t.Parallel()
	places := []*compat.Place{
		{File: "a.proto", Element: []int32{4, 0}},
		{File: "imported.proto", Element: []int32{4, 0, 2, 0}},
		{File: "a.proto", Element: []int32{4, 0, 2, 0}},
		{File: "gone.proto", Element: []int32{4, 0}},
		{File: "a.proto"},
		{},
	}
	if err := source.Locate(t.Context(), []source.Tree{locatedTree()}, nil, places); err != nil {
		t.Fatal(err)
	}
	var got []schema.Position
	for _, p := range places {
		got = append(got, p.Start)
	}
	want := []schema.Position{
		{Path: "a.proto", Line: 6, Column: 10}, {Path: "imported.proto", Line: 3, Column: 13}, {Path: "a.proto", Line: 8, Column: 2}, {}, {}, {},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("positions differ (-want +got):\n%s", diff)
	}
}

func TestPlacesAreLocatedInDescriptorsThatHaveSourceInfo(t *testing.T) {
	t.Parallel()
	set, _, err := source.Compile(t.Context(), []source.Tree{locatedTree()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	files, err := set.Descriptors()
	if err != nil {
		t.Fatal(err)
	}
	p, other := compat.Place{File: "a.proto", Element: []int32{4, 1, 2, 0}}, compat.Place{File: "b.proto", Element: []int32{4, 0}}
	for _, fd := range files {
		source.LocateIn(fd, &p, &other)
	}
	if diff := cmp.Diff(schema.Position{Path: "a.proto", Line: 14, Column: 3}, p.Start); diff != "" {
		t.Errorf("position differs (-want +got):\n%s", diff)
	}
	if other.Start.Line != 0 {
		t.Errorf("a place in a file that is not there is at %s", other.Start)
	}
}

func TestBrokenFilesCannotBeLocatedIn(t *testing.T) {
	t.Parallel()
	option := []int32{4, 0, 7, int32(evgenpb.E_Event.TypeDescriptor().Number())}
	for _, test := range []struct {
		text    string
		element []int32
	}{{"message A {", []int32{4, 0}}, {"message A { None n = 1; }", option}, {"import \"none.proto\";", option}} {
		p := compat.Place{File: "a.proto", Element: test.element}
		root := tree("proto", map[string]string{"a.proto": proto3(test.text)})
		if err := source.Locate(t.Context(), []source.Tree{root}, nil, []*compat.Place{&p}); err == nil {
			t.Errorf("%q is located in: %s", test.text, p.Start)
		}
	}
}
