package schema

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// message finds a message by its full name or by its name relative to the package of from.
func (r *resolver) message(from protoreflect.Descriptor, name string) (protoreflect.MessageDescriptor, bool) {
	for _, full := range candidateNames(from, name) {
		if md, ok := r.messages[full]; ok {
			return md, true
		}
	}
	return nil, false
}

// event finds an event as message does. Events are known from the step resolveEvents on.
func (r *resolver) event(from protoreflect.Descriptor, name string) (*Event, bool) {
	for _, full := range candidateNames(from, name) {
		if e, ok := r.events[full]; ok {
			return e, true
		}
	}
	return nil, false
}

func candidateNames(from protoreflect.Descriptor, name string) []protoreflect.FullName {
	full := protoreflect.FullName(strings.TrimPrefix(name, "."))
	pkg := from.ParentFile().Package()
	if pkg == "" || strings.HasPrefix(name, ".") {
		return []protoreflect.FullName{full}
	}
	return []protoreflect.FullName{pkg + "." + full, full}
}

// unknownEvent adds to a diagnostic what to do about a name that event does not find.
func (r *resolver) unknownEvent(p report, from protoreflect.Descriptor, name string) {
	if md, ok := r.message(from, name); ok {
		p.help("message %s has no option (evgen.v1.event)", md.FullName())
		return
	}
	if near := nearest(name, r.eventNames(from)); near != "" {
		p.help("did you mean %q?", near)
		return
	}
	if r.texts == nil {
		p.help("import the file that declares it, or run the plugin with strategy: all")
	}
}

// eventNames are all names by which from may call other events, sorted.
func (r *resolver) eventNames(from protoreflect.Descriptor) []string {
	var names []string
	for full, e := range r.events {
		if e.Desc == from {
			continue
		}
		names = append(names, string(full))
		if e.Desc.ParentFile().Package() == from.ParentFile().Package() {
			names = append(names, string(e.Desc.Name()))
		}
	}
	slices.Sort(names)
	return names
}
