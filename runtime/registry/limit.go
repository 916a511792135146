package registry

import (
	"errors"
	"io"
	"net/http"
)

// maxAnswer bounds an answer in bytes: the largest is a schema, which a record of the registry's own topic must hold, or a list of all subjects.
const maxAnswer = 32 << 20

var errTooLarge = errors.New("its answer is longer than 32 MiB")

// limit is a transport that reads no more than maxAnswer, because the client library reads all that it gets into memory.
type limit struct{ inner http.RoundTripper }

// RoundTrip sends a request.
func (l limit) RoundTrip(r *http.Request) (*http.Response, error) {
	inner := l.inner
	if inner == nil {
		inner = http.DefaultTransport
	}
	response, err := inner.RoundTrip(r)
	if err == nil {
		response.Body = &limitedBody{ReadCloser: response.Body, left: maxAnswer}
	}
	return response, err
}

type limitedBody struct {
	io.ReadCloser
	left int64
}

// Read fails where [io.LimitReader] would end, so that half an answer never passes for a whole one.
func (b *limitedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n, errTooLarge
	}
	return n, err
}
