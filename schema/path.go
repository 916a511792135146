package schema

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/internal/nearest"
	"github.com/evgen-dev/evgen/schema/filter"
)

// pathProblem says why a path leads nowhere, as the end of a sentence that starts with the path.
type pathProblem struct {
	text string // e.g., is not a field of acme.orders.v1.Order
	help string // may be empty
}

// fieldPath follows a dotted path of fields from a message. All fields but the last are singular messages; none is a member of a oneof.
// The last may be anything; callers check its kind.
func fieldPath(md protoreflect.MessageDescriptor, path string) (Path, *pathProblem) {
	var fields Path
	names := strings.Split(path, ".")
	for i, name := range names {
		if len(fields) > 0 {
			if p := notThrough(fields.Leaf()); p != nil {
				return nil, p
			}
			md = fields.Leaf().Message()
		}
		fd := md.Fields().ByName(protoreflect.Name(name))
		if fd == nil {
			return nil, noField(md, names, i)
		}
		if o := fd.ContainingOneof(); o != nil && !o.IsSynthetic() {
			return nil, &pathProblem{text: fmt.Sprintf("crosses oneof %s", o.FullName()), help: "use a field that every event has"}
		}
		fields = append(fields, fd)
	}
	return fields, nil
}

func notThrough(fd protoreflect.FieldDescriptor) *pathProblem {
	switch {
	case fd.IsMap():
		return &pathProblem{text: fmt.Sprintf("crosses map %s", fd.FullName())}
	case fd.IsList():
		return &pathProblem{text: fmt.Sprintf("crosses repeated field %s", fd.FullName())}
	case fd.Message() == nil:
		return &pathProblem{text: fmt.Sprintf("goes on after %s, which is not a message", fd.FullName())}
	}
	return nil
}

// noField says that names[i] is not a field of md, and how the path might have been meant.
func noField(md protoreflect.MessageDescriptor, names []string, i int) *pathProblem {
	p := &pathProblem{text: fmt.Sprintf("is not a field of %s", md.FullName())}
	if near := nearest.Of(names[i], fieldNames(md)); near != "" {
		meant := slices.Concat(names[:i], []string{near}, names[i+1:])
		p.help = fmt.Sprintf("did you mean %q?", strings.Join(meant, "."))
	}
	return p
}

func fieldNames(md protoreflect.MessageDescriptor) []string {
	names := make([]string, md.Fields().Len())
	for i := range names {
		names[i] = string(md.Fields().Get(i).Name())
	}
	return names
}

// reference finds what a column's path means.
func (s *Source) reference(path string) (*filter.Ref, *pathProblem) {
	name, rest, _ := strings.Cut(path, ".")
	event := s.Event.Desc
	switch isField := event.Fields().ByName(protoreflect.Name(name)) != nil; {
	case name == filter.Item && len(s.ForEach) > 0:
		return s.itemReference(rest)
	case name == filter.Item && !isField && s.As != filter.Item:
		return nil, &pathProblem{text: "needs for_each", help: fmt.Sprintf("name a field of %s", event.FullName())}
	case name == s.As && !isField && rest == "":
		return nil, &pathProblem{text: "is the whole event", help: "name one of its fields"}
	}
	return reference(&filter.Ref{Root: filter.FromEvent}, event, withoutAlias(s, path))
}

func (s *Source) itemReference(path string) (*filter.Ref, *pathProblem) {
	each := s.ForEach.Leaf()
	if !each.IsMap() {
		return reference(&filter.Ref{Root: filter.FromItem, Field: each}, each.Message(), path)
	}
	half, rest, _ := strings.Cut(path, ".")
	switch half {
	case "key":
		return reference(&filter.Ref{Root: filter.FromMapKey, Field: each.MapKey()}, nil, rest)
	case "value":
		return reference(&filter.Ref{Root: filter.FromMapValue, Field: each.MapValue()}, each.MapValue().Message(), rest)
	}
	return nil, &pathProblem{text: fmt.Sprintf("is an entry of the map %s", each.FullName()), help: "write item.key or item.value"}
}

// reference extends ref by a path, which may be empty.
func reference(ref *filter.Ref, in protoreflect.MessageDescriptor, path string) (*filter.Ref, *pathProblem) {
	if path == "" {
		return ref, nil
	}
	if in == nil {
		return nil, &pathProblem{text: fmt.Sprintf("goes on after %s, which is not a message", ref.Field.FullName())}
	}
	fields, problem := fieldPath(in, path)
	if problem != nil {
		return nil, problem
	}
	ref.Path, ref.Field = fields, fields.Leaf()
	return ref, nil
}

// elementMessage is the message of an element or of a map's value, if it is one.
func (s *Source) elementMessage() protoreflect.MessageDescriptor {
	if len(s.ForEach) == 0 {
		return nil
	}
	if each := s.ForEach.Leaf(); each.IsMap() {
		return each.MapValue().Message()
	}
	return s.ForEach.Leaf().Message()
}

// elementName is what leads to elementMessage.
func (s *Source) elementName() string {
	if s.ForEach.Leaf().IsMap() {
		return "item.value"
	}
	return filter.Item
}
