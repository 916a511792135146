package schema

import (
	"slices"

	"github.com/evgen-dev/evgen/schema/evgenpb"
)

var subjectStrategies = map[evgenpb.EventOptions_Subject]SubjectStrategy{
	evgenpb.EventOptions_TOPIC:        TopicSubject,
	evgenpb.EventOptions_RECORD:       RecordSubject,
	evgenpb.EventOptions_TOPIC_RECORD: TopicRecordSubject,
	evgenpb.EventOptions_UNREGISTERED: Unregistered,
}

// String returns the strategy as annotations spell it.
func (s SubjectStrategy) String() string {
	return [...]string{TopicSubject: "TOPIC", RecordSubject: "RECORD", TopicRecordSubject: "TOPIC_RECORD", Unregistered: "UNREGISTERED"}[s]
}

// resolveSubject applies the default: on a topic that carries several types of events each has a subject of its own.
func (d *draft) resolveSubject() {
	if d.isSet("subject") {
		d.Subject = subjectStrategies[d.options.GetSubject()]
		d.add("subject", d.Subject.String(), d.pos("subject").String())
		return
	}
	shared := slices.ContainsFunc(d.fileOptions.GetTopics(), func(t *evgenpb.Topic) bool { return t.GetName() == d.topicName })
	switch {
	case d.isSet("replaces"):
		d.Subject = TopicRecordSubject
		d.add("subject", d.Subject.String(), "default with replaces")
	case shared:
		d.Subject = TopicRecordSubject
		d.add("subject", d.Subject.String(), "default of a shared topic")
	default:
		d.add("subject", d.Subject.String(), builtIn)
	}
}

// SubjectName returns the subject of the event's values in a schema registry, e.g., acme.sites.v1.site-value; empty: it is not registered.
func (e *Event) SubjectName() string {
	switch e.Subject {
	case RecordSubject:
		return string(e.Desc.FullName())
	case TopicRecordSubject:
		return e.Topic.Name + "-" + string(e.Desc.FullName())
	case Unregistered:
		return ""
	}
	return e.Topic.Name + "-value"
}

var compatibilities = map[evgenpb.EventOptions_Compatibility]Compatibility{
	evgenpb.EventOptions_COMPATIBILITY_UNSPECIFIED: BackwardTransitive,
	evgenpb.EventOptions_UNCHECKED:                 Unchecked,
	evgenpb.EventOptions_BACKWARD:                  Backward,
	evgenpb.EventOptions_BACKWARD_TRANSITIVE:       BackwardTransitive,
	evgenpb.EventOptions_FORWARD:                   Forward,
	evgenpb.EventOptions_FORWARD_TRANSITIVE:        ForwardTransitive,
	evgenpb.EventOptions_FULL:                      Full,
	evgenpb.EventOptions_FULL_TRANSITIVE:           FullTransitive,
}

// String returns the level as annotations spell it.
func (c Compatibility) String() string {
	return [...]string{
		Unchecked: "UNCHECKED", Backward: "BACKWARD", BackwardTransitive: "BACKWARD_TRANSITIVE", Forward: "FORWARD",
		ForwardTransitive: "FORWARD_TRANSITIVE", Full: "FULL", FullTransitive: "FULL_TRANSITIVE",
	}[c]
}

func (d *draft) resolveCompatibility() {
	d.Compatible = compatibilities[d.options.GetCompatibility()]
	d.add("compatibility", d.Compatible.String(), d.origin("compatibility", builtIn))
}
