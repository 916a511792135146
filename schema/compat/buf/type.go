package buf

import (
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/compat"
)

// groups say which kinds may take each other's place: those with one number.
type groups map[protoreflect.Kind]int

// wireGroups are kinds with the same bytes, as far as buf trusts the values: an enum may hold what a number does, a string may be bytes of a message, but
// neither can be known from the schema.
var wireGroups = groups{
	protoreflect.Int32Kind: 1, protoreflect.Int64Kind: 1, protoreflect.Uint32Kind: 1, protoreflect.Uint64Kind: 1, protoreflect.BoolKind: 1,
	protoreflect.Sint32Kind: 2, protoreflect.Sint64Kind: 2,
	protoreflect.Fixed32Kind: 3, protoreflect.Sfixed32Kind: 3,
	protoreflect.Fixed64Kind: 4, protoreflect.Sfixed64Kind: 4,
}

// wireJSONGroups are those that JSON does not tell apart either: it writes integers of 64 bits as strings.
var wireJSONGroups = groups{
	protoreflect.Int32Kind: 1, protoreflect.Uint32Kind: 1,
	protoreflect.Int64Kind: 2, protoreflect.Uint64Kind: 2,
	protoreflect.Fixed32Kind: 3, protoreflect.Sfixed32Kind: 3,
	protoreflect.Fixed64Kind: 4, protoreflect.Sfixed64Kind: 4,
}

// joins says whether one kind may become another. A kind without a group stands alone.
func (g groups) joins(old, now protoreflect.Kind) bool {
	return old == now || g[old] != 0 && g[old] == g[now]
}

func wireTypeDiffers(c *change) bool {
	old, now := c.fields()
	if old.Kind == protoreflect.StringKind && now.Kind == protoreflect.BytesKind {
		return false // every string is bytes
	}
	return typeDiffers(c, wireGroups)
}

func wireJSONTypeDiffers(c *change) bool { return typeDiffers(c, wireJSONGroups) }

func typeDiffers(c *change, g groups) bool {
	old, now := c.fields()
	switch {
	case !g.joins(old.Kind, now.Kind):
		return true
	case old.TypeName == now.TypeName:
		return false
	case now.Kind == protoreflect.EnumKind:
		return !sameEnum(c.old.Enum(old.TypeName), c.now.Enum(now.TypeName))
	}
	return true
}

// sameEnum says whether an enum stands for another: under the same short name, with all of its values and perhaps more.
func sameEnum(old, now *compat.Enum) bool {
	if old == nil || now == nil || shortName(old.Name) != shortName(now.Name) {
		return false
	}
	for i := range old.Values {
		if v := now.ValueNamed(old.Values[i].Name); v == nil || v.Number != old.Values[i].Number {
			return false
		}
	}
	return true
}

func shortName(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// Cardinalities as groups: presence does not show in bytes or JSON, and a map is a list of entries in bytes alone.
func wireCardinalityDiffers(c *change) bool {
	old, now := c.fields()
	return notOfMapEntries(c) && wireCardinality(old.Cardinality) != wireCardinality(now.Cardinality)
}

func wireJSONCardinalityDiffers(c *change) bool {
	old, now := c.fields()
	return notOfMapEntries(c) && presenceless(old.Cardinality) != presenceless(now.Cardinality)
}

func wireCardinality(c compat.Cardinality) compat.Cardinality {
	if c == compat.Map {
		return compat.Repeated
	}
	return presenceless(c)
}

func presenceless(c compat.Cardinality) compat.Cardinality {
	if c == compat.Explicit {
		return compat.Implicit
	}
	return c
}
