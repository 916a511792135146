package devregistry_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/devregistry"
	_ "github.com/evgen-dev/evgen/internal/golden"
)

// object is a value of JSON.
type object = map[string]any

// server is a registry with those who talk to it.
type server struct {
	*testing.T
	url string
}

func start(t *testing.T) *server {
	t.Helper()
	r := open(t, "")
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return &server{t, r.URL()}
}

func open(t *testing.T, dir string) *devregistry.Registry {
	t.Helper()
	r, err := devregistry.Start(devregistry.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// send sends a request, its body as JSON unless it is a string, and returns status and body of the answer.
func (s *server) send(method, path string, body any) (status int, answer []byte) {
	s.Helper()
	b, isText := body.(string)
	if !isText {
		encoded, err := json.Marshal(body)
		if err != nil {
			s.Fatal(err)
		}
		b = string(encoded)
	}
	req, err := http.NewRequestWithContext(s.Context(), method, s.url+path, strings.NewReader(b))
	if err != nil {
		s.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err = io.ReadAll(resp.Body)
	if err != nil {
		s.Fatal(err)
	}
	return resp.StatusCode, answer
}

// get returns the value that a request is answered with.
func (s *server) do(method, path string, body any) any {
	s.Helper()
	status, answer := s.send(method, path, body)
	if status != http.StatusOK {
		s.Fatalf("%s %s: %d: %s", method, path, status, answer)
	}
	var v any
	if err := json.Unmarshal(answer, &v); err != nil {
		s.Fatalf("%s %s: %v in %s", method, path, err, answer)
	}
	return v
}

func (s *server) get(path string) any {
	s.Helper()
	return s.do(http.MethodGet, path, "")
}

// want compares what a request is answered with. Numbers of want are float64, as JSON has them.
func (s *server) want(want any, method, path string, body any) {
	s.Helper()
	if diff := cmp.Diff(want, s.do(method, path, body)); diff != "" {
		s.Errorf("%s %s (-want +got):\n%s", method, path, diff)
	}
}

// refuse wants a request to fail with a code, and returns the message.
func (s *server) refuse(code int, method, path string, body any) string {
	s.Helper()
	status, answer := s.send(method, path, body)
	var problem struct {
		Code    int `json:"error_code"`
		Message string
	}
	if err := json.Unmarshal(answer, &problem); err != nil {
		s.Fatalf("%s %s: %v in %s", method, path, err, answer)
	}
	if problem.Code != code || !strings.HasPrefix(fmt.Sprint(code), fmt.Sprint(status)) || problem.Message == "" {
		s.Errorf("%s %s: %d: %s, want code %d", method, path, status, answer, code)
	}
	return problem.Message
}

// proto is a schema of the body, with the references that are given as name, subject and version.
func proto(body string, references ...reference) object {
	o := object{"schemaType": "PROTOBUF", "schema": "syntax = \"proto3\";\npackage acme;\n" + body}
	if references != nil {
		o["references"] = references
	}
	return o
}

type reference struct {
	Name    string `json:"name"`
	Subject string `json:"subject"`
	Version int    `json:"version"`
}

// message is a schema of one message with fields.
func message(fields ...string) object {
	return proto("message Order {\n" + strings.Join(append(fields, ""), ";\n") + "}\n")
}

func with(o object, key string, value any) object {
	changed := object{key: value}
	for k, v := range o {
		if k != key {
			changed[k] = v
		}
	}
	return changed
}

func versions(subject string) string { return "/subjects/" + url.PathEscape(subject) + "/versions" }

// register returns id and version.
func (s *server) register(subject string, schema object) (id, version float64) {
	s.Helper()
	o := s.do(http.MethodPost, versions(subject), schema).(object)
	return o["id"].(float64), o["version"].(float64)
}

func (s *server) setLevel(subject, level string) {
	s.Helper()
	s.want(object{"compatibility": level}, http.MethodPut, "/config/"+url.PathEscape(subject), object{"compatibility": level})
}

func TestTheHandlerAnswersWithoutItsPort(t *testing.T) {
	t.Parallel()
	r := open(t, "")
	defer r.Close()
	w := httptest.NewRecorder()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/schemas/types", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.ServeHTTP(w, req)
	if w.Code != http.StatusOK || strings.TrimSpace(w.Body.String()) != `["PROTOBUF"]` {
		t.Errorf("%d: %s", w.Code, w.Body)
	}
}

func TestUnknownPathsAndMethodsAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, path := range []string{"/nowhere", "/subjects/a/b", "/schemas/ids/one", "/subjects//versions", "/schemas/ids/99999999999999999999"} {
		s.refuse(404, http.MethodGet, path, "")
	}
	s.refuse(405, http.MethodPatch, "/subjects/a", "")
	s.refuse(405, http.MethodDelete, "/schemas/ids/1", "")
	s.want(object{}, http.MethodGet, "/", "")
}

func TestARegistryKeepsWhatItWasToldInItsDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := open(t, dir)
	s := &server{t, first.URL()}
	s.register("a", message("string id = 1"))
	s.register("b", message("string id = 1"))
	s.register("a", message("string id = 1", "string name = 2"))
	s.setLevel("a", "FULL")
	s.want(float64(1), http.MethodDelete, "/subjects/a/versions/1", "")
	if _, err := devregistry.Start(devregistry.Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), "is in use by process") {
		t.Errorf("a second registry in the directory: %v", err)
	}
	paths := []string{"/schemas?deleted=true", "/subjects/a/versions?deleted=true", "/config/a", "/schemas/ids/1"}
	var before []any
	for _, path := range paths {
		before = append(before, s.get(path))
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := open(t, dir)
	defer second.Close()
	s.url = second.URL()
	for i, path := range paths {
		s.want(before[i], http.MethodGet, path, "")
	}
	if id, version := s.register("a", message("string id = 1", "string other = 3", "string name = 2")); id != 3 || version != 3 {
		t.Errorf("after a restart id %v version %v, want 3 and 3", id, version)
	}
}
