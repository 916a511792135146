package payload

import (
	"fmt"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
)

// Root is a message whose records are on a log.
type Root struct {
	Message string // full name; of a message that is gone, its old one
	Level   compat.Level
	Event   bool // annotated: findings name it, and that it is gone is the subject of event rules
}

// AllRoots makes every message of old a root: what a tree is judged by that has no events.
func AllRoots(old *compat.Snapshot, level compat.Level) []Root {
	var roots []Root
	var add func(messages []*compat.Message)
	add = func(messages []*compat.Message) {
		for _, m := range messages {
			if !m.MapEntry {
				roots = append(roots, Root{Message: m.Name, Level: level})
			}
			add(m.Messages)
		}
	}
	for _, f := range old.Files {
		add(f.Messages)
	}
	return roots
}

// Judge returns what the facts of a comparison mean to those who read and write records of the roots. Facts are those of c. Only types count that a root reaches; one
// that several reach is judged by the strictest of them. Findings are in the order of the roots, and of what they reach.
func Judge(c *compat.Comparison, facts []compat.Fact, roots []Root) []compat.Finding {
	j := &judgement{graph: reach(c, roots), facts: byOwner(c, facts), rules: map[string]*compat.Rule{}}
	for i := range rules {
		j.rules[rules[i].ID] = &rules[i]
	}
	for _, n := range j.nodes {
		j.node(n)
	}
	return j.findings
}

// judgement is one run of [Judge].
type judgement struct {
	*graph
	facts    map[compat.Node][]compat.Fact
	rules    map[string]*compat.Rule
	findings []compat.Finding
}

// byOwner finds facts by the old message or enum that they are about; those of extensions by the message that is extended.
func byOwner(c *compat.Comparison, facts []compat.Fact) map[compat.Node][]compat.Fact {
	owned := map[compat.Node][]compat.Fact{}
	for _, f := range facts {
		if owner := ownerOf(c, f); owner != nil {
			owned[owner] = append(owned[owner], f)
		}
	}
	return owned
}

func ownerOf(c *compat.Comparison, f compat.Fact) compat.Node {
	switch n := f.Old.(type) {
	case *compat.Message, *compat.Enum:
		return n
	case *compat.Field:
		if n.Extendee != "" {
			return extended(c, n.Extendee)
		}
	}
	if x, ok := f.New.(*compat.Field); ok && x.Extendee != "" {
		return extended(c, c.Was(x.Extendee))
	}
	return f.OldScope
}

func extended(c *compat.Comparison, name string) compat.Node {
	if m := c.Old.Message(name); m != nil {
		return m
	}
	return nil
}

func (j *judgement) node(n *node) {
	if n.new == nil {
		j.gone(n)
		return
	}
	for _, f := range j.factsOf(n) {
		if judge, ok := judges[f.Kind]; ok {
			judge(&change{fact: f, node: n, judgement: j})
		}
	}
	j.oneofs(n)
}

func (j *judgement) factsOf(n *node) []compat.Fact {
	switch old := n.old.(type) {
	case *compat.Message:
		if now := n.new.(*compat.Message); j.Message(old) != now {
			return append(j.Messages(old, now), j.lostExtensions(old, now)...)
		}
	case *compat.Enum:
		if now := n.new.(*compat.Enum); j.Enum(old) != now {
			return j.Enums(old, now)
		}
	}
	return j.facts[n.old]
}

// lostExtensions states that what extends old does not extend the message that takes its place.
func (j *judgement) lostExtensions(old, now *compat.Message) []compat.Fact {
	var lost []compat.Fact
	for _, x := range j.extensions[old.Name] {
		lost = append(lost, compat.Fact{Kind: compat.ExtensionRemoved, Old: x, OldScope: old, NewScope: now, From: x.Name})
	}
	return lost
}

// gone is for a root without a partner. What its events mean without it is the subject of event rules.
func (j *judgement) gone(n *node) {
	for _, r := range n.own {
		if !j.roots[r].Event {
			c := &change{node: n, judgement: j, fact: compat.Fact{Old: n.old, NewScope: n.scope, From: n.old.FullName()}}
			c.report(MessageRemoved, both{}, "message %s is gone", n.old.FullName())
			return
		}
	}
}

// change is a fact under judgement.
type change struct {
	fact compat.Fact
	node *node
	*judgement
}

// report adds a finding for each root's sake at most once: for the one whose level makes most of it.
func (c *change) report(rule string, outcomes both, format string, args ...any) *compat.Finding {
	r := c.rules[rule]
	effect := effectOf(r, outcomes)
	root, severity, reported := c.strictest(r, effect.Breaks)
	if !reported {
		return &compat.Finding{}
	}
	c.fact.Old, c.fact.New = written(c.fact.Old), written(c.fact.New)
	old, now := c.places(rule)
	f := compat.Finding{
		Rule: rule, Severity: severity, Subject: c.subject(), Message: fmt.Sprintf(format, args...), New: now, Old: old, From: c.fact.From, To: c.fact.To, Effect: effect,
	}
	if root.Event {
		f.Event = root.Message
		f.Message += c.alsoReached()
	}
	c.findings = append(c.findings, f)
	return &c.findings[len(c.findings)-1]
}

func (c *change) subject() string {
	switch {
	case c.fact.New != nil:
		return c.fact.New.FullName()
	case c.fact.Old != nil:
		return c.fact.Old.FullName()
	}
	return c.fact.OldScope.FullName()
}

// strictest returns the root under whose level a rule is most severe.
func (c *change) strictest(r *compat.Rule, breaks compat.Breaks) (strictest Root, severity schema.Severity, reported bool) {
	for _, i := range c.rootsOf(c.node) {
		s, ok := r.Severity.Judge(c.roots[i].Level, breaks)
		if ok && (!reported || s < severity) {
			strictest, severity, reported = c.roots[i], s, true
		}
	}
	return strictest, severity, reported
}

// alsoReached says how many more events reach what changed.
func (c *change) alsoReached() string {
	events := map[string]bool{} // one may be a root twice: under the level and the name that it had, and under its own
	for _, i := range c.rootsOf(c.node) {
		if c.roots[i].Event {
			events[c.Was(c.roots[i].Message)] = true
		}
	}
	switch others := len(events) - 1; others {
	case 0:
		return ""
	case 1:
		return ", and one more event has it"
	default:
		return fmt.Sprintf(", and %d more events have it", others)
	}
}
