package registration

import (
	"context"
	"errors"
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/runtime/registry"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/confluent"
)

// predict judges a schema that the registry was not asked about. A subject without versions takes any.
func predict(ctx context.Context, c *registry.Client, s *Step) error {
	versions, err := c.Versions(ctx, s.Subject)
	if errors.Is(err, registry.ErrUnknownSubject) {
		s.Action, s.Unasked = Registered, ""
		return nil
	}
	s.Action = Unanswered
	if _, unusable := errors.AsType[*registry.SchemaError](err); unusable {
		return nil
	}
	if err != nil {
		return err
	}
	level, known, err := c.EffectiveLevel(ctx, s.Subject)
	if err != nil || !known {
		return err
	}
	if !level.Transitive() {
		versions = versions[len(versions)-1:]
	}
	for _, v := range slices.Backward(versions) {
		reasons, err := s.conflicts(ctx, v, level)
		if err != nil {
			return err
		}
		if len(reasons) > 0 {
			s.Action, s.Reasons = Refused, reasons
			return nil
		}
	}
	return nil
}

// conflicts returns why Confluent's registries refuse the schema beside a version. Where its releases differ there is no telling, and a version that
// does not compile is judged by nobody.
func (s *Step) conflicts(ctx context.Context, v *registry.Version, level compat.Level) ([]string, error) {
	old, err := s.compiled(ctx, v)
	if old == nil || err != nil {
		return nil, err
	}
	var reasons []string
	for _, release := range []confluent.Version{confluent.Latest, confluent.Version83} {
		reasons = nil
		for _, d := range release.Check(level.Directions(), confluent.SchemaOf(old), confluent.SchemaOf(s.descriptor)) {
			reasons = append(reasons, string(d.Type)+": "+d.Message)
		}
		if len(reasons) == 0 {
			return nil, nil
		}
	}
	return reasons, nil
}

// compiled returns the file of a version under the name that it has now, or nil if it does not compile.
func (s *Step) compiled(ctx context.Context, v *registry.Version) (protoreflect.FileDescriptor, error) {
	path := s.File
	if _, imported := v.Imports[path]; imported {
		path = "registered/" + path // what has moved to a file that its own one imported
	}
	deps, err := registry.Brought(s.descriptor)
	if err != nil {
		return nil, err
	}
	set, err := v.Compile(ctx, path, deps...)
	if _, unusable := errors.AsType[*registry.SchemaError](err); unusable {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	files, err := set.Descriptors()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(files, func(fd protoreflect.FileDescriptor) bool { return fd.Path() == path })
	return files[i], nil
}
