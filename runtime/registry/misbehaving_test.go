package registry_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/sr"

	"github.com/evgen-dev/evgen/examples/gen/acme/sites/v1/sitesv1ev"
	"github.com/evgen-dev/evgen/runtime/registry"
	"github.com/evgen-dev/evgen/schema/compat"
)

// clientOf returns a client of a server that answers as answer does.
func clientOf(t *testing.T, answer http.HandlerFunc, opts ...sr.ClientOpt) *registry.Client {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return clientAt(t, append([]sr.ClientOpt{sr.URLs(server.URL)}, opts...)...)
}

func clientAt(t *testing.T, opts ...sr.ClientOpt) *registry.Client {
	t.Helper()
	patient := sr.HTTPClient(&http.Client{Timeout: time.Minute}) // unless the test says otherwise
	cl, err := sr.NewClient(append([]sr.ClientOpt{patient}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	c, err := registry.New(cl)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// operations are what one does with a registry.
var operations = map[string]func(context.Context, *registry.Client) error{
	"versions": func(ctx context.Context, c *registry.Client) error {
		_, err := c.Versions(ctx, "orders-value")
		return err
	},
	"subjects": func(ctx context.Context, c *registry.Client) error {
		_, err := c.Subjects(ctx, "")
		return err
	},
	"compatible": func(ctx context.Context, c *registry.Client) error {
		_, err := c.Compatible(ctx, "orders-value", schemaOf("string id = 1;"))
		return err
	},
	"lookup": func(ctx context.Context, c *registry.Client) error {
		_, err := c.Lookup(ctx, "orders-value", schemaOf("string id = 1;"))
		return err
	},
	"register": func(ctx context.Context, c *registry.Client) error {
		_, err := c.Register(ctx, "orders-value", schemaOf("string id = 1;"))
		return err
	},
	"level": func(ctx context.Context, c *registry.Client) error {
		_, _, err := c.Level(ctx, "orders-value")
		return err
	},
	"effective level": func(ctx context.Context, c *registry.Client) error {
		_, _, err := c.EffectiveLevel(ctx, "orders-value")
		return err
	},
	"verify": func(ctx context.Context, c *registry.Client) error {
		_, err := registry.Verify(ctx, c, sitesv1ev.Site)
		return err
	},
}

func schemaOf(body string) registry.Schema {
	return registry.Schema{Text: "syntax = \"proto3\";\npackage acme.v1;\nmessage Placed { " + body + " }\n"}
}

func status(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// Whoever gets no answer that counts must not take it for one: not for "unknown subject", not for "compatible".
func TestServerThatGivesNoAnswerIsUnavailable(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"401 without a body":    {status(401, ""), "it does not know the caller (HTTP 401): check user and password"},
		"403":                   {status(403, `{"error_code":403,"message":"no"}`), "the caller may not do that (HTTP 403)"},
		"500 without a body":    {status(500, ""), "it fails with HTTP 500: no response"},
		"500 with a code":       {status(500, `{"error_code":50001,"message":"store is down"}`), "it fails with HTTP 500: store is down"},
		"503 of a proxy":        {status(503, "<html>Service Unavailable</html>"), "it fails with HTTP 503: "},
		"429":                   {status(429, `{"message":"slow down"}`), "it fails with HTTP 429: slow down"},
		"another server":        {status(404, "<html>not here</html>"), "it has no such resource (HTTP 404, "},
		"404 of the web server": {status(404, `{"error_code":404,"message":"HTTP 404 Not Found"}`), "HTTP 404 Not Found): check the path of its URL"},
		"login page":            {status(200, "<html>please log in</html>"), "its answer is not that of a schema registry: "},
		"garbage":               {status(200, "\x00\x01\x02"), "its answer is not that of a schema registry: "},
		"nothing":               {status(200, ""), "its answer is not that of a schema registry: "},
		"truncated body":        {truncated, "its answer is cut off or broken: unexpected EOF"},
		"closed connection":     {closed, "not reached: EOF"},
	} {
		for operation, run := range operations {
			t.Run(name+"/"+operation, func(t *testing.T) {
				t.Parallel()
				wantUnavailable(t, run(t.Context(), clientOf(t, tt.answer)), tt.want)
			})
		}
	}
}

func wantUnavailable(t *testing.T, err error, want string) {
	t.Helper()
	unavailable, ok := errors.AsType[*registry.UnavailableError](err)
	if !ok || !strings.Contains(err.Error(), want) {
		t.Fatalf("error %v, want an UnavailableError that says %q", err, want)
	}
	if unavailable.What == "" || !strings.Contains(err.Error(), "schema registry at http://127.0.0.1:") {
		t.Errorf("error names neither what was asked nor where: %v", err)
	}
}

func truncated(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1000")
	_, _ = io.WriteString(w, `{"is_compatible": true, "id": 1`)
}

func TestHugeAnswerIsNotReadToItsEnd(t *testing.T) {
	t.Parallel()
	wantUnavailable(t, operations["subjects"](t.Context(), clientOf(t, huge)), "its answer is longer than 32 MiB")
}

func huge(w http.ResponseWriter, _ *http.Request) {
	block := strings.Repeat(" ", 1<<20)
	for range 64 {
		if _, err := io.WriteString(w, block); err != nil {
			return
		}
	}
}

// hangs answers nothing until the client gives up, of which the server hears only once it has read the request.
func hangs(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

func closed(w http.ResponseWriter, _ *http.Request) {
	if conn, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = conn.Close()
	}
}

func TestServerThatDoesNotAnswerInTimeIsUnavailable(t *testing.T) {
	t.Parallel()
	for operation, run := range operations {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			c := clientOf(t, hangs, sr.HTTPClient(&http.Client{Timeout: 50 * time.Millisecond}))
			wantUnavailable(t, run(t.Context(), c), "no answer in time: ")
		})
	}
}

func TestServerThatIsNotThereIsUnavailable(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	err := operations["versions"](t.Context(), clientAt(t, sr.URLs(server.URL)))
	wantUnavailable(t, err, "not reached: ")
}

func TestCallerWhoGivesUpHearsThat(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
		cancel()
		hangs(w, r)
	})
	if err := operations["versions"](ctx, c); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want one that wraps context.Canceled", err)
	}
}

func TestCredentialsAreInNoMessage(t *testing.T) {
	t.Parallel()
	for _, code := range []int{200, 401, 500} {
		server := httptest.NewServer(status(code, "<html>"))
		t.Cleanup(server.Close)
		url := strings.Replace(server.URL, "http://", "http://ann:topsecret@", 1)
		for operation, run := range operations {
			if err := run(t.Context(), clientAt(t, sr.URLs(url))); err == nil || strings.Contains(err.Error(), "topsecret") {
				t.Errorf("%s with HTTP %d: %v", operation, code, err)
			}
		}
	}
	err := operations["versions"](t.Context(), clientAt(t, sr.URLs("http://ann:topsecret@127.0.0.1:1")))
	if err == nil || strings.Contains(err.Error(), "topsecret") {
		t.Errorf("without a server: %v", err)
	}
}

func TestRequestsCarryTheCallersCredentials(t *testing.T) {
	t.Parallel()
	c := clientOf(t, func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "ann" || password != "secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, `["a","b"]`)
	}, sr.BasicAuth("ann", "secret"))
	if subjects, err := c.Subjects(t.Context(), ""); err != nil || len(subjects) != 2 {
		t.Errorf("subjects %v, %v", subjects, err)
	}
}

func TestCallersTLSIsKept(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(status(200, `["a"]`))
	t.Cleanup(server.Close)
	trusting := server.Client().Transport.(*http.Transport).TLSClientConfig
	for name, opt := range map[string]sr.ClientOpt{"dial option": sr.DialTLSConfig(trusting), "HTTP client": sr.HTTPClient(server.Client())} {
		if subjects, err := clientAt(t, sr.URLs(server.URL), opt).Subjects(t.Context(), ""); err != nil || len(subjects) != 1 {
			t.Errorf("%s: subjects %v, %v", name, subjects, err)
		}
	}
	if _, err := clientAt(t, sr.URLs(server.URL)).Subjects(t.Context(), ""); err == nil {
		t.Error("an unknown certificate was trusted")
	}
}

// An answer can be JSON and still no answer.
func TestHalfAnswersAreUnavailable(t *testing.T) {
	t.Parallel()
	version := func(body string) map[string]string {
		return map[string]string{"/subjects/orders-value/versions": "[1]", "/subjects/orders-value/versions/1": body}
	}
	for name, tt := range map[string]struct {
		operation string
		answers   map[string]string
		want      string
	}{
		"no list":              {"versions", map[string]string{"/subjects/orders-value/versions": "null"}, "versions []"},
		"impossible version":   {"versions", map[string]string{"/subjects/orders-value/versions": "[0]"}, "versions [0]"},
		"version without id":   {"versions", version(`{"version":1,"schema":"x","schemaType":"PROTOBUF"}`), "id 0"},
		"id beyond the frame":  {"versions", version(`{"version":1,"id":4294967296,"schema":"x","schemaType":"PROTOBUF"}`), "id 4294967296"},
		"version without text": {"versions", version(`{"version":1,"id":1,"schemaType":"PROTOBUF"}`), "no text of a schema"},
		"another version":      {"versions", version(`{"version":2,"id":1,"schema":"x","schemaType":"PROTOBUF"}`), "it is about version 2"},
		"no verdict":           {"compatible", map[string]string{"/compatibility/subjects/orders-value/versions": "{}"}, "no is_compatible"},
		"unknown level":        {"level", map[string]string{"/config/orders-value": `{"compatibilityLevel":"SIDEWAYS"}`}, `unknown level "SIDEWAYS"`},
		"level of nothing":     {"level", map[string]string{"/config/orders-value": `{}`}, `unknown level ""`},
		"lookup of nothing":    {"lookup", map[string]string{"/subjects/orders-value": `{}`}, "id 0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := operations[tt.operation](t.Context(), clientOf(t, answers(tt.answers)))
			wantUnavailable(t, err, "its answer is not that of a schema registry: "+tt.want)
		})
	}
}

// answers serves fixed bodies by path, and 40401 for the rest.
func answers(bodies map[string]string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, ok := bodies[r.URL.EscapedPath()]
		if !ok {
			status(404, `{"error_code":40401,"message":"Subject not found"}`)(w, r)
			return
		}
		_, _ = io.WriteString(w, body)
	}
}

func TestSubjectsThatAreNoneAreRefused(t *testing.T) {
	t.Parallel()
	c := clientOf(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("the server was asked %s", r.URL) })
	for _, subject := range []string{"", ".", ".."} {
		if _, err := c.Versions(t.Context(), subject); err == nil {
			t.Errorf("versions of %q were read", subject)
		}
		if err := c.SetLevel(t.Context(), subject, compat.LevelNone); err == nil {
			t.Errorf("the level of %q was set", subject)
		}
	}
}
