package schema

import (
	"github.com/evgen-dev/evgen/schema/evgenpb"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// resolveEvents reads each event by itself. What depends on its topic follows in later steps.
func (r *resolver) resolveEvents() {
	for _, f := range r.files {
		walkMessages(f.Desc.Messages(), func(md protoreflect.MessageDescriptor) {
			if o := eventOption(md); o != nil {
				d := r.newDraft(f, md, o)
				d.resolve()
				r.drafts = append(r.drafts, d)
				r.events[md.FullName()] = d.Event
				f.Events = append(f.Events, d.Event)
			}
		})
	}
}

// resolve reads the options in the order of their numbers, which is the order of explain.
func (d *draft) resolve() {
	d.resolveKind()
	d.resolveTopicName()
	d.resolveKey()
	d.resolvePartition()
	d.resolveRevision()
	d.resolveEventID()
	d.resolveDeleted()
	d.resolveHeaders()
	d.resolveRecord()
	d.resolveRetry()
	d.resolveLater()
	d.resolveOwner()
	d.checkRoles()
	d.checkPlace()
	d.checkContent()
}

var kinds = map[evgenpb.EventOptions_Kind]Kind{
	evgenpb.EventOptions_EVENT:    Fact,
	evgenpb.EventOptions_DOCUMENT: Document,
	evgenpb.EventOptions_COMMAND:  Command,
}

// kindNames are the kinds as annotations spell them.
var kindNames = [...]string{Fact: "EVENT", Document: "DOCUMENT", Command: "COMMAND"}

// String returns the kind as annotations spell it.
func (k Kind) String() string { return kindNames[k] }

func (d *draft) resolveKind() {
	d.Kind = kinds[d.options.GetKind()]
	d.add("kind", d.Kind.String(), d.origin("kind", builtIn))
}

// builtIn is the origin of defaults that depend on nothing.
const builtIn = "default"

// byKind is the origin of defaults of a kind.
func (d *draft) byKind() string { return "default of " + d.Kind.String() }

func (d *draft) resolveTopicName() {
	d.topicName = d.options.GetTopic()
	if d.topicName != "" {
		d.add("topic", d.topicName, d.pos("topic").String())
		return
	}
	prefix, origin := d.fileOptions.GetTopicPrefix(), "default: (evgen.v1.file).topic_prefix and the message's name"
	if prefix == "" {
		prefix, origin = string(d.Desc.ParentFile().Package()), "default: the package and the message's name"
	}
	d.topicName = snakeCase(string(d.Desc.Name()))
	if prefix != "" {
		d.topicName = prefix + "." + d.topicName
	}
	d.add("topic", d.topicName, origin)
}

// topicPos is where the name of the event's topic comes from.
func (d *draft) topicPos() Position {
	if d.isSet("topic") {
		return d.pos("topic")
	}
	return d.Pos
}

func (d *draft) resolveOwner() {
	d.Owner = d.options.GetOwner()
	origin := d.origin("owner", "none")
	if file := d.fileOptions.GetOwner(); d.Owner == "" && file != "" {
		d.Owner = file
		origin = "(evgen.v1.file).owner at " + d.r.atOption(d.Desc.ParentFile(), evgenpb.E_File, "owner").String()
	}
	d.add("owner", d.Owner, origin)
	if isBlank(d.Owner) {
		d.warnf(d.Pos, ownerMissing, "nobody owns it").help(`say who answers for it: option (evgen.v1.file) = { owner: "@acme/orders" }`)
	}
}

// checkRoles looks for fields whose roles exclude each other.
func (d *draft) checkRoles() {
	for _, fd := range d.marks.key {
		o := fieldOption(fd)
		switch {
		case o.GetRevision() != evgenpb.FieldOptions_REVISION_UNSPECIFIED:
			d.errorf(d.fieldPos(fd, "revision"), rolesExclude, "field %q is key and revision: each revision would be an entity of its own", fd.Name()).
				help("mark a field of its own as revision")
		case o.GetDeleted():
			d.errorf(d.fieldPos(fd, "deleted"), rolesExclude, "field %q is key and deleted: the deletion would be another entity's", fd.Name()).
				help("mark a field of its own as deleted")
		}
	}
}

// checkPlace says what hurts events that are declared within another message.
func (d *draft) checkPlace() {
	if parent, ok := d.Desc.Parent().(protoreflect.MessageDescriptor); ok {
		d.warnf(d.Pos, eventNested, "it is nested in %s, and registries disagree on how nested messages are numbered", parent.FullName()).
			help("declare it at the top of the file")
	}
	if projectionOption(d.Desc) != nil {
		d.errorf(d.r.atOption(d.Desc, evgenpb.E_Projection, ""), twoRoles, "it is also a projection").
			help("declare the row as a message of its own")
	}
}

// checkContent warns of facts that force every consumer to ask for the rest.
func (d *draft) checkContent() {
	others := 0
	for _, fd := range fieldsOf(d.Desc) {
		if isRole(fd) {
			continue
		}
		if !isIdentifier(fd) {
			return
		}
		others++
	}
	if d.Kind == Fact && others > 0 {
		d.warnf(d.Pos, onlyIdentifiers, "it carries only ids, so its consumers will call back").help("carry the state that they need")
	}
}

func isRole(fd protoreflect.FieldDescriptor) bool {
	o := fieldOption(fd)
	return o.GetKey() || o.GetEventId() || o.GetDeleted() || o.GetRevision() != evgenpb.FieldOptions_REVISION_UNSPECIFIED
}
