package schema

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/evgenpb"
)

// checkOptions looks at what is written in annotations before anybody asks what it means.
func (r *resolver) checkOptions() {
	for _, f := range r.files {
		if f.Desc.Path() == OptionsPath {
			r.add(CompareAnnotations(f.Desc))
			continue
		}
		r.checkKnown(f.Desc, evgenpb.E_File)
		walkMessages(f.Desc.Messages(), func(md protoreflect.MessageDescriptor) {
			r.checkKnown(md, evgenpb.E_Event, evgenpb.E_Projection)
			for _, fd := range fieldsOf(md) {
				r.checkKnown(fd, evgenpb.E_Field, evgenpb.E_Column)
				r.checkPlaced(md, fd)
			}
		})
	}
}

func (r *resolver) add(ds Diagnostics) {
	for _, d := range ds {
		r.report(d)
	}
}

// checkKnown reports fields and enum values that only a newer options.proto defines; proto.Unmarshal keeps them as unknown.
func (r *resolver) checkKnown(d protoreflect.Descriptor, exts ...protoreflect.ExtensionType) {
	for _, ext := range exts {
		m := option[protoreflect.ProtoMessage](d, ext)
		if m == nil {
			continue
		}
		if what := unknownIn(m.ProtoReflect()); what != "" {
			r.errorf(r.atOption(d, ext, ""), optionsNewer, "%s: %s is newer than this evgen: %s is unknown", d.FullName(), OptionsPath, what).
				help("upgrade evgen")
		}
	}
}

// unknownIn returns the first field number or enum value within m that evgen does not know, or nothing.
func unknownIn(m protoreflect.Message) string {
	if n, _, size := protowire.ConsumeTag(m.GetUnknown()); size > 0 {
		return fmt.Sprintf("field %d of %s", n, m.Descriptor().FullName())
	}
	found := ""
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		found = unknownValue(fd, v)
		return found == ""
	})
	return found
}

func unknownValue(fd protoreflect.FieldDescriptor, v protoreflect.Value) string {
	switch {
	case fd.IsMap():
		return ""
	case fd.IsList() && fd.Message() != nil:
		for i := range v.List().Len() {
			if found := unknownIn(v.List().Get(i).Message()); found != "" {
				return found
			}
		}
	case fd.Message() != nil:
		return unknownIn(v.Message())
	case fd.Enum() != nil && fd.Enum().Values().ByNumber(v.Enum()) == nil:
		return fmt.Sprintf("value %d of %s", v.Enum(), fd.Enum().FullName())
	}
	return ""
}

// checkPlaced reports roles of fields in messages that are no events, where nobody would look for them.
func (r *resolver) checkPlaced(md protoreflect.MessageDescriptor, fd protoreflect.FieldDescriptor) {
	if eventOption(md) != nil {
		return
	}
	for _, role := range rolesOf(fd) {
		p := r.errorf(r.atOption(fd, evgenpb.E_Field, role), misplacedField, "field %s is marked as %s, and message %s is no event", fd.FullName(), role, md.FullName())
		switch {
		case role == "key" && projectionOption(md) != nil:
			p.help("mark the key of a row with [(evgen.v1.column).key = true]")
		case role == "key":
			p.help("let the event name its path: key: %q", "path.to."+string(fd.Name()))
		default:
			p.help("mark a field of the event itself")
		}
	}
}

// rolesOf are the options of a field that only make sense in an event; sensitivity may stand anywhere.
func rolesOf(fd protoreflect.FieldDescriptor) []string {
	o := fieldOption(fd)
	if o == nil {
		return nil
	}
	var roles []string
	for _, role := range []string{"key", "revision", "event_id", "deleted", "header", "reply_to"} {
		if isSet(o.ProtoReflect(), role) {
			roles = append(roles, role)
		}
	}
	return roles
}
