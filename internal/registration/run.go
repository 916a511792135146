package registration

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/evgen-dev/evgen/runtime/registry"
)

// Preview says what [Apply] would do, and changes nothing. done is called after each step.
//
// A registry cannot be asked about a schema whose import is not registered yet. Then evgen judges by the rules of Confluent's, and their no counts
// as one; their yes is no answer of this registry, and the step is [Unanswered].
func Preview(ctx context.Context, c *registry.Client, entries []Entry, done func(Step)) error {
	return (&run{client: c, done: done, writer: preview{}}).all(ctx, entries)
}

// Apply registers entries and sets the levels of the events' subjects. What is registered already stays as it is, so that applying again changes nothing.
// It begins with a [Preview]: if that finds a refusal nothing is written, and each step that would be is [Withheld]. A refusal that shows
// only then is a step as well, and those that do not need it go on. Any other failure ends the run.
func Apply(ctx context.Context, c *registry.Client, entries []Entry, done func(Step)) error {
	var expected []Step
	if err := Preview(ctx, c, entries, func(s Step) { expected = append(expected, s) }); err != nil {
		return err
	}
	if slices.ContainsFunc(expected, func(s Step) bool { return s.Action == Refused }) {
		for _, s := range expected {
			done(s.withheld())
		}
		return nil
	}
	return (&run{client: c, done: done, writer: writing{}}).all(ctx, entries)
}

// writer is the difference between the two.
type writer interface {
	register(ctx context.Context, c *registry.Client, s *Step, schema registry.Schema) error
	setLevel(ctx context.Context, c *registry.Client, s *Step) error
}

type run struct {
	client *registry.Client
	done   func(Step)
	writer
	steps []Step
}

func (r *run) all(ctx context.Context, entries []Entry) error {
	for _, e := range entries {
		s := Step{Entry: e}
		if err := r.step(ctx, &s); err != nil {
			return err
		}
		r.steps = append(r.steps, s)
		r.done(s)
	}
	return nil
}

func (r *run) step(ctx context.Context, s *Step) error {
	deps, err := registry.Brought(s.descriptor)
	if err != nil {
		return fmt.Errorf("register %s: %w", s.Subject, err)
	}
	schema := registry.Schema{Text: s.Text, Deps: deps}
	if s.Contract != "" {
		schema.Metadata = map[string]string{ContractProperty: s.Contract}
	}
	for _, path := range s.Imports {
		switch imported := r.stepOf(path); {
		case imported.Action == Refused:
			s.Action, s.Reasons = Refused, []string{"it imports " + path + ", which is refused"}
			return nil
		case imported.Version == 0:
			s.Unasked = "its import " + path + " is not registered yet" // in a preview: there is no version to refer to
		default:
			schema.References = append(schema.References, registry.Reference{Name: path, Subject: path, Version: imported.Version})
		}
	}
	if err := r.schema(ctx, s, schema); err != nil || s.Action == Refused {
		return err
	}
	return r.level(ctx, s)
}

// stepOf returns what became of an import, which came before.
func (r *run) stepOf(subject string) Step {
	i := slices.IndexFunc(r.steps, func(s Step) bool { return s.Subject == subject })
	return r.steps[i]
}

func (r *run) schema(ctx context.Context, s *Step, schema registry.Schema) error {
	if s.Unasked != "" {
		return predict(ctx, r.client, s)
	}
	found, err := r.client.Lookup(ctx, s.Subject, schema)
	if err != nil {
		return err
	}
	if found == nil {
		return r.register(ctx, r.client, s, schema)
	}
	s.Version, s.ID = found.Number, found.ID
	return nil
}

// level comes after the schema: some servers know no level of a subject without versions.
func (r *run) level(ctx context.Context, s *Step) error {
	if s.Level == nil {
		return nil
	}
	level, set, err := r.client.Level(ctx, s.Subject)
	if err != nil || set && level == *s.Level {
		return err
	}
	if set {
		s.LevelWas = &level
	}
	s.SetsLevel = true
	return r.setLevel(ctx, r.client, s)
}

type writing struct{}

func (writing) register(ctx context.Context, c *registry.Client, s *Step, schema registry.Schema) error {
	v, err := c.Register(ctx, s.Subject, schema)
	if refused, ok := errors.AsType[*registry.RefusedError](err); ok && refused.Incompatible() {
		s.Action, s.Reasons = Refused, refused.Reasons()
		return nil
	}
	if err != nil {
		return err
	}
	s.Action, s.Version, s.ID = Registered, v.Number, v.ID
	return nil
}

func (writing) setLevel(ctx context.Context, c *registry.Client, s *Step) error {
	return c.SetLevel(ctx, s.Subject, *s.Level)
}

// preview asks instead of writing.
type preview struct{}

func (preview) register(ctx context.Context, c *registry.Client, s *Step, schema registry.Schema) error {
	answer, err := c.Compatible(ctx, s.Subject, schema)
	if err != nil {
		return err
	}
	switch answer.Verdict {
	case registry.Compatible:
		s.Action = Registered
	case registry.Incompatible:
		s.Action, s.Reasons = Refused, answer.Reasons()
	case registry.Unknown:
		s.Unasked = "it does not judge this schema before it is registered"
		return predict(ctx, c, s)
	}
	return nil
}

func (preview) setLevel(context.Context, *registry.Client, *Step) error { return nil }
