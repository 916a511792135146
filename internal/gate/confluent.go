package gate

import (
	"fmt"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/buf"
	"github.com/evgen-dev/evgen/schema/compat/confluent"
)

// SchemaGone is the rule of the profiles of registries that a schema still has a file. A registry itself compares nothing then.
const SchemaGone = "SCHEMA_GONE"

// asConfluent judges each file as the new version of a subject.
func asConfluent(v confluent.Version) func(old, now *State, m buf.Module) []compat.Finding {
	return func(old, now *State, _ buf.Module) []compat.Finding {
		c := confluentCheck{checker: v.Checker(old.Snapshot, now.Snapshot), old: old, now: now, told: map[told]bool{}}
		for _, f := range old.Snapshot.Files {
			c.file(f)
		}
		return c.found
	}
}

// confluentCheck is one run of such a profile.
type confluentCheck struct {
	checker  *confluent.Checker
	old, now *State
	told     map[told]bool
	found    []compat.Finding
}

// told identifies a difference. Those of an imported type are seen from each file that uses it.
type told struct{ rule, subject, message string }

func (c *confluentCheck) file(old *compat.File) {
	now := c.successor(old)
	if now == nil {
		c.gone(old)
		return
	}
	for _, d := range c.checker.Check(c.directions(old, now), old, now) {
		if key := (told{string(d.Type), d.Subject, d.Message}); !c.told[key] {
			c.told[key] = true
			c.found = append(c.found, d.Finding())
		}
	}
}

// successor returns the file of the next version: that of the same path, or else the one that now declares the first message, by which registries name the schema.
func (c *confluentCheck) successor(old *compat.File) *compat.File {
	if f := c.now.Snapshot.File(old.Path); f != nil || len(old.Messages) == 0 {
		return f
	}
	if m := c.now.Snapshot.Message(old.Messages[0].Name); m != nil {
		return m.File()
	}
	return nil
}

// gone reports a file without a successor, if it could be the schema of anything.
func (c *confluentCheck) gone(old *compat.File) {
	if len(old.Messages) == 0 {
		return
	}
	first := old.Messages[0]
	c.found = append(c.found, compat.Finding{
		Rule: SchemaGone, Severity: schema.Error, Subject: first.Name, Old: compat.PlaceOf(first), From: old.Path,
		Message: fmt.Sprintf("file %s is gone, and message %s with it: there is no new version to compare with the last one", old.Path, first.Name),
		Help:    "keep the file while records of its messages are read; if none are, accept this finding",
	})
}

// directions are what the level of the subject asks for: those of the events in the file or, without any, the default of registries.
func (c *confluentCheck) directions(old, now *compat.File) compat.Breaks {
	var asked compat.Breaks
	events := 0
	for _, s := range []struct {
		state *State
		path  string
	}{{c.old, old.Path}, {c.now, now.Path}} {
		if s.state.Contract == nil {
			continue
		}
		for i := range s.state.Contract.Events {
			if e := &s.state.Contract.Events[i]; e.File == s.path {
				asked |= e.Level().Directions()
				events++
			}
		}
	}
	if events == 0 {
		return compat.Backward
	}
	return asked
}
