package schema

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// reference finds what a column's path means.
func (s *Source) reference(path string) (*Ref, *pathProblem) {
	name, rest, _ := strings.Cut(path, ".")
	event := s.Event.Desc
	switch isField := event.Fields().ByName(protoreflect.Name(name)) != nil; {
	case name == itemName && len(s.ForEach) > 0:
		return s.itemReference(rest)
	case name == itemName && !isField && s.As != itemName:
		return nil, &pathProblem{text: "needs for_each", help: fmt.Sprintf("name a field of %s", event.FullName())}
	case name == s.As && !isField && rest == "":
		return nil, &pathProblem{text: "is the whole event", help: "name one of its fields"}
	}
	return reference(&Ref{Root: FromEvent}, event, withoutAlias(s, path))
}

func (s *Source) itemReference(path string) (*Ref, *pathProblem) {
	each := s.ForEach.Leaf()
	if !each.IsMap() {
		return reference(&Ref{Root: FromItem, Field: each}, each.Message(), path)
	}
	half, rest, _ := strings.Cut(path, ".")
	switch half {
	case "key":
		return reference(&Ref{Root: FromMapKey, Field: each.MapKey()}, nil, rest)
	case "value":
		return reference(&Ref{Root: FromMapValue, Field: each.MapValue()}, each.MapValue().Message(), rest)
	}
	return nil, &pathProblem{text: fmt.Sprintf("is an entry of the map %s", each.FullName()), help: "write item.key or item.value"}
}

// reference extends ref by a path, which may be empty.
func reference(ref *Ref, in protoreflect.MessageDescriptor, path string) (*Ref, *pathProblem) {
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
	return itemName
}

// isRepeated says whether the value is a whole list or map. An element is single although its field is repeated.
func (r Ref) isRepeated() bool {
	return len(r.Path) > 0 && r.Field.Cardinality() == protoreflect.Repeated
}
