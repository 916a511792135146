package contract

import (
	"github.com/evgen-dev/evgen/schema/compat"
)

// The groups of rules, as in the documentation.
const (
	combination = "combination"
	identity    = "identity"
	order       = "order"
	routing     = "routing"
	lifetime    = "log lifetime"
	transport   = "transport"
	payload     = "payload meaning"
	versions    = "versions"
	projections = "projections"
)

// rule is a rule with what finds its changes.
type rule[T any] struct {
	compat.Rule
	detect func(change[T]) []hit
}

// change is one thing on both sides. Rules of things that were added or removed see one side only.
type change[T any] struct {
	*comparison
	old, new *T
}

// hit is a change that a rule speaks of.
type hit struct {
	about    string // what of the thing, e.g., a field; empty: the thing itself
	message  string
	help     string
	from, to string // empty: absent
	old, new compat.Place
	breaks   compat.Breaks  // 0: those of the rule
	verdict  compat.Verdict // ByLevel: that of the rule
	combined bool           // another option makes it worse: reported first
}

// orNone spells a state that is absent, which findings have as an empty text.
func orNone(state string) string {
	if state == "" {
		return "none"
	}
	return state
}

func effect(breaks compat.Breaks, oldConsumer, newConsumer, replay string, steps ...string) compat.Effect {
	return compat.Effect{Breaks: breaks, OldConsumer: oldConsumer, NewConsumer: newConsumer, Replay: replay, Steps: steps}
}

// Rules returns the event rules, those about combinations of options first.
func Rules() []compat.Rule {
	var all []compat.Rule
	all = addRules(all, combinedRules())
	all = addRules(all, eventRules())
	all = addRules(all, addedRules())
	all = addRules(all, removedRules())
	all = addRules(all, topicRules())
	all = append(all, keySubjectRule())
	all = addRules(all, rebuildRules())
	all = addRules(all, projectionRules())
	return all
}

func addRules[T any](all []compat.Rule, rules []rule[T]) []compat.Rule {
	for _, r := range rules {
		all = append(all, r.Rule)
	}
	return all
}

// eventRules judge an event that is on both sides.
func eventRules() []rule[Event] {
	var all []rule[Event]
	for _, group := range [][]rule[Event]{keyRules(), orderRules(), routingRules(), deletionRules(), transportRules(), headerRules(), payloadRules(), versionRules(), levelRules()} {
		all = append(all, group...)
	}
	return all
}

// Unexpressed are changes that no annotation and no fact of a cluster shows, with the reason. Whoever makes one has to know.
func Unexpressed() map[string]string {
	return map[string]string{
		"COPARTITION_BROKEN":        "projections have one source, so that no annotation says which topics are joined",
		"DISCRIMINATOR_CHANGED":     "the runtime tells events by the header ce_type, always",
		"CHUNK_FORMAT":              "the form of chunks belongs to the runtime, which reads every form that it wrote",
		"REPUBLISHED_BY_OLD_SCHEMA": "who copies events through an old schema is no part of the contract",
		"CONSUMER_GROUP_RENAMED":    "groups are named in the services that consume",
		"RETRY_TOPIC_ON_ORDERED":    "RETRY_TOPIC is refused when annotations are resolved",
	}
}
