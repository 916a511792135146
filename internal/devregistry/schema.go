package devregistry

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"

	"github.com/evgen-dev/evgen/internal/devregistry/catalog"
)

// schemaType is the one that this registry takes.
const schemaType = "PROTOBUF"

// schemaAnswer is a schema as clients get it, with the version if it was asked for as one.
type schemaAnswer struct {
	Subject    string `json:"subject,omitempty"`
	Version    int    `json:"version,omitempty"`
	ID         int    `json:"id,omitempty"`
	GUID       string `json:"guid"`
	SchemaType string `json:"schemaType"`
	MaxID      int    `json:"maxId,omitempty"`
	Deleted    bool   `json:"deleted,omitempty"`
	catalog.Content
}

// answer returns a schema in the format that the request asks for.
func (r *Registry) answer(req *request, s *catalog.Schema) (schemaAnswer, error) {
	a := schemaAnswer{ID: s.ID, GUID: s.GUID(), SchemaType: schemaType, Content: s.Content}
	if req.query.Get("format") != "serialized" {
		return a, nil
	}
	var err error
	a.Text, err = r.serialized(req.Context(), s.Content)
	return a, err
}

func (r *Registry) answerVersion(req *request, v catalog.Version) (schemaAnswer, error) {
	a, err := r.answer(req, r.catalog.Schema(v.ID))
	a.Subject, a.Version, a.Deleted = v.Subject, v.Number, v.Deleted
	return a, err
}

// serialized returns the FileDescriptorProto of a schema in base64.
func (r *Registry) serialized(ctx context.Context, c catalog.Content) (string, error) {
	fd, err := r.descriptor(ctx, c)
	if err != nil {
		return "", err
	}
	p := protodesc.ToFileDescriptorProto(fd)
	p.SourceCodeInfo = nil
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(p)
	return base64.StdEncoding.EncodeToString(b), err
}

func (r *Registry) schemaOf(req *request) (*catalog.Schema, error) {
	id, err := req.id()
	if err != nil {
		return nil, err
	}
	if s := r.catalog.Schema(id); s != nil {
		return s, nil
	}
	return nil, failf(schemaUnknown, "Schema %d not found", id)
}

func (r *Registry) schemaByID(req *request) (any, error) {
	s, err := r.schemaOf(req)
	if err != nil {
		return nil, err
	}
	a, err := r.answer(req, s)
	a.ID = 0 // the client knows it
	if req.is("fetchMaxId") {
		a.MaxID = r.catalog.NextID() - 1
	}
	return a, err
}

func (r *Registry) textByID(req *request) (any, error) {
	s, err := r.schemaOf(req)
	if err != nil {
		return nil, err
	}
	a, err := r.answer(req, s)
	return text(a.Text), err
}

func (r *Registry) schemaByGUID(req *request) (any, error) {
	if s := r.catalog.SchemaOf(strings.ToLower(req.names[0])); s != nil {
		return r.answer(req, s)
	}
	return nil, failf(schemaUnknown, "Schema %s not found", req.names[0])
}

// subjectVersion is a version as it is listed.
type subjectVersion struct {
	Subject string `json:"subject"`
	Version int    `json:"version"`
}

func (r *Registry) versionsOf(req *request) ([]catalog.Version, error) {
	s, err := r.schemaOf(req)
	if err != nil {
		return nil, err
	}
	versions := r.catalog.VersionsOf(s.ID)
	if !req.is("deleted") {
		versions = live(versions)
	}
	return versions, nil
}

func (r *Registry) versionsOfID(req *request) (any, error) {
	versions, err := r.versionsOf(req)
	var list []subjectVersion
	for _, v := range versions {
		list = append(list, subjectVersion{v.Subject, v.Number})
	}
	return page(req, list), err
}

func (r *Registry) subjectsOfID(req *request) (any, error) {
	versions, err := r.versionsOf(req)
	var subjects []string
	for _, v := range versions {
		subjects = append(subjects, v.Subject)
	}
	return page(req, slices.Compact(subjects)), err
}

func (r *Registry) listSchemas(req *request) (any, error) {
	var versions []catalog.Version
	for _, s := range r.catalog.Subjects() {
		if !strings.HasPrefix(s, req.query.Get("subjectPrefix")) {
			continue
		}
		of := r.visible(req, s)
		if req.is("latestOnly") && len(of) > 0 {
			of = of[len(of)-1:]
		}
		versions = append(versions, of...)
	}
	list := []schemaAnswer{}
	for _, v := range page(req, versions) {
		a, err := r.answerVersion(req, v)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}
