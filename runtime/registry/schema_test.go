package registry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/sr"

	"github.com/evgen-dev/evgen/runtime/registry"
)

// registered is the answer about a version with a text and references, each name:subject.
func registered(number int, text string, refs ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"subject":"orders-value","version":%d,"id":%d,"schemaType":"PROTOBUF","schema":%s,"references":[`, number, number, strconv.Quote(text))
	for i, ref := range refs {
		name, subject, _ := strings.Cut(ref, ":")
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, `{"name":%q,"subject":%q,"version":1}`, name, subject)
	}
	return b.String() + "]}"
}

func TestSchemasThatCannotBeUsedAreNamed(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text    string
		refs    []string
		imports map[string]string // answers about the first versions of subjects
		want    string
	}{
		"unparsable text": {"no protobuf", nil, nil, "use version 1 of subject orders-value: it does not compile: "},
		"missing import":  {`syntax = "proto3"; import "gone.proto";`, nil, nil, `import "gone.proto" is not found in the registry`},
		"deleted import": {
			`syntax = "proto3"; import "a.proto";`, []string{"a.proto:a"}, nil,
			"it imports a.proto, which is not there: version 1 of subject a is deleted or was never registered",
		},
		"cycle": {
			`syntax = "proto3"; import "a.proto";`, []string{"a.proto:a"},
			map[string]string{"a": registered(1, `syntax = "proto3";`, "b.proto:b"), "b": registered(1, `syntax = "proto3";`, "a.proto:a")},
			"its references form a cycle: a.proto -> b.proto -> a.proto",
		},
		"import of itself": {
			`syntax = "proto3"; import "orders.proto";`, []string{"orders.proto:a"}, map[string]string{"a": registered(1, `syntax = "proto3";`)},
			"it imports itself, as orders.proto",
		},
		"impossible name": {
			`syntax = "proto3";`, []string{"../../etc/passwd:a"}, map[string]string{"a": registered(1, `syntax = "proto3";`)},
			"it imports files with impossible names",
		},
		"nameless reference": {`syntax = "proto3";`, []string{":a"}, nil, `a reference called "" to version 1 of subject "a", which cannot be`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bodies := map[string]string{
				"/subjects/orders-value/versions":   "[1]",
				"/subjects/orders-value/versions/1": registered(1, tt.text, tt.refs...),
			}
			for subject, body := range tt.imports {
				bodies["/subjects/"+subject+"/versions/1"] = body
			}
			err := compileAll(t.Context(), clientOf(t, answers(bodies)))
			if _, ok := errors.AsType[*registry.SchemaError](err); !ok || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want a SchemaError that says %q", err, tt.want)
			}
		})
	}
}

func compileAll(ctx context.Context, c *registry.Client) error {
	versions, err := c.Versions(ctx, "orders-value")
	for _, v := range versions {
		if err == nil {
			_, err = v.Compile(ctx, "orders.proto")
		}
	}
	return err
}

func TestImportThatCannotBeReadSaysNothingOfTheSchema(t *testing.T) {
	t.Parallel()
	known := answers(map[string]string{
		"/subjects/orders-value/versions":   "[1]",
		"/subjects/orders-value/versions/1": registered(1, `syntax = "proto3"; import "a.proto";`, "a.proto:a"),
	})
	c := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/subjects/a/") {
			status(500, "")(w, r)
			return
		}
		known(w, r)
	})
	err := compileAll(t.Context(), c)
	wantUnavailable(t, err, "import a.proto: read version 1 of subject a: ")
	if broken, ok := errors.AsType[*registry.SchemaError](err); ok {
		t.Errorf("a schema is blamed: %v", broken)
	}
}

func TestEndlessImportsEnd(t *testing.T) {
	t.Parallel()
	c := clientAt(t, sr.URLs("http://registry"), sr.HTTPClient(&http.Client{Transport: inMemory(func(w http.ResponseWriter, r *http.Request) {
		parts := strings.Split(r.URL.Path, "/") // /subjects/7/versions/1
		n, _ := strconv.Atoi(parts[2])
		if len(parts) == 4 {
			_, _ = io.WriteString(w, "[1]")
			return
		}
		_, _ = io.WriteString(w, registered(1, `syntax = "proto3";`, fmt.Sprintf("%d.proto:%d", n+1, n+1)))
	})}))
	_, err := c.Versions(t.Context(), "0")
	if err == nil || !strings.Contains(err.Error(), "it imports more than 4000 files") {
		t.Errorf("error %v", err)
	}
}

func TestSubjectOfAnotherTypeIsNamed(t *testing.T) {
	t.Parallel()
	err := compileAll(t.Context(), clientOf(t, answers(map[string]string{
		"/subjects/orders-value/versions":   "[1]",
		"/subjects/orders-value/versions/1": `{"version":1,"id":1,"schema":"{\"type\":\"string\"}"}`, // Confluent's way to say AVRO
	})))
	if err == nil || !strings.Contains(err.Error(), "it is a schema of type AVRO, not PROTOBUF: check the name of the subject") {
		t.Errorf("error %v", err)
	}
}
