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
	"github.com/evgen-dev/evgen/schema/compat"
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
		`{errorType:"FIELD_DEFAULT_CHANGED", description:"default is 'a', was 'b' (at path '#/Placed/1')"}`,
		"a page\nof many lines",
	}}
	want := []string{
		"FIELD_SCALAR_KIND_CHANGED: The kind of a SCALAR field at path '#/Placed/1' in the new schema does not match its kind in the old schema",
		"PACKAGE_CHANGED: The package changed", "MESSAGE_REMOVED", "something else altogether",
		"FIELD_DEFAULT_CHANGED: default is 'a', was 'b' (at path '#/Placed/1')", "a page …",
	}
	if diff := cmp.Diff(want, answer.Reasons()); diff != "" {
		t.Errorf("reasons (-want +got):\n%s", diff)
	}
}

// TestARefusalIsBrief is about messages that repeat the old schema, whatever its length.
func TestARefusalIsBrief(t *testing.T) {
	t.Parallel()
	old := strings.Repeat("message Old { string a = 1; }\n", 200)
	for message, want := range map[string][]string{
		`incompatible with an earlier schema, details: [{errorType:"MESSAGE_REMOVED"}, {errorType:"FIELD_SCALAR_KIND_CHANGED", description:"it's '#/Placed/1'"}, ` +
			`{oldSchemaVersion: 1}, {oldSchema: '` + old + `{errorType:"NONE"}'}, {compatibility: 'BACKWARD'}]`: {"MESSAGE_REMOVED", `FIELD_SCALAR_KIND_CHANGED: it's '#/Placed/1'`},
		"Incompatible artifact: orders-value [PROTOBUF]": {"Incompatible artifact: orders-value [PROTOBUF]"},
		"Incompatible.\n" + old:                          {"Incompatible. …"},
		strings.Repeat("incompatible ", 1000):            {strings.Repeat("incompatible ", 1000)[:300] + " …"},
	} {
		body, err := json.Marshal(map[string]any{"error_code": 409, "message": message})
		if err != nil {
			t.Fatal(err)
		}
		c := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/versions") && r.Method == http.MethodPost {
				status(409, string(body))(w, r)
				return
			}
			status(404, `{"error_code":40401,"message":"Subject not found"}`)(w, r)
		})
		_, err = c.Register(t.Context(), "orders-value", schemaOf("string id = 1;"))
		refused, ok := errors.AsType[*registry.RefusedError](err)
		if !ok {
			t.Fatalf("error %v, want a RefusedError", err)
		}
		if diff := cmp.Diff(want, refused.Reasons()); diff != "" {
			t.Errorf("%.40s (-want +got):\n%s", message, diff)
		}
		if want := "register subject orders-value: the registry refuses it as incompatible: " + strings.Join(want, "; "); err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestAMismatchSaysOneThingALine(t *testing.T) {
	t.Parallel()
	mismatch := &registry.MismatchError{
		Subject: "orders-value", Version: 3,
		Findings: []compat.Finding{{Rule: "KEY_FIELD_CHANGED", Message: "key is site_id"}, {Rule: "FIELD_TYPE_CHANGED", Message: "type is double"}},
	}
	for _, c := range []struct {
		answer registry.Answer
		last   string
	}{
		{registry.Answer{}, "run evgen register before the service is deployed"},
		{registry.Answer{Verdict: registry.Compatible}, "the registry finds it compatible\n    run evgen register before the service is deployed"},
		{
			registry.Answer{Verdict: registry.Incompatible, Messages: []string{`{errorType:"A", description:"a"}`, `{errorType:"B"}`}},
			"the registry finds it incompatible\n    the registry says A: a\n    the registry says B\n    undo the change, or give the event a new name",
		},
	} {
		mismatch.Answer = c.answer
		want := "its schema is no version of subject orders-value:\n    KEY_FIELD_CHANGED against version 3: key is site_id\n" +
			"    FIELD_TYPE_CHANGED against version 3: type is double\n    " + c.last
		if diff := cmp.Diff(want, mismatch.Error()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestTheEffectiveLevelIsAskedFor(t *testing.T) {
	t.Parallel()
	c := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("defaultToGlobal") == "true" {
			status(200, `{"compatibilityLevel":"FULL"}`)(w, r)
			return
		}
		status(404, `{"error_code":40408,"message":"none"}`)(w, r)
	})
	if level, known, err := c.EffectiveLevel(t.Context(), "orders-value"); level != compat.LevelFull || !known || err != nil {
		t.Errorf("level %v, %t, %v; want FULL", level, known, err)
	}
	if level, set, err := c.Level(t.Context(), "orders-value"); set || err != nil {
		t.Errorf("level %v, %t, %v; want none", level, set, err)
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
