package schema

import (
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/evgenpb"
)

// checkReferences checks the events that events name.
func (r *resolver) checkReferences() {
	for _, d := range r.drafts {
		d.checkReplaces()
		d.checkReplyTo()
		d.checkReply()
	}
}

func (d *draft) checkReplaces() {
	name := d.options.GetReplaces()
	if name == "" {
		return
	}
	old, ok := d.r.event(d.Desc, name)
	if !ok {
		d.r.unknownEvent(d.errorf(d.pos("replaces"), replacesEvent, "replaces %q is not an event", name), d.Desc, name)
		return
	}
	seen := map[protoreflect.FullName]bool{}
	for ok && old.Desc != d.Desc && !seen[old.Desc.FullName()] {
		seen[old.Desc.FullName()] = true
		old, ok = d.r.event(old.Desc, eventOption(old.Desc).GetReplaces())
	}
	if ok && old.Desc == d.Desc {
		d.errorf(d.pos("replaces"), replacesEvent, "replaces %q leads back to the event itself", name).help("remove replaces from the oldest one")
	}
}

func (d *draft) checkReplyTo() {
	fd := d.single(d.marks.replyTo, "reply_to", replyTo)
	if fd == nil {
		return
	}
	if d.Kind != Command {
		d.errorf(d.fieldPos(fd, "reply_to"), replyTo, "field %q is marked as reply_to, and only a COMMAND gets a reply", fd.Name()).help("use kind: COMMAND, or remove the mark")
	}
	if !isKeyType(fd) {
		d.errorf(d.fieldPos(fd, "reply_to"), replyTo, "reply_to %q is of type %s", fd.Name(), typeName(fd)).help("use what can be the key of the reply: a singular scalar field")
	}
}

func (d *draft) checkReply() {
	name := d.options.GetReply()
	if name == "" {
		return
	}
	if d.Kind != Command {
		d.errorf(d.pos("reply"), replyEvent, "reply is set, and only a COMMAND gets a reply").help("use kind: COMMAND, or remove reply")
		return
	}
	reply, ok := d.r.event(d.Desc, name)
	if !ok {
		d.r.unknownEvent(d.errorf(d.pos("reply"), replyEvent, "reply %q is not an event", name), d.Desc, name)
		return
	}
	d.checkReplyKey(reply)
}

// checkReplyKey holds the key of the reply against reply_to, by which the requester finds it.
func (d *draft) checkReplyKey(reply *Event) {
	pos := d.pos("reply")
	switch {
	case len(d.marks.replyTo) == 0:
		d.errorf(pos, replyEvent, "reply needs to know where it goes").help("mark a field: [(evgen.v1.field).reply_to = true]")
	case len(reply.Key) != 1 || !sameType(reply.Key[0].Leaf(), d.marks.replyTo[0]):
		fd := d.marks.replyTo[0]
		d.errorf(pos, replyEvent, "the key of reply %s is %s, and reply_to %q is of type %s", reply.Desc.FullName(), formatPaths(reply.Key), fd.Name(), typeName(fd)).
			help("key the reply by one %s field", typeName(fd)).
			related(d.r.atOption(fd, evgenpb.E_Field, "reply_to"), "reply_to is here")
	}
}

func sameType(a, b protoreflect.FieldDescriptor) bool { return typeName(a) == typeName(b) }
