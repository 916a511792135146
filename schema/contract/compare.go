package contract

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
)

// Options say how to judge.
type Options struct {
	Level    *compat.Level     // of every event; nil: what each declares
	Renames  map[string]string // declared ones, by the old full name of an event or projection, e.g., acme.v1.Old to acme.v1.New
	Baseline string            // what the old side is called, e.g., git:origin/main
}

// Compare returns what the rules say of the changes from an old contract to a new one, combinations of options first. What is
// equal after defaults is no change, wherever it is written.
func Compare(old, now *Set, o Options) []compat.Finding {
	o.Renames = renamesBetween(old, now, o.Renames)
	c := &comparison{before: old, after: now, options: o}
	c.compareEvents()
	for i := range now.Topics {
		t := &now.Topics[i]
		if was := old.Topic(t.Name); was != nil {
			apply(change[Topic]{c, was, t}, topicRules(), c.partyOfTopic(t))
		}
	}
	c.compareProjections()
	return slices.Concat(c.combined, c.found)
}

// comparison is one run of [Compare].
type comparison struct {
	before, after *Set
	options       Options
	combined      []compat.Finding // about two options that do not go together
	found         []compat.Finding // all others
}

// nameNow is the name that something has on the new side.
func (c *comparison) nameNow(old string) string {
	if now, ok := c.options.Renames[old]; ok {
		return now
	}
	return old
}

// nameBefore is the name that something had on the old side.
func (c *comparison) nameBefore(now string) string {
	for was, is := range c.options.Renames {
		if is == now {
			return was
		}
	}
	return now
}

func (c *comparison) compareEvents() {
	for i := range c.after.Events {
		e := &c.after.Events[i]
		x := change[Event]{c, c.before.Event(c.nameBefore(e.Name)), e}
		if x.old == nil {
			apply(x, addedRules(), c.partyOfAdded(e))
			continue
		}
		apply(x, combinedRules(), c.partyOf(e))
		apply(x, eventRules(), c.partyOf(e))
	}
	for i := range c.before.Events {
		e := &c.before.Events[i]
		if c.after.Event(c.nameNow(e.Name)) == nil {
			apply(change[Event]{c, e, nil}, removedRules(), c.partyOf(e))
		}
	}
}

func (c *comparison) compareProjections() {
	for i := range c.after.Projections {
		p := &c.after.Projections[i]
		if was := c.before.Projection(c.nameBefore(p.Name)); was != nil {
			x := change[Projection]{c, was, p}
			apply(x, rebuildRules(), c.partyOfTable(p))
			apply(x, projectionRules(), c.partyOfTable(p))
		}
	}
	for i := range c.before.Projections {
		p := &c.before.Projections[i]
		if c.after.Projection(c.nameNow(p.Name)) == nil {
			apply(change[Projection]{c, p, nil}, []rule[Projection]{columnRemoved()}, c.partyOfTable(p))
		}
	}
}

func apply[T any](x change[T], rules []rule[T], p party) {
	for _, r := range rules {
		for _, h := range r.detect(x) {
			x.report(r.Rule, h, p)
		}
	}
}

func (c *comparison) report(r compat.Rule, h hit, p party) {
	e := r.Effect
	if h.breaks != 0 {
		e.Breaks = h.breaks
	}
	verdict := r.Severity
	if h.verdict != compat.ByLevel {
		verdict = h.verdict
	}
	severity, reported := strictest(verdict, e.Breaks, p.levels)
	if !reported {
		return
	}
	subject := p.subject
	if h.about != "" {
		subject = h.about
	}
	f := compat.Finding{
		Rule: r.ID, Severity: severity, Subject: subject, Event: p.event, Message: h.message, Help: h.help,
		New: h.new, Old: h.old, From: h.from, To: h.to, Baseline: c.options.Baseline, Effect: &e,
	}
	if r.Group == combination || h.combined {
		c.combined = append(c.combined, f)
	} else {
		c.found = append(c.found, f)
	}
}

// TopicState is what a cluster has of a topic.
type TopicState struct {
	Partitions int32
	Config     map[string]string // by the names of Kafka, e.g., cleanup.policy; a setting that is absent is not compared
}

// CompareTopics returns what the rules say of giving topics of a cluster, by their names, the settings of the contract. A topic
// that the cluster does not have will be created, and a setting that the contract leaves to the cluster stays. So do partitions
// that the cluster has more of.
func CompareTopics(s *Set, cluster map[string]TopicState, o Options) []compat.Finding {
	old, now := &Set{Projections: s.Projections}, &Set{Projections: s.Projections, Events: s.Events}
	for _, e := range s.Events {
		e.origin = origin{}
		old.Events = append(old.Events, e)
	}
	for _, t := range s.Topics {
		state, ok := cluster[t.Name]
		if ok {
			old.Topics = append(old.Topics, t.asIn(state))
			t.Config = overlaid(state.Config, settings(t.Config))
		}
		now.Topics = append(now.Topics, t)
	}
	return Compare(old, now, o)
}

// asIn is the contract that a cluster fulfils.
func (t Topic) asIn(state TopicState) Topic {
	t.origin = origin{}
	if state.Partitions > 0 {
		t.Partitions = min(t.Partitions, state.Partitions)
	}
	if policy, ok := state.Config["cleanup.policy"]; ok {
		t.Compaction = compactionOf(policy)
	}
	for key, of := range map[string]*time.Duration{"retention.ms": &t.Retention, "delete.retention.ms": &t.TombstoneRetention} {
		if ms, err := strconv.ParseInt(state.Config[key], 10, 64); err == nil {
			*of = durationOf(ms)
		}
	}
	t.Config = overlaid(settings(t.Config), state.Config)
	return t
}

// overlaid returns the settings of both, those of the second where both have one.
func overlaid(below, above map[string]string) []Entry {
	merged := map[string]string{}
	maps.Copy(merged, below)
	maps.Copy(merged, above)
	var all []Entry
	for _, key := range slices.Sorted(maps.Keys(merged)) {
		all = append(all, Entry{key, merged[key]})
	}
	return all
}

func settings(entries []Entry) map[string]string {
	all := map[string]string{}
	for _, e := range entries {
		all[e.Key] = e.Value
	}
	return all
}

// compactionOf reads a cleanup.policy, in which the order of the words is free.
func compactionOf(policy string) string {
	compact, remove := strings.Contains(policy, "compact"), strings.Contains(policy, "delete")
	switch {
	case compact && remove:
		return "COMPACT_AND_DELETE"
	case compact:
		return "COMPACT"
	}
	return "NONE"
}

// durationOf reads milliseconds; what does not fit into a duration is forever.
func durationOf(ms int64) time.Duration {
	if ms < 0 || ms > math.MaxInt64/int64(time.Millisecond) {
		return schema.Forever
	}
	return time.Duration(ms) * time.Millisecond
}

// SubjectVersion is one version of a subject in a schema registry.
type SubjectVersion struct{ Version, ID int }

func keySubjectRule() compat.Rule {
	return compat.Rule{ID: "KEY_SCHEMA_EVOLVED_WITH_ID_PREFIX", Group: identity, Summary: "the schema of a key has several versions, and keys begin with its id",
		Effect: effect(compat.Identity, "reads the key, whose bytes differ by the id: one entity has two keys", "the same", "the same",
			"freeze the schema of the key: make its subject read-only", "or write keys without a schema, as evgen does", "or put ids into headers")}
}

// CompareKeySubjects judges the subjects <topic>-key of a schema registry. The keys of evgen have no schema: whoever registered
// one writes its id before the key, so that each version of it gives an entity another key.
func CompareKeySubjects(s *Set, subjects map[string][]SubjectVersion, o Options) []compat.Finding {
	c := &comparison{before: s, after: s, options: o}
	for i := range s.Topics {
		t := &s.Topics[i]
		versions := subjects[t.Name+"-key"]
		if len(versions) < 2 || versions[0].ID == versions[len(versions)-1].ID {
			continue
		}
		first, last := versions[0], versions[len(versions)-1]
		c.report(keySubjectRule(), hit{
			about: t.Name + "-key", from: fmt.Sprintf("version %d, id %d", first.Version, first.ID), to: fmt.Sprintf("version %d, id %d", last.Version, last.ID), new: t.whole,
			message: fmt.Sprintf("subject %s-key has %d versions, and keys of topic %s begin with their ids", t.Name, len(versions), t.Name),
		}, c.partyOfTopic(t))
	}
	return c.found
}
