package payload

import (
	"fmt"

	"github.com/evgen-dev/evgen/schema/compat"
)

// The numbers of fields of descriptor.proto that tokens of a field and of an enum value have.
const (
	nameToken, numberToken, labelToken, typeToken, typeNameToken, defaultToken = 1, 3, 4, 5, 6, 7
	valueNameToken, valueNumberToken                                           = 1, 2
)

// tokens say which part of a field or enum value a rule is about. Other rules are about the whole.
var tokens = map[string]int32{
	FieldNumberChanged:  numberToken,
	FieldTypeChanged:    typeToken,
	CardinalityChanged:  labelToken,
	RequiredAdded:       labelToken,
	RequiredRemoved:     labelToken,
	PresenceChanged:     labelToken,
	PresenceDropped:     labelToken,
	DefaultChanged:      defaultToken,
	UnitChanged:         nameToken,
	FieldRenamed:        nameToken,
	EnumValueRenamed:    valueNameToken,
	EnumValueRenumbered: valueNumberToken,
}

// places returns where what a rule is about is on both sides. Of a token that is not written, such as a label, the place is the declaration around it.
func (c *change) places(rule string) (old, now compat.Place) {
	old, now = c.fact.Place()
	if token := tokens[rule]; token != 0 && c.fact.Old != nil && c.fact.New != nil {
		old.Element = append(old.Element, tokenOf(c.fact.Old, token))
		now.Element = append(now.Element, tokenOf(c.fact.New, token))
	}
	return old, now
}

func tokenOf(n compat.Node, token int32) int32 {
	if f, ok := n.(*compat.Field); ok && token == typeToken && f.TypeName != "" {
		return typeNameToken
	}
	return token
}

// written returns the map field of a key or value, which nobody has written; other declarations as they are.
func written(n compat.Node) compat.Node {
	if f, ok := n.(*compat.Field); ok {
		if m := mapOf(f); m != nil {
			return m
		}
	}
	return n
}

// nameOf names a field; one of a map's entry as the part of the map that it is.
func nameOf(s side) string {
	if f := mapOf(s.Field); f != nil {
		return s.Name + " of map " + f.FullName()
	}
	return s.FullName()
}

// mapOf returns the map field that f is the key or value of, or nil.
func mapOf(f *compat.Field) *compat.Field {
	entry, ok := f.In.(*compat.Message)
	if !ok || !entry.MapEntry {
		return nil
	}
	in, ok := entry.In.(*compat.Message)
	if !ok {
		return nil
	}
	for i := range in.Fields {
		if in.Fields[i].TypeName == entry.Name {
			return &in.Fields[i]
		}
	}
	return nil
}

// declaration returns a field as one would write it, e.g., repeated string tag = 3.
func declaration(f *compat.Field) string {
	text := fmt.Sprintf("%s %s = %d", f.Type(), f.Name, f.Number)
	if f.Cardinality != compat.Implicit && f.Cardinality != compat.Explicit {
		return f.Cardinality.String() + " " + text
	}
	return text
}
