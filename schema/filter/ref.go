package filter

import (
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// Item is what an element of for_each is called in filters and paths.
const Item = "item"

// Path is a way from an event, or from an element of it, to a field: a chain of singular fields.
type Path []protoreflect.FieldDescriptor

// Leaf returns the last field.
func (p Path) Leaf() protoreflect.FieldDescriptor { return p[len(p)-1] }

// String returns the dotted path.
func (p Path) String() string {
	names := make([]string, len(p))
	for i, fd := range p {
		names[i] = string(fd.Name())
	}
	return strings.Join(names, ".")
}

// Root says where a [Ref] starts.
type Root uint8

// The roots of references.
const (
	FromEvent    Root = iota // the event's message
	FromItem                 // an element of a repeated field
	FromMapKey               // the key of a map's entry
	FromMapValue             // its value
)

// Ref is a value reachable from an event or an element of it. An empty Path is the root itself (a scalar element, a map key).
type Ref struct {
	Root  Root
	Path  Path
	Field protoreflect.FieldDescriptor // what is read: the path's leaf, or the field that declares the element, key or value
}

// IsRepeated says whether the value is a whole list or map. An element is single although its field is repeated.
func (r Ref) IsRepeated() bool {
	return len(r.Path) > 0 && r.Field.Cardinality() == protoreflect.Repeated
}
