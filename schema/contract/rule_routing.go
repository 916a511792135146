package contract

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
)

var bothTopics = []string{
	"create the new topic, with its access rights",
	"let consumers read both topics, and tell duplicates by revision",
	"switch producers",
	"remove the old topic once it is drained",
}

func routingRules() []rule[Event] {
	return []rule[Event]{
		{compat.Rule{ID: "TOPIC_RENAMED", Group: routing, Summary: "the event is published to another topic",
			Effect: effect(compat.Forward|compat.Backward|compat.History, "starves without an error", "misses what producers still write to the old topic",
				"the new topic has no history", bothTopics...)}, topicRenamed},
		{compat.Rule{ID: "EVENT_TYPE_MOVED", Group: routing, Summary: "the event leaves a topic that it shared",
			Effect: effect(compat.Forward|compat.Backward|compat.Identity, "starves, and loses the order among the events of the topic", "misses what producers still write to the old topic",
				"the order among the events of the topic is lost", bothTopics...)}, typeMoved},
		{compat.Rule{ID: "EVENT_TYPE_RENAMED", Group: routing, Summary: "the event has another name, as was declared",
			Effect: effect(compat.Forward|compat.Backward, "finds no handler for the new name", "finds no handler for the old name", "old records have the old name",
				"let consumers know both names", "switch producers to the new name")}, typeRenamed},
		{compat.Rule{ID: "SUBJECT_STRATEGY_CHANGED", Group: routing, Summary: "the schema is registered under another kind of subject",
			Effect: effect(compat.Producing, "serializers that do not register schemas fail", "none", "ids resolve still",
				"copy the versions to the new subject: otherwise the registry compares from version 1 on", "switch producers")}, subjectStrategy},
		{compat.Rule{ID: "EVENT_KIND_CHANGED", Group: routing, Summary: "the event says another kind of thing",
			Effect: effect(compat.Forward|compat.Backward|compat.State, "takes a state for a fact, or a fact for a state", "the same", "one name stands for both kinds",
				"publish the other kind as a new event", "move consumers to it", "remove the old event")}, kindChanged},
	}
}

func addedRules() []rule[Event] {
	return []rule[Event]{
		{compat.Rule{ID: "EVENT_TYPE_ADDED", Group: routing, Summary: "a topic that has events gets one more",
			Effect: effect(compat.Forward, "meets an event that it does not know, and skips it", "none", "none",
				"deploy consumers that know the event, or skip what they do not know", "deploy producers")}, typeAdded},
		{compat.Rule{ID: "UPCASTER_MISSING", Group: versions, Summary: "a new version of an event does not say which one it replaces",
			Effect: effect(compat.Backward, "as the changes of the payload say", "cannot read what old producers write", "old records have no decoder",
				"keep the old event, deprecated, and say in the new one what it replaces", "deploy consumers", "deploy producers")}, upcasterMissing},
		{compat.Rule{ID: "VERSION_DECREASED", Group: versions, Summary: "an event is replaced by one of a lower version",
			Effect: effect(compat.Backward, "takes the new events for older ones", "takes the old events for newer ones", "nothing says which of two records is newer",
				"give the new event a higher version")}, versionDecreased},
	}
}

func removedRules() []rule[Event] {
	return []rule[Event]{
		{compat.Rule{ID: "EVENT_TYPE_REMOVED", Group: routing, Summary: "the event is no longer declared",
			Effect: effect(compat.Backward, "starves for it", "meets an event that it does not know, and skips it", "old records have no decoder, and are skipped",
				"deprecate the event", "stop producing it", "wait for its retention and the lag of consumers; on a compacted topic, write tombstones", "remove it")}, typeRemoved},
	}
}

func topicRenamed(x change[Event]) []hit {
	if x.old.Topic == x.new.Topic || leavesSiblings(x) {
		return nil
	}
	return topicHit(x)
}

func typeMoved(x change[Event]) []hit {
	if x.old.Topic == x.new.Topic || !leavesSiblings(x) {
		return nil
	}
	return topicHit(x)
}

func topicHit(x change[Event]) []hit {
	return []hit{{from: x.old.Topic, to: x.new.Topic, old: x.old.At("topic"), new: x.new.At("topic"),
		message: fmt.Sprintf("topic of %s is %s, was %s", x.new.Name, x.new.Topic, x.old.Topic)}}
}

// leavesSiblings says whether events of the old topic did not come along.
func leavesSiblings(x change[Event]) bool {
	return slices.ContainsFunc(x.before.eventsOn(x.old.Topic), func(e *Event) bool {
		now := x.after.Event(x.nameNow(e.Name))
		return now != nil && now.Topic != x.new.Topic
	})
}

func typeRenamed(x change[Event]) []hit {
	if x.old.Name == x.new.Name {
		return nil
	}
	return []hit{{from: x.old.Name, to: x.new.Name, old: x.old.whole, new: x.new.whole,
		message: fmt.Sprintf("event is called %s, was %s", x.new.Name, x.old.Name)}}
}

// subjectStrategy leaves it to contentEncoding when schemas are registered on one side only.
func subjectStrategy(x change[Event]) []hit {
	if x.old.Subject == x.new.Subject || x.old.SubjectName == "" || x.new.SubjectName == "" {
		return nil
	}
	from, to := x.old.Subject+" ("+x.old.SubjectName+")", x.new.Subject+" ("+x.new.SubjectName+")"
	return []hit{{from: from, to: to, old: x.old.At("subject"), new: x.new.At("subject"),
		message: fmt.Sprintf("subject of %s is %s, was %s", x.new.Name, to, from)}}
}

func kindChanged(x change[Event]) []hit {
	if x.old.Kind == x.new.Kind {
		return nil
	}
	h := hit{from: x.old.Kind, to: x.new.Kind, old: x.old.At("kind"), new: x.new.At("kind"),
		message: fmt.Sprintf("kind of %s is %s, was %s", x.new.Name, x.new.Kind, x.old.Kind)}
	if compactedIn(x.before, x.old.Topic) || compactedIn(x.after, x.new.Topic) {
		h.breaks, h.combined = compat.Forward|compat.Backward|compat.State|compat.History, true
		h.help = fmt.Sprintf("topic %s is compacted: records of both kinds remove each other", x.new.Topic)
	}
	return []hit{h}
}

func typeAdded(x change[Event]) []hit {
	siblings := x.before.eventsOn(x.new.Topic)
	if len(siblings) == 0 {
		return nil
	}
	return []hit{{to: x.new.Name, old: siblings[0].At("topic"), new: x.new.At("topic"),
		message: fmt.Sprintf("topic %s carries %s, too", x.new.Topic, x.new.Name)}}
}

// typeRemoved accepts what was announced where age removes the records, with a warning: when the last one is gone is not written anywhere.
func typeRemoved(x change[Event]) []hit {
	if successor(x) != nil {
		return nil // upcasterMissing says more
	}
	h := hit{from: x.old.Name, old: x.old.whole, new: x.remains(x.old.File), message: fmt.Sprintf("event %s is gone from topic %s", x.old.Name, x.old.Topic)}
	if lifetime, ok := x.announced(x.old); ok {
		h.verdict = compat.Remark
		h.help = fmt.Sprintf("it was deprecated: be sure that its last record is older than %s", lifetime)
		return []hit{h}
	}
	for i := range x.after.Events {
		if e := &x.after.Events[i]; e.Payload == x.old.Payload && x.before.Event(x.nameBefore(e.Name)) == nil && !versionsOfOne(e, x.old) {
			h.help = fmt.Sprintf("%s has the same payload: if it is the same event, declare the rename", e.Name)
		}
	}
	return []hit{h}
}

// announced says whether an event of the old side may go, and after what time its last record has.
func (c *comparison) announced(e *Event) (lifetime string, ok bool) {
	t := c.before.Topic(e.Topic)
	if !e.Deprecated || t == nil || !t.ages() || t.Retention == schema.Forever {
		return "", false
	}
	return schema.FormatDuration(t.Retention), true
}

func versionsOfOne(a, b *Event) bool {
	stem, _ := versionOf(a.Name)
	other, _ := versionOf(b.Name)
	return stem == other
}

// successor is an event that looks like a higher version of a removed one, on its topic, and does not say so.
func successor(x change[Event]) *Event {
	for i := range x.after.Events {
		if e := &x.after.Events[i]; supersedes(x.comparison, e, x.old) {
			return e
		}
	}
	return nil
}

func supersedes(c *comparison, now, was *Event) bool {
	stem, v := versionOf(now.Name)
	oldStem, old := versionOf(was.Name)
	return now.Topic == was.Topic && stem == oldStem && slices.Compare(v, old) > 0 && c.before.Event(c.nameBefore(now.Name)) == nil && now.Replaces != was.Name
}

func upcasterMissing(x change[Event]) []hit {
	for i := range x.before.Events {
		was := &x.before.Events[i]
		if x.after.Event(x.nameNow(was.Name)) == nil && supersedes(x.comparison, x.new, was) {
			return []hit{{from: was.Name, to: x.new.Name, old: was.whole, new: x.new.whole,
				message: fmt.Sprintf("%s is on the topic of %s, which is gone, and does not replace it", x.new.Name, was.Name)}}
		}
	}
	return nil
}

func versionDecreased(x change[Event]) []hit {
	stem, v := versionOf(x.new.Name)
	for i := range x.before.Events {
		was := &x.before.Events[i]
		oldStem, old := versionOf(was.Name)
		gone := x.after.Event(x.nameNow(was.Name)) == nil
		if stem == oldStem && slices.Compare(v, old) < 0 && (gone || x.new.Replaces == was.Name) {
			return []hit{{from: was.Name, to: x.new.Name, old: was.whole, new: x.new.whole,
				message: fmt.Sprintf("%s takes the place of %s, whose version is higher", x.new.Name, was.Name)}}
		}
	}
	return nil
}

// versionOf splits a full name, e.g., acme.orders.v1beta2.OrderPlacedV3, into the name without versions and these: package (1),
// its stability (beta: 1), its draft (2), message (3).
func versionOf(name string) (stem string, version []int) {
	parts := strings.Split(name, ".")
	short := parts[len(parts)-1]
	version = []int{0, stable, 0, 0}
	if base, n, ok := cutLast(short, "V"); ok && isNumber(n) && base != "" {
		short, version[3] = base, number(n)
	}
	parts = parts[:len(parts)-1]
	if len(parts) > 0 {
		if v, ok := packageVersion(parts[len(parts)-1]); ok {
			copy(version, v)
			parts = parts[:len(parts)-1]
		}
	}
	return strings.Join(append(slices.Clone(parts), short), "."), version
}

const stable = 2

// packageVersion reads v1, v1beta2, v2alpha1.
func packageVersion(s string) (version []int, ok bool) {
	rest, ok := strings.CutPrefix(s, "v")
	if !ok {
		return nil, false
	}
	for stability, word := range []string{"alpha", "beta"} {
		if major, draft, found := strings.Cut(rest, word); found {
			return []int{number(major), stability, number(draft)}, isNumber(major) && (draft == "" || isNumber(draft))
		}
	}
	return []int{number(rest), stable, 0}, isNumber(rest)
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 31)
	return err == nil
}

func number(s string) int {
	n, _ := strconv.Atoi(cmp.Or(s, "0")) // callers ask isNumber
	return n
}

// versionRules judge what was said of versions.
func versionRules() []rule[Event] {
	return []rule[Event]{
		{compat.Rule{ID: "UPCASTER_REMOVED", Group: versions, Summary: "an event no longer replaces an older one",
			Effect: effect(compat.Backward, "none", "cannot read what old producers write", "the chain of versions is broken",
				"keep it until no record of the old version can exist")}, upcasterRemoved},
		{compat.Rule{ID: "UPCASTER_CHANGED", Group: versions, Summary: "an event replaces another one than before",
			Effect: effect(compat.State, "none", "none", "gives another result than the first time",
				"publish a new version instead, or rebuild what was derived")}, upcasterChanged},
		{compat.Rule{ID: "VERSION_NOT_BUMPED", Group: versions, Summary: "the payload of a version that was replaced has changed",
			Effect: effect(compat.State, "cannot tell the two forms apart", "the same", "records of one version have two forms",
				"leave the replaced version as it is", "make the change in a new one")}, versionNotBumped},
	}
}

// upcasterRemoved accepts as typeRemoved does that the chain ends where an event has gone that was to go.
func upcasterRemoved(x change[Event]) []hit {
	if x.old.Replaces == "" || x.new.Replaces != "" {
		return nil
	}
	h := hit{from: x.old.Replaces, old: x.old.At("replaces"), new: x.new.At("replaces"),
		message: fmt.Sprintf("%s replaces no event, replaced %s", x.new.Name, x.old.Replaces)}
	if was := x.before.Event(x.old.Replaces); was != nil && x.after.Event(x.nameNow(was.Name)) == nil {
		if lifetime, ok := x.announced(was); ok {
			h.verdict = compat.Remark
			h.help = fmt.Sprintf("that one was deprecated, and is gone: be sure that its last record is older than %s", lifetime)
		}
	}
	return []hit{h}
}

func upcasterChanged(x change[Event]) []hit {
	if x.old.Replaces == "" || x.new.Replaces == "" || x.nameNow(x.old.Replaces) == x.new.Replaces {
		return nil
	}
	return []hit{{from: x.old.Replaces, to: x.new.Replaces, old: x.old.At("replaces"), new: x.new.At("replaces"),
		message: fmt.Sprintf("%s replaces %s, replaced %s", x.new.Name, x.new.Replaces, x.old.Replaces)}}
}

func versionNotBumped(x change[Event]) []hit {
	replaced := slices.ContainsFunc(x.before.Events, func(e Event) bool { return e.Replaces == x.old.Name })
	if !replaced || x.old.Payload == x.new.Payload {
		return nil
	}
	return []hit{{from: "payload " + x.old.Payload, to: "payload " + x.new.Payload, old: x.old.whole, new: x.new.whole,
		message: fmt.Sprintf("payload of %s has changed, and another event replaces it", x.new.Name)}}
}
