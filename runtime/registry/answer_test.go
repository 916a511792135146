package registry_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/sr"

	"github.com/evgen-dev/evgen/runtime/registry"
)

func TestIncompatibleIsToldByTheStatus(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]bool{409: true, 40901: true, 0: true, 40406: false} {
		c := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/versions") && r.Method == http.MethodPost {
				status(409, fmt.Sprintf(`{"error_code":%d,"message":"no"}`, code))(w, r)
				return
			}
			status(404, `{"error_code":40401,"message":"Subject not found"}`)(w, r)
		})
		_, err := c.Register(t.Context(), "orders-value", schemaOf("string id = 1;"))
		refused, ok := errors.AsType[*registry.RefusedError](err)
		if !ok || refused.Incompatible() != want {
			t.Errorf("code %d: %v, want incompatible %t", code, err, want)
		}
	}
}

// Apicurio 3.3 finds schemas with imports invalid when it is asked, and takes them when it is told.
func TestCheckThatTheServerCannotMakeIsUnknown(t *testing.T) {
	t.Parallel()
	c := clientOf(t, status(422, `{"error_code":42201,"message":"Invalid schema"}`))
	answer, err := c.Compatible(t.Context(), "orders-value", schemaOf("string id = 1;"))
	if err != nil || answer.Verdict != registry.Unknown || len(answer.Messages) != 1 {
		t.Errorf("answer %+v, %v, want unknown with the server's message", answer, err)
	}
}

func TestReasonsAreReadFromWhatServersWrite(t *testing.T) {
	t.Parallel()
	answer := registry.Answer{Messages: []string{
		`{errorType:"FIELD_SCALAR_KIND_CHANGED", description:"The kind of a SCALAR field at path '#/Placed/1' in the new schema does not match its kind in the old schema"}, additionalInfo:""}`,
		`{"errorType": "PACKAGE_CHANGED", "description": "The package changed"}`,
		`{errorType:"MESSAGE_REMOVED"}`,
		`{oldSchemaVersion: 3}`,
		`{oldSchema: 'syntax = "proto3"; // errorTypes'}`,
		`{validateFields: 'false', compatibility: 'BACKWARD'}`,
		`something else altogether`,
	}}
	want := []string{
		"FIELD_SCALAR_KIND_CHANGED: The kind of a SCALAR field at path '#/Placed/1' in the new schema does not match its kind in the old schema",
		"PACKAGE_CHANGED: The package changed", "MESSAGE_REMOVED", "something else altogether",
	}
	if diff := cmp.Diff(want, answer.Reasons()); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
}

// list serves n subjects in pages of a server's own making.
func list(n int, page func(all []string, offset int) []string) http.HandlerFunc {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("subject-%05d", i)
	}
	return func(w http.ResponseWriter, r *http.Request) {
		offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
		_ = json.NewEncoder(w).Encode(page(all, min(offset, n)))
	}
}

func TestLongListsAreReadToTheirEnd(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		n    int
		page func(all []string, offset int) []string
		fail bool
	}{
		"pages":                       {2345, func(all []string, offset int) []string { return all[offset:min(offset+1000, len(all))] }, false},
		"a page that is full":         {1000, func(all []string, offset int) []string { return all[offset:min(offset+1000, len(all))] }, false},
		"all at once":                 {2345, func(all []string, _ int) []string { return all }, false},
		"cut off, and no pages":       {2345, func(all []string, _ int) []string { return all[:1000] }, true},
		"few":                         {3, func(all []string, _ int) []string { return all }, false},
		"as many as a page, no pages": {500, func(all []string, _ int) []string { return all }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := clientOf(t, list(tt.n, tt.page)).Subjects(t.Context(), "")
			if tt.fail {
				wantUnavailable(t, err, "does not say whether there are more")
				return
			}
			if err != nil || len(got) != tt.n {
				t.Errorf("%d subjects, %v, want %d", len(got), err, tt.n)
			}
		})
	}
}

func TestLatestReferencesAreSentAsNumbersInOneOrder(t *testing.T) {
	t.Parallel()
	var sent struct {
		Type       string               `json:"schemaType"`
		References []registry.Reference `json:"references"`
	}
	c := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/versions"):
			if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
				t.Error(err)
			}
			_, _ = io.WriteString(w, `{"is_compatible":true}`)
		case strings.HasSuffix(r.URL.Path, "/latest"):
			_, _ = io.WriteString(w, registered(7, `syntax = "proto3";`))
		}
	})
	s := schemaOf("string id = 1;")
	s.References = []registry.Reference{{Name: "b.proto", Subject: "b", Version: registry.Latest}, {Name: "a.proto", Subject: "a", Version: 2}}
	if _, err := c.Compatible(t.Context(), "orders-value", s); err != nil {
		t.Fatal(err)
	}
	want := []registry.Reference{{Name: "a.proto", Subject: "a", Version: 2}, {Name: "b.proto", Subject: "b", Version: 7}}
	if diff := cmp.Diff(want, sent.References); diff != "" || sent.Type != "PROTOBUF" {
		t.Errorf("type %q, references (-want +got):\n%s", sent.Type, diff)
	}
	if s.References[0].Version != registry.Latest {
		t.Error("the caller's schema was changed")
	}
}

// inMemory is a transport without a network.
type inMemory http.HandlerFunc

func (h inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h(w, r)
	return w.Result(), nil
}

// FuzzAnswer gives the client any JSON, and what is none, as the answer to each question.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		"", "null", "[]", "[1]", `["a"]`, "{}", `{"is_compatible":true}`, `{"compatibilityLevel":"BACKWARD"}`, `{"id":1}`,
		registered(1, "syntax = \"proto3\";"), registered(1, "syntax = \"proto3\"; import \"a.proto\";", "a.proto:a"), `{"id":1e99}`, `[1e3,-1]`,
	} {
		f.Add(200, []byte(seed), []byte("[1]"))
	}
	f.Add(404, []byte(`{"error_code":40401}`), []byte("[1]"))
	f.Add(409, []byte(`{"error_code":40901,"message":"x"}`), []byte("[1]"))
	f.Fuzz(func(t *testing.T, code int, body, numbers []byte) {
		if code < 200 || code > 599 || code == 204 || code == 304 {
			t.Skip()
		}
		c := clientAt(t, sr.URLs("http://registry"), sr.HTTPClient(&http.Client{Transport: inMemory(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/versions") {
				_, _ = w.Write(numbers)
				return
			}
			status(code, string(body))(w, r)
		})}))
		for name, run := range operations {
			if err := run(t.Context(), c); err != nil && err.Error() == "" {
				t.Errorf("%s: empty error %T", name, err)
			}
		}
		if err := compileAll(t.Context(), c); err != nil && err.Error() == "" {
			t.Errorf("compile: empty error %T", err)
		}
	})
}
