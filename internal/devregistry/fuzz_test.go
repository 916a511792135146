package devregistry_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/evgen-dev/evgen/internal/devregistry"
)

// FuzzRegister sends any body to all that take one: the answer is JSON, and never a failure of the registry.
func FuzzRegister(f *testing.F) {
	r, err := devregistry.Start(devregistry.Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = r.Close() })
	for _, schema := range []object{message("string id = 1"), proto(lineText, reference{"acme/money.proto", "money", -1}),
		with(message("string id = 1"), "metadata", object{"properties": object{"a": "b"}}), {"compatibility": "FULL"}, {"mode": "IMPORT", "id": 3}} {
		b, err := json.Marshal(schema)
		if err != nil {
			f.Fatal(err)
		}
		f.Add("PUT", "/config", string(b))
		f.Add("POST", "/subjects/money/versions?normalize=true", string(b))
		f.Add("POST", "/compatibility/subjects/money/versions/latest?verbose=true", string(b))
		f.Add("DELETE", "/subjects/money/versions/1?permanent=true", string(b))
		f.Add("GET", "/schemas/ids/1?format=serialized", string(b))
	}
	f.Fuzz(func(t *testing.T, method, target, body string) {
		req, err := http.NewRequestWithContext(t.Context(), method, "http://registry"+target, strings.NewReader(body))
		if err != nil {
			return
		}
		w := httptest.NewRecorder()
		r.ServeHTTP(w, req)
		isText := strings.HasSuffix(req.URL.Path, "/schema") && w.Code == http.StatusOK
		if w.Code >= 500 || !isText && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s %s %q: %d: %s", method, target, body, w.Code, w.Body)
		}
	})
}
