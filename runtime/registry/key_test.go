package registry_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/runtime/registry"
)

// TestMetadataOfKeysIsRefused sends nothing: the id of another version would begin the bytes of each key.
func TestMetadataOfKeysIsRefused(t *testing.T) {
	t.Parallel()
	c := clientOf(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s %s is sent", r.Method, r.URL) })
	s := schemaOf("string id = 1;")
	s.Metadata = map[string]string{"git": "3f1c2ab"}
	want := "register subject orders-key: the schema of a key has no metadata, which would change the id that keys begin with: leave it out"
	if _, err := c.Register(t.Context(), "orders-key", s); err == nil || err.Error() != want {
		t.Errorf("got %v; want %s", err, want)
	}
}

func TestVersionsOfAnyTypeHaveIdentities(t *testing.T) {
	t.Parallel()
	answers := map[string]http.HandlerFunc{
		"/subjects/orders-key/versions":   status(200, `[3, 1, 2]`),
		"/subjects/orders-key/versions/1": status(200, `{"subject":"orders-key","version":1,"id":7,"schema":"\"string\""}`),
		"/subjects/orders-key/versions/2": status(404, `{"error_code":40402,"message":"Version not found"}`),
		"/subjects/orders-key/versions/3": status(200, `{"subject":"orders-key","version":3,"id":9,"schemaType":"JSON","schema":"{}"}`),
		"/subjects/broken-key/versions":   status(200, `[1]`),
		"/subjects/broken-key/versions/1": status(200, `{"version":1}`),
		"/subjects/other-key/versions":    status(200, `[1]`),
		"/subjects/other-key/versions/1":  status(200, `{"version":2,"id":1}`),
		"/subjects/gone-key/versions":     status(404, `{"error_code":40401,"message":"Subject not found"}`),
	}
	c := clientOf(t, func(w http.ResponseWriter, r *http.Request) { answers[r.URL.Path](w, r) })
	got, err := c.Identities(t.Context(), "orders-key")
	if diff := cmp.Diff([]registry.Identity{{Number: 1, ID: 7}, {Number: 3, ID: 9}}, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for _, subject := range []string{"broken-key", "other-key"} {
		_, err := c.Identities(t.Context(), subject)
		if _, silent := errors.AsType[*registry.UnavailableError](err); !silent {
			t.Errorf("%s: got %v; want that there was no answer that counts", subject, err)
		}
	}
	if _, err := c.Identities(t.Context(), "gone-key"); !errors.Is(err, registry.ErrUnknownSubject) {
		t.Errorf("got %v; want that the subject is unknown", err)
	}
}
