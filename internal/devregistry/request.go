package devregistry

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// maxBody is the largest request: room for a schema that is ten times the usual limit of a message.
const maxBody = 16 << 20

// request is a request whose path is known.
type request struct {
	*http.Request
	names []string // e.g., a subject and a version
	query url.Values
	body  []byte
}

func (r *request) readBody(w http.ResponseWriter) error {
	var err error
	r.body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return failf(http.StatusRequestEntityTooLarge, "The request is larger than %d bytes", maxBody)
	}
	if err != nil {
		return failf(http.StatusBadRequest, "The request ended early: %v", err)
	}
	return nil
}

// decode reads the body into v. Fields that v does not have are ignored, as clients may be newer.
func (r *request) decode(v any) error {
	if err := json.Unmarshal(r.body, v); err != nil {
		return failf(http.StatusBadRequest, "The request is not JSON of the expected form: %v", err)
	}
	return nil
}

// subject returns the subject in the path, "" in a path without one.
func (r *request) subject() string {
	if len(r.names) == 0 {
		return ""
	}
	return r.names[0]
}

// is says whether a parameter of the query is true.
func (r *request) is(name string) bool { return strings.EqualFold(r.query.Get(name), "true") }

// versionName is how a path names a version: a number, or latest.
type versionName string

const latest = versionName("latest")

// version returns the version in the path.
func (r *request) version() (versionName, error) {
	name := r.names[1]
	if name == string(latest) || name == "-1" {
		return latest, nil
	}
	if n, err := strconv.ParseInt(name, 10, 32); err != nil || n < 1 {
		return "", failf(versionInvalid, "The specified version '%s' is not a valid version id. Allowed values are between [1, %d] and the string \"latest\"",
			name, math.MaxInt32)
	}
	return versionName(name), nil
}

// id returns the number in the path.
func (r *request) id() (int, error) {
	n, err := strconv.ParseInt(r.names[0], 10, 32)
	if err != nil {
		return 0, failf(http.StatusNotFound, "HTTP 404 Not Found")
	}
	return int(n), nil
}

// page returns the part of a list that offset and limit choose.
func page[T any](r *request, list []T) []T {
	if offset, err := strconv.Atoi(r.query.Get("offset")); err == nil && offset > 0 {
		list = list[min(offset, len(list)):]
	}
	if limit, err := strconv.Atoi(r.query.Get("limit")); err == nil && limit >= 0 {
		list = list[:min(limit, len(list))]
	}
	if list == nil {
		return []T{} // null is no list
	}
	return list
}
