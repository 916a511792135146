package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evgen-dev/evgen/internal/realservers"
)

// failures are the ways in which a registry gives no answer that counts.
var failures = map[string]http.HandlerFunc{
	"401":               status(http.StatusUnauthorized, ""),
	"403":               status(http.StatusForbidden, `{"error_code":40301,"message":"no"}`),
	"429":               status(http.StatusTooManyRequests, ""),
	"500":               status(http.StatusInternalServerError, `{"error_code":50001,"message":"store"}`),
	"502, a page":       status(http.StatusBadGateway, "<html>bad gateway</html>"),
	"404, a page":       status(http.StatusNotFound, "<html>not found</html>"),
	"200, a page":       status(http.StatusOK, "<html>please log in</html>"),
	"200, nothing":      status(http.StatusOK, ""),
	"200, null":         status(http.StatusOK, "null"),
	"200, empty object": status(http.StatusOK, "{}"),
	"200, empty list":   status(http.StatusOK, "[]"),
	"200, a number":     status(http.StatusOK, "1"),
	"cut off": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"subject":"`)
	},
}

func status(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// meddler passes requests on to a registry, but for one of them.
type meddler struct {
	registry *httputil.ReverseProxy
	meddle   http.HandlerFunc
	at       int64 // number of the request, from 1
	seen     atomic.Int64
}

func (m *meddler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if m.seen.Add(1) == m.at {
		m.meddle(w, r)
		return
	}
	m.registry.ServeHTTP(w, r)
}

// between starts a meddler in front of a registry.
func between(t *testing.T, registry string, at int64, meddle http.HandlerFunc) (m *meddler, address string) {
	t.Helper()
	target, err := url.Parse(registry)
	if err != nil {
		t.Fatal(err)
	}
	m = &meddler{registry: httputil.NewSingleHostReverseProxy(target), meddle: meddle, at: at}
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	return m, server.URL
}

// TestNoFailureOfTheRegistryIsAPass breaks one request after the other, in every way.
func TestNoFailureOfTheRegistryIsAPass(t *testing.T) {
	t.Parallel()
	registry := realservers.EmbeddedRegistry(t)
	r := newRegistered(t, registry)
	r.register()
	for _, command := range [][]string{{"check", "--against", "registry"}, {"register", "--dry-run"}} {
		for name, failure := range failures {
			t.Run(command[0]+", "+name, func(t *testing.T) {
				t.Parallel()
				breakEach(t, r, command, failure)
			})
		}
	}
}

func breakEach(t *testing.T, r registered, command []string, failure http.HandlerFunc) {
	t.Helper()
	w := workplace{t, t.TempDir()}
	w.write(orderFile, readTree(t, r.dir)[orderFile])
	for at := int64(1); ; at++ {
		m, address := between(t, r.url, at, failure)
		w.write("evgen.yaml", fmt.Sprintf("version: 1\nregistry: { url: %q }\n", address))
		code, stdout, stderr := runEvgen(t, w.dir, command...)
		if m.seen.Load() < at {
			if code != exitOK || at < 3 {
				t.Errorf("without a failure, after %d requests: exit %d: %s%s", at-1, code, stdout, stderr)
			}
			return
		}
		if code != exitEnvironment {
			t.Errorf("request %d fails: exit %d: %s%s; want 4", at, code, stdout, stderr)
		}
	}
}

func TestARegistryThatDoesNotAnswerIsNoPass(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-ended:
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(ended) })
	r := newRegistered(t, server.URL)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	var stderr strings.Builder
	code := run(ctx, process{[]string{"evgen", "check", "--against", "registry"}, r.dir, nil, io.Discard, &stderr, someDay})
	if code != exitEnvironment || !strings.Contains(stderr.String(), "no answer in time") {
		t.Errorf("exit %d: %s; want 4, and that there was no answer", code, &stderr)
	}
}
