package devregistry

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/internal/devregistry/catalog"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/confluent"
)

// checkAnswer is what a client is told that only asks. Messages are the reasons, if it wants them.
type checkAnswer struct {
	Compatible bool     `json:"is_compatible"`
	Messages   []string `json:"messages,omitempty"`
}

// check says whether a schema would be registered.
func (r *Registry) check(req *request) (any, error) {
	_, fd, err := r.proposed(req)
	if err != nil {
		return nil, err
	}
	messages, err := r.conflicts(req, fd, r.scope(req.subject(), live(r.catalog.Versions(req.subject()))))
	return verdict(req, messages), err
}

// checkVersion says whether a schema is compatible with one version.
func (r *Registry) checkVersion(req *request) (any, error) {
	name, err := req.version()
	if err != nil {
		return nil, err
	}
	_, fd, err := r.proposed(req)
	if err != nil {
		return nil, err
	}
	versions := live(r.catalog.Versions(req.subject()))
	if len(versions) == 0 && name == latest {
		return checkAnswer{Compatible: true}, nil
	}
	v, err := r.findVersion(req.subject(), name, versions)
	if err != nil {
		return nil, noVersion(name)
	}
	messages, err := r.conflicts(req, fd, []catalog.Version{v})
	return verdict(req, messages), err
}

func verdict(req *request, messages []string) checkAnswer {
	a := checkAnswer{Compatible: len(messages) == 0}
	if req.is("verbose") {
		a.Messages = messages
	}
	return a
}

// checkRegistration fails if the level of a subject forbids a schema beside its versions.
func (r *Registry) checkRegistration(req *request, fd protoreflect.FileDescriptor, versions []catalog.Version) error {
	messages, err := r.conflicts(req, fd, r.scope(req.subject(), versions))
	if err != nil || len(messages) == 0 {
		return err
	}
	return failf(incompatible, "Schema being registered is incompatible with an earlier schema for subject \"%s\", details: [%s]",
		req.subject(), strings.Join(messages, ", "))
}

// scope returns the versions that the level of a subject compares with, the latest first.
func (r *Registry) scope(subject string, versions []catalog.Version) []catalog.Version {
	versions = slices.Clone(versions)
	slices.Reverse(versions)
	if len(versions) > 1 && !r.levelOf(subject).Transitive() {
		return versions[:1]
	}
	return versions
}

// conflicts returns why a schema may not stand beside versions, nothing if it may. The first version with a reason ends the search.
func (r *Registry) conflicts(req *request, fd protoreflect.FileDescriptor, versions []catalog.Version) ([]string, error) {
	level := r.levelOf(req.subject())
	for _, v := range versions {
		content := r.catalog.Schema(v.ID).Content
		old, err := r.descriptor(req.Context(), content)
		if err != nil {
			return nil, fmt.Errorf("compile version %d of subject %s: %w", v.Number, v.Subject, err)
		}
		if messages := reasons(level, old, fd); len(messages) > 0 {
			return append(messages,
				fmt.Sprintf("{oldSchemaVersion: %d}", v.Number),
				fmt.Sprintf("{oldSchema: '%s'}", content.Text),
				fmt.Sprintf("{compatibility: '%s'}", level)), nil
		}
	}
	return nil, nil
}

// reasons returns a message for each difference that a level forbids, in the form that clients of Confluent's registry parse, which is not quite
// JSON. The comparison is that of its releases, since this registry stands for the one that people run.
func reasons(level compat.Level, old, now protoreflect.FileDescriptor) []string {
	var messages []string
	for _, d := range confluent.Version83.Check(level.Directions(), confluent.SchemaOf(old), confluent.SchemaOf(now)) {
		messages = append(messages, fmt.Sprintf(`{errorType:"%s", description:"%s (at path '%s')"}`, d.Type, strings.ReplaceAll(d.Message, `"`, `'`), d.Path))
	}
	return messages
}
