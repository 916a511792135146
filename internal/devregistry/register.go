package devregistry

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/internal/devregistry/catalog"
	"github.com/evgen-dev/evgen/schema/normal"
)

// proposal is a schema that a client sends: to register it, to look it up, or to have it checked.
type proposal struct {
	catalog.Content
	SchemaType string `json:"schemaType"`
	ID         int    `json:"id"`      // 0 or negative: the registry is to give it one; else the subject is in mode IMPORT
	Version    int    `json:"version"` // 0 or negative: the next
}

// proposed reads the proposal of a request, and gives its text the form in which schemas are stored.
func (r *Registry) proposed(req *request) (*proposal, protoreflect.FileDescriptor, error) {
	p := &proposal{}
	if err := req.decode(p); err != nil {
		return nil, nil, err
	}
	if err := p.checkType(); err != nil {
		return nil, nil, err
	}
	var err error
	if strings.TrimSpace(p.Text) == "" {
		err = r.repeat(p, req.subject())
	}
	if err == nil {
		p.References, err = r.resolve(p.References)
	}
	if err != nil {
		return nil, nil, err
	}
	fd, err := r.compile(req.Context(), p.Text, p.References)
	if err == nil {
		p.Text, err = form(req)(fd)
	}
	if err != nil {
		return nil, nil, invalidSchema(err)
	}
	return p, fd, nil
}

func (p *proposal) checkType() error {
	switch p.SchemaType {
	case schemaType:
		return nil
	case "":
		return failf(schemaInvalid, "Invalid schema type AVRO, which a request without schemaType means: this registry takes %s alone", schemaType)
	}
	return failf(schemaInvalid, "Invalid schema type %s: this registry takes %s alone", p.SchemaType, schemaType)
}

// repeat takes the schema of the latest version for a proposal that has none: it is about metadata or rules.
func (r *Registry) repeat(p *proposal, subject string) error {
	versions := live(r.catalog.Versions(subject))
	if len(versions) == 0 {
		return invalidSchema(fmt.Errorf("empty schema"))
	}
	previous := r.catalog.Schema(versions[len(versions)-1].ID)
	p.Text, p.References = previous.Text, previous.References
	return nil
}

// form returns how the request wants texts to be written.
func form(req *request) func(protoreflect.FileDescriptor) (string, error) {
	if req.is("normalize") {
		return normal.Print
	}
	return normal.Canonical
}

func (r *Registry) lookup(req *request) (any, error) {
	p, _, err := r.proposed(req)
	if err != nil {
		return nil, err
	}
	versions := r.visible(req, req.subject())
	if len(versions) == 0 {
		return nil, noSubject(req.subject())
	}
	if v, found := r.match(p.Content, versions); found {
		return r.answerVersion(req, v)
	}
	return nil, failf(schemaUnknown, "Schema not found")
}

// match returns the latest version that has a content. A content without metadata and rules is found whatever they are: serializers know only
// the schema.
func (r *Registry) match(c catalog.Content, versions []catalog.Version) (catalog.Version, bool) {
	for _, v := range slices.Backward(versions) {
		candidate := r.catalog.Schema(v.ID).Content
		if c.Metadata == nil && c.RuleSet == nil {
			candidate.Metadata, candidate.RuleSet = nil, nil
		}
		if candidate.GUID() == c.GUID() {
			return v, true
		}
	}
	return catalog.Version{}, false
}

func (r *Registry) register(req *request) (any, error) {
	subject := req.subject()
	p, fd, err := r.proposed(req)
	if err != nil {
		return nil, err
	}
	versions := live(r.catalog.Versions(subject))
	if v, found := r.match(p.Content, versions); found && p.ID <= 0 {
		return r.answerVersion(req, v)
	}
	if err := r.checkMode(subject, p); err != nil {
		return nil, err
	}
	if p.ID <= 0 {
		if err := r.checkRegistration(req, fd, versions); err != nil {
			return nil, err
		}
		r.inherit(p, versions)
	}
	change, err := r.addition(subject, p)
	if err != nil {
		return nil, err
	}
	if err := r.catalog.Commit(change); err != nil {
		return nil, err
	}
	return r.answerVersion(req, change.Versions[0])
}

// inherit gives a schema the metadata and rules of the version before it, unless it brings its own.
func (r *Registry) inherit(p *proposal, versions []catalog.Version) {
	if len(versions) == 0 {
		return
	}
	previous := r.catalog.Schema(versions[len(versions)-1].ID)
	if p.Metadata == nil {
		p.Metadata = previous.Metadata
	}
	if p.RuleSet == nil {
		p.RuleSet = previous.RuleSet
	}
}

// addition returns the change that makes a proposal a version. Equal contents share an id, whatever their subjects.
func (r *Registry) addition(subject string, p *proposal) (catalog.Change, error) {
	s, isNew := r.catalog.SchemaOf(p.GUID()), false
	if s == nil {
		s, isNew = &catalog.Schema{ID: r.catalog.NextID(), Content: p.Content}, true
	}
	if p.ID > 0 && p.ID != s.ID {
		if !isNew || r.catalog.Schema(p.ID) != nil {
			return catalog.Change{}, failf(operationNotPermitted, "Overwrite new schema with id %d is not permitted.", p.ID)
		}
		s.ID = p.ID
	}
	number, err := r.numberFor(subject, p)
	change := catalog.Change{Versions: []catalog.Version{{Subject: subject, Number: number, ID: s.ID}}}
	if isNew {
		change.Schema = s
	}
	return change, err
}

func (r *Registry) numberFor(subject string, p *proposal) (int, error) {
	versions, next := r.catalog.Versions(subject), 1
	if len(versions) > 0 {
		next = versions[len(versions)-1].Number + 1
	}
	switch {
	case p.Version <= 0 || p.Version == next:
		return next, nil
	case p.ID <= 0:
		return 0, failf(schemaInvalid, "Version %d is not the next version of subject '%s', which is %d", p.Version, subject, next)
	case slices.ContainsFunc(versions, func(v catalog.Version) bool { return v.Number == p.Version }):
		return 0, failf(operationNotPermitted, "Overwrite version %d of subject '%s' is not permitted.", p.Version, subject)
	}
	return p.Version, nil
}
