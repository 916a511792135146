package registration

import (
	"context"
	"errors"
	"slices"

	"github.com/evgen-dev/evgen/runtime/registry"
	"github.com/evgen-dev/evgen/schema/compat"
)

// Step is what becomes of one entry.
type Step struct {
	Entry
	Action  Action
	Version int      // that has the schema; 0: none yet
	ID      uint32   // of the schema; 0: not known yet
	Reasons []string // of a refusal, in the words of the server
	// LevelWas is the level of the subject before; nil: none was set, or the level stays.
	LevelWas *compat.Level
	// SetsLevel says that the level of the subject is, or would be, set.
	SetsLevel bool
}

// Action is what happens to a subject.
type Action uint8

// The actions.
const (
	Unchanged Action = iota
	Registered
	Refused // by the registry, as incompatible
)

// Changes says whether a step changes the registry.
func (s Step) Changes() bool { return s.Action == Registered || s.SetsLevel }

// Preview says what [Apply] would do, and changes nothing. done is called after each step.
func Preview(ctx context.Context, c *registry.Client, entries []Entry, done func(Step)) error {
	return (&run{client: c, done: done, writer: preview{}}).all(ctx, entries)
}

// Apply registers entries and sets the levels of the events' subjects. What is registered already stays as it is, so that applying again changes nothing. A
// schema that the registry refuses is a step, and those that do not need it go on; any other failure ends the run.
func Apply(ctx context.Context, c *registry.Client, entries []Entry, done func(Step)) error {
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
	schema := registry.Schema{Text: s.Text}
	if s.Contract != "" {
		schema.Metadata = map[string]string{ContractProperty: s.Contract}
	}
	for _, path := range s.Imports {
		switch imported := r.stepOf(path); {
		case imported.Action == Refused:
			s.Action, s.Reasons = Refused, []string{"it imports " + path + ", which is refused"}
			return nil
		case imported.Version == 0:
			s.Action = Registered // in a preview: there is no version to refer to yet, so the schema cannot be there
		default:
			schema.References = append(schema.References, registry.Reference{Name: path, Subject: path, Version: imported.Version})
		}
	}
	if s.Action == Unchanged {
		if err := r.schema(ctx, s, schema); err != nil || s.Action == Refused {
			return err
		}
	}
	return r.level(ctx, s)
}

// stepOf returns what became of an import, which came before.
func (r *run) stepOf(subject string) Step {
	i := slices.IndexFunc(r.steps, func(s Step) bool { return s.Subject == subject })
	return r.steps[i]
}

func (r *run) schema(ctx context.Context, s *Step, schema registry.Schema) error {
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
		s.Action, s.Reasons = Refused, []string{refused.Message}
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
	s.Action = Registered
	if answer.Verdict == registry.Incompatible {
		s.Action, s.Reasons = Refused, answer.Reasons()
	}
	return nil
}

func (preview) setLevel(context.Context, *registry.Client, *Step) error { return nil }
