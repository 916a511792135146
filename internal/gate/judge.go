package gate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/payload"
	"github.com/evgen-dev/evgen/schema/contract"
)

// Evgen is the name of evgen's own profile.
const Evgen = "evgen"

// Terms are what two states are judged by.
type Terms struct {
	Level   *compat.Level // nil: what each event asks for
	All     bool          // every message counts, not only what an event reaches
	Renames []compat.Rename
	// Event limits what is judged to one event, whose schema the old side is: a subject of a registry. Empty: all.
	Event string
}

// Judge returns what evgen's profile says of the change from old to now: about payloads if both sides know them, and about contracts if both do.
func Judge(old, now *State, t Terms) []compat.Finding {
	var found []compat.Finding
	if old.Contract != nil && now.Contract != nil {
		found = contract.Compare(old.Contract, now.Contract, contract.Options{Level: t.Level, Renames: t.renames(), Baseline: old.Name})
	}
	return named(append(found, judgePayloads(old, now, t.Renames, t.roots(old, now, old.Contract))...), old)
}

// ChangedPayloads objects to events whose payload is not what it was, when all that is known of the old side is a fingerprint.
func ChangedPayloads(old, now *State, t Terms) []compat.Finding {
	var found []compat.Finding
	names := t.renames()
	for _, was := range old.Contract.Events {
		now := now.Contract.Event(cmp.Or(names[was.Name], was.Name))
		if now == nil || now.Payload == was.Payload {
			continue
		}
		f := Finding(PayloadUnknown, fmt.Sprintf("payload of event %s has changed, and %s does not know how it was", now.Name, old.Name),
			"compare with the proto files of what was released, too: --against git:<revision>, dir:<directory>, image:<file> or registry")
		f.Subject, f.Event, f.New = now.Name, now.Name, now.At("event")
		found = append(found, f)
	}
	return named(found, old)
}

func judgePayloads(old, now *State, renames []compat.Rename, roots []payload.Root) []compat.Finding {
	if old.Snapshot == nil || now.Snapshot == nil {
		return nil
	}
	c := compat.NewComparison(old.Snapshot, now.Snapshot, renames...)
	return payload.Judge(c, c.Facts(), roots)
}

// JudgeTopics returns what it means to give the topics of a cluster the settings of the contract.
func JudgeTopics(c *contract.Set, cluster map[string]contract.TopicState, t Terms, name string) []compat.Finding {
	return named(contract.CompareTopics(c, cluster, contract.Options{Level: t.Level}), &State{Name: name})
}

// named says what findings were compared with, and puts them in the order of their places.
func named(found []compat.Finding, old *State) []compat.Finding {
	for i := range found {
		found[i].Baseline = old.Name
	}
	slices.SortStableFunc(found, func(a, b compat.Finding) int { return strings.Compare(a.New.File, b.New.File) })
	return found
}

func (t Terms) renames() map[string]string {
	renames := map[string]string{}
	for _, r := range t.Renames {
		renames[r.Was] = r.Now
	}
	return renames
}

// roots are the events of both contracts, each under the level that it had and the one that it has: the stricter counts, or a change could lower
// its own bar. One that has lost its annotation still has its records on the log.
func (t Terms) roots(old, now *State, was *contract.Set) []payload.Root {
	var roots []payload.Root
	if t.All || !hasEvents(was) && !hasEvents(now.Contract) {
		roots = payload.AllRoots(old.Snapshot, t.LevelOf(nil))
	}
	for _, s := range []*contract.Set{now.Contract, was} {
		if s == nil {
			continue
		}
		for i := range s.Events {
			if e := &s.Events[i]; t.concerns(e) {
				roots = append(roots, payload.Root{Message: e.Name, Level: t.LevelOf(e), Event: true})
			}
		}
	}
	return roots
}

// concerns says whether an event of either side is the one that is judged.
func (t Terms) concerns(e *contract.Event) bool {
	return t.Event == "" || t.Event == e.Name || slices.Contains(t.Renames, compat.Rename{Was: e.Name, Now: t.Event})
}

// HasEvents says whether a side has any event.
func HasEvents(s *State) bool { return hasEvents(s.Contract) }

func hasEvents(c *contract.Set) bool { return c != nil && len(c.Events) > 0 }

// LevelOf is the level that an event asks for; messages that are no events are judged by the strictest direction that all readers need.
func (t Terms) LevelOf(e *contract.Event) compat.Level {
	switch {
	case t.Level != nil:
		return *t.Level
	case e == nil:
		return compat.LevelBackwardTransitive
	}
	return e.Level()
}

// HasErrors says whether one of the findings is an error.
func HasErrors(found []compat.Finding) bool {
	return slices.ContainsFunc(found, func(f compat.Finding) bool { return f.Severity == schema.Error })
}
