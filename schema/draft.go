package schema

import (
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/evgenpb"
)

// draft is an event while it is resolved: what is written beside what it means.
type draft struct {
	*Event
	r           *resolver
	file        *File
	options     *evgenpb.EventOptions
	fileOptions *evgenpb.FileOptions // may be nil; its getters work
	topicName   string
	marks       marks
}

func (r *resolver) newDraft(f *File, md protoreflect.MessageDescriptor, options *evgenpb.EventOptions) *draft {
	return &draft{
		r:           r,
		file:        f,
		Event:       &Event{Desc: md, Doc: docOf(md), Pos: r.at(md), Deprecated: isDeprecated(md)},
		options:     options,
		fileOptions: fileOption(md.ParentFile()),
		marks:       marksOf(md),
	}
}

func isDeprecated(md protoreflect.MessageDescriptor) bool {
	o, ok := md.Options().(interface{ GetDeprecated() bool })
	return ok && o.GetDeprecated()
}

// pos returns the position of an option of the event, e.g., "retry.backoff".
func (d *draft) pos(option string) Position { return d.r.atOption(d.Desc, evgenpb.E_Event, option) }

// fieldPos returns the position of an option of one of its fields, e.g., "revision".
func (d *draft) fieldPos(fd protoreflect.FieldDescriptor, option string) Position {
	return d.r.atOption(fd, evgenpb.E_Field, option)
}

func (d *draft) isSet(option string) bool { return isSet(d.options.ProtoReflect(), option) }

// errorf reports an error of the event, whose name it puts before the message.
func (d *draft) errorf(pos Position, rule, format string, args ...any) report {
	return d.r.errorf(pos, rule, "event %s: "+format, append([]any{d.Desc.FullName()}, args...)...)
}

func (d *draft) warnf(pos Position, rule, format string, args ...any) report {
	return d.r.warnf(pos, rule, "event %s: "+format, append([]any{d.Desc.FullName()}, args...)...)
}

// origin says where the value of an option comes from, when it is not set: fallback.
func (d *draft) origin(option, fallback string) string {
	if d.isSet(option) {
		return d.pos(option).String()
	}
	return fallback
}

func (d *draft) add(name, value, origin string) {
	d.Settings = append(d.Settings, Setting{name, value, origin})
}

// marks are the fields of an event that play a role, in field-number order.
type marks struct {
	key, revision, eventID, deleted, header, replyTo []protoreflect.FieldDescriptor
}

func marksOf(md protoreflect.MessageDescriptor) marks {
	var m marks
	for _, fd := range byNumber(md) {
		o := fieldOption(fd)
		add := func(list *[]protoreflect.FieldDescriptor, marked bool) {
			if marked {
				*list = append(*list, fd)
			}
		}
		add(&m.key, o.GetKey())
		add(&m.revision, o.GetRevision() != evgenpb.FieldOptions_REVISION_UNSPECIFIED)
		add(&m.eventID, o.GetEventId())
		add(&m.deleted, o.GetDeleted())
		add(&m.header, o.GetHeader() != "")
		add(&m.replyTo, o.GetReplyTo())
	}
	return m
}

// single returns the only field of a role; further ones are an error.
func (d *draft) single(fields []protoreflect.FieldDescriptor, role, rule string) protoreflect.FieldDescriptor {
	if len(fields) == 0 {
		return nil
	}
	for _, fd := range fields[1:] {
		d.errorf(d.fieldPos(fd, role), rule, "%s is on field %q and on field %q", role, fields[0].Name(), fd.Name()).
			help("keep it on one field").
			related(d.fieldPos(fields[0], role), "%s is here, too", role)
	}
	return fields[0]
}

// isScalar says whether a field is a singular scalar or enum that every message has.
func isScalar(fd protoreflect.FieldDescriptor) bool {
	return fd.Cardinality() != protoreflect.Repeated && fd.Message() == nil && !isAlternative(fd)
}

// isAlternative says whether a field is a member of a oneof that somebody wrote.
func isAlternative(fd protoreflect.FieldDescriptor) bool {
	o := fd.ContainingOneof()
	return o != nil && !o.IsSynthetic()
}

func isInteger(fd protoreflect.FieldDescriptor) bool {
	switch fd.Kind() {
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind,
		protoreflect.Uint32Kind, protoreflect.Fixed32Kind,
		protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind,
		protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return true
	}
	return false
}

// typeName says what a field is, e.g., "repeated string" or "google.protobuf.Timestamp in oneof kind".
func typeName(fd protoreflect.FieldDescriptor) string {
	name := fd.Kind().String()
	switch {
	case fd.IsMap():
		return "map"
	case fd.Message() != nil:
		name = string(fd.Message().FullName())
	case fd.Enum() != nil:
		name = string(fd.Enum().FullName())
	}
	if fd.IsList() {
		return "repeated " + name
	}
	if isAlternative(fd) {
		return name + " in oneof " + string(fd.ContainingOneof().Name())
	}
	return name
}

// topicDraft is a topic while it is resolved.
type topicDraft struct {
	*Topic
	r      *resolver
	file   *File
	layers []layer // lowest first
	events []*draft
}

// layer is a place where settings of a topic are written.
type layer struct {
	options *evgenpb.Topic
	on      protoreflect.Descriptor
	ext     protoreflect.ExtensionType
	path    string // e.g., defaults
}

func (r *resolver) layerPos(l layer, option string) Position {
	return r.atOption(l.on, l.ext, l.path+"."+option)
}

// origin names the layer and its position, e.g., (evgen.v1.file).defaults at a.proto:3:4.
func (t *topicDraft) origin(l layer, option string) string {
	return l.at(t.r.layerPos(l, option))
}

// entryOrigin is the origin of an entry of config.
func (t *topicDraft) entryOrigin(l layer, key string) string { return l.at(t.r.entryPos(l, key)) }

func (l layer) at(pos Position) string {
	if l.path == "defaults" {
		return "(evgen.v1.file).defaults at " + pos.String()
	}
	return pos.String()
}

// highest returns the uppermost layer that has an option.
func (t *topicDraft) highest(option string) (layer, bool) {
	for _, l := range slices.Backward(t.layers) {
		if l.options != nil && isSet(l.options.ProtoReflect(), option) {
			return l, true
		}
	}
	return layer{}, false
}

func (t *topicDraft) add(name, value, origin string) {
	t.Settings = append(t.Settings, Setting{name, value, origin})
}

func (t *topicDraft) guard() Guard {
	if len(t.events) == 0 {
		return ByPosition
	}
	return t.events[0].guard()
}

// guard is how handlers tell duplicates of the event.
func (d *draft) guard() Guard {
	switch {
	case d.Kind == Command:
		return ByCommandID
	case d.hasSequence():
		return BySequence
	case d.Revision != nil:
		return ByRevision
	case d.EventID != nil:
		return ByEventID
	}
	return ByPosition
}
