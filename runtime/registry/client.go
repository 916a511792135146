package registry

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/sr"
)

// Client talks to a schema registry. It is safe for concurrent use. Its methods end with the context, or with the timeout of the caller's HTTP
// client, which is 5 s unless set. Errors are a [*UnavailableError] when there was no answer that counts, a [*RefusedError]
// when there was one, and it was no, and a [*SchemaError] when what is registered cannot be used.
type Client struct {
	cl    *sr.Client
	base  string // where a schema can be read, without user and password
	shown string // the addresses in messages
}

// New returns a client that sends its requests as cl does, with its addresses, credentials and timeouts. The two share connections; cl itself
// stays as it is.
func New(cl *sr.Client) (*Client, error) {
	given, ok := cl.OptValue("HTTPClient").(*http.Client)
	if !ok {
		return nil, fmt.Errorf("use client of a schema registry: it has no HTTP client")
	}
	own := *given
	own.Transport = limit{given.Transport}
	// The transport has the TLS configuration already, and the option would ask for one of its own kind.
	limited, err := sr.NewClient(append(slices.Clone(cl.Opts()), sr.HTTPClient(&own), sr.DialTLSConfig(nil))...)
	if err != nil {
		return nil, fmt.Errorf("use client of a schema registry: %w", err)
	}
	urls, _ := cl.OptValue("URLs").([]string)
	shown := make([]string, len(urls))
	for i, u := range urls {
		shown[i] = withoutUser(u)
	}
	return &Client{cl: limited, base: shown[0], shown: strings.Join(shown, ", ")}, nil
}

// withoutUser drops credentials: messages and record headers are no place for them.
func withoutUser(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "(an address that does not parse)"
	}
	u.User = nil
	return strings.TrimSuffix(u.String(), "/")
}

// request is one question to the registry.
type request struct {
	what   string // for messages, e.g., read version 3 of subject orders-value
	method string
	path   string
	params []sr.Param
	body   any
}

func (c *Client) do(ctx context.Context, r request, into any) error {
	ctx = sr.WithParams(ctx, r.params...)
	return c.explain(r.what, c.cl.Do(ctx, r.method, r.path, r.body, into))
}

// subjectPath returns the path of a subject's resource. The client library cleans paths, which would turn the subject ".." into another resource.
func subjectPath(prefix, subject, suffix string) (string, error) {
	if subject == "" || subject == "." || subject == ".." {
		return "", fmt.Errorf("address subject %q: a registry has no such subject", subject)
	}
	return prefix + url.PathEscape(subject) + suffix, nil
}
