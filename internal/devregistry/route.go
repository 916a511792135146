package devregistry

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// endpoint answers a request with a value that becomes JSON, or with a [text].
type endpoint func(*request) (any, error)

// text is an answer that is no JSON: the bare text of a schema.
type text string

// route is a method and a path, e.g., GET and /subjects/*/versions. A star is one element, whatever it holds.
type route struct {
	method string
	path   []string
	answer endpoint
}

func (r *Registry) table() []route {
	read, write := r.reading, r.writing
	return []route{
		to("GET", "", func(*request) (any, error) { return struct{}{}, nil }),
		to("GET", "schemas/types", func(*request) (any, error) { return []string{schemaType}, nil }),
		to("GET", "schemas", read(r.listSchemas)),
		to("GET", "schemas/ids/*", read(r.schemaByID)),
		to("GET", "schemas/ids/*/schema", read(r.textByID)),
		to("GET", "schemas/ids/*/subjects", read(r.subjectsOfID)),
		to("GET", "schemas/ids/*/versions", read(r.versionsOfID)),
		to("GET", "schemas/guids/*", read(r.schemaByGUID)),
		to("GET", "subjects", read(r.listSubjects)),
		to("POST", "subjects/*", read(r.lookup)),
		to("DELETE", "subjects/*", write(r.deleteSubject)),
		to("GET", "subjects/*/versions", read(r.listVersions)),
		to("POST", "subjects/*/versions", write(r.register)),
		to("GET", "subjects/*/versions/*", read(r.version)),
		to("GET", "subjects/*/versions/*/schema", read(r.textOfVersion)),
		to("GET", "subjects/*/versions/*/referencedby", read(r.referrersOfVersion)),
		to("DELETE", "subjects/*/versions/*", write(r.deleteVersion)),
		to("GET", "config", read(r.globalLevel)),
		to("PUT", "config", write(r.setLevel)),
		to("DELETE", "config", write(r.unsetLevel)),
		to("GET", "config/*", read(r.level)),
		to("PUT", "config/*", write(r.setLevel)),
		to("DELETE", "config/*", write(r.unsetLevel)),
		to("GET", "mode", read(r.globalMode)),
		to("PUT", "mode", write(r.setMode)),
		to("DELETE", "mode", write(r.unsetMode)),
		to("GET", "mode/*", read(r.mode)),
		to("PUT", "mode/*", write(r.setMode)),
		to("DELETE", "mode/*", write(r.unsetMode)),
		to("POST", "compatibility/subjects/*/versions", read(r.check)),
		to("POST", "compatibility/subjects/*/versions/*", read(r.checkVersion)),
	}
}

func to(method, path string, answer endpoint) route {
	return route{method, strings.Split(path, "/"), answer}
}

func (r *Registry) reading(e endpoint) endpoint {
	return func(req *request) (any, error) {
		r.mu.RLock()
		defer r.mu.RUnlock()
		return e(req)
	}
}

func (r *Registry) writing(e endpoint) endpoint {
	return func(req *request) (any, error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		return e(req)
	}
}

// ServeHTTP answers a request.
func (r *Registry) ServeHTTP(w http.ResponseWriter, hr *http.Request) {
	req, answer := &request{Request: hr, query: hr.URL.Query()}, endpoint(nil)
	var err error
	if answer, req.names, err = r.find(hr); err == nil {
		err = req.readBody(w)
	}
	var result any
	if err == nil {
		result, err = answer(req)
	}
	if err != nil {
		writeProblem(w, err)
		return
	}
	write(w, http.StatusOK, result)
}

// find returns what answers a request, and what stands for the stars of its path. Elements are separated before they are unescaped: subjects
// may contain slashes.
func (r *Registry) find(hr *http.Request) (endpoint, []string, error) {
	path := strings.Split(strings.Trim(hr.URL.EscapedPath(), "/"), "/")
	known := false
	for _, route := range r.routes {
		names, ok := route.match(path)
		if ok && route.method == hr.Method {
			return route.answer, names, nil
		}
		known = known || ok
	}
	if known {
		return nil, nil, failf(http.StatusMethodNotAllowed, "HTTP 405 Method Not Allowed")
	}
	return nil, nil, failf(http.StatusNotFound, "HTTP 404 Not Found")
}

func (r route) match(path []string) (names []string, ok bool) {
	if len(path) != len(r.path) {
		return nil, false
	}
	for i, element := range path {
		switch name, err := url.PathUnescape(element); {
		case err != nil:
			return nil, false
		case r.path[i] == "*":
			names = append(names, name)
		case r.path[i] != name:
			return nil, false
		}
	}
	return names, !slices.Contains(names, "")
}

const contentType = "application/vnd.schemaregistry.v1+json"

func writeProblem(w http.ResponseWriter, err error) {
	p, ok := errors.AsType[*problem](err)
	if !ok {
		p = failf(storeFailed, "%v", err)
	}
	write(w, p.Status, p)
}

// write answers. An error is that of a connection, at whose end nobody listens any more.
func write(w http.ResponseWriter, status int, result any) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	if t, ok := result.(text); ok {
		_, _ = w.Write([]byte(t))
		return
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(result)
}
