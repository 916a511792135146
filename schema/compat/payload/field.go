package payload

import (
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/compat"
)

// judges is the table of what is looked at. Facts of other kinds harm nobody who reads bytes.
var judges = map[compat.FactKind]func(*change){
	compat.FieldRemoved:            (*change).fieldRemoved,
	compat.ExtensionRemoved:        (*change).extensionRemoved,
	compat.FieldAdded:              (*change).fieldAdded,
	compat.FieldNameChanged:        (*change).fieldName,
	compat.FieldJSONNameChanged:    (*change).fieldJSONName,
	compat.FieldTypeChanged:        (*change).fieldType,
	compat.FieldNamedTypeChanged:   (*change).fieldNamedType,
	compat.FieldCardinalityChanged: (*change).fieldCardinality,
	compat.FieldDefaultChanged:     (*change).fieldDefault,
	compat.FieldUTF8Changed:        (*change).fieldUTF8,
	compat.ReservedRangeRemoved:    (*change).reservation,
	compat.MessageOptionChanged:    (*change).messageSet,
	compat.EnumValueRemoved:        (*change).valueRemoved,
	compat.EnumValueAdded:          (*change).valueAdded,
	compat.EnumValueNamesChanged:   (*change).valueNames,
	compat.EnumOpennessChanged:     (*change).openness,
	compat.EnumDefaultChanged:      (*change).enumDefault,
}

func (c *change) fields() (old, now side) {
	return side{c.fact.Old.(*compat.Field), c.Old}, side{c.fact.New.(*compat.Field), c.New}
}

func (c *change) messages() (old, now *compat.Message) {
	return c.node.old.(*compat.Message), c.node.new.(*compat.Message)
}

func (c *change) fieldRemoved() {
	f := c.fact.Old.(*compat.Field)
	old, now := c.messages()
	c.fact.From = declaration(f)
	if g := now.FieldNamed(f.Name); g != nil {
		c.renumbered(f, g)
		return
	}
	if f.Cardinality == compat.Required {
		c.report(RequiredRemoved, both{forward: Failure}, "required field %s is gone", f.FullName())
	}
	c.fieldMask(f, "has no field mask, had one")
	missing := unreserved(f.Number, []string{f.Name}, now)
	switch {
	case !f.Deprecated:
		c.report(FieldRemoved, both{Loss, Loss}, "field %d (%s) of %s is gone, and was not deprecated", f.Number, f.Name, old.Name).Help =
			"deprecate it first" + then("reserve", missing)
	case len(missing) > 0:
		c.report(RemovedWithoutReserve, both{Loss, Loss}, "field %d (%s) of %s is gone, and free to be used again: %s", f.Number, f.Name, old.Name, strings.Join(missing, " and ")).Help =
			"reserve " + strings.Join(missing, " and ")
	}
}

// reserver is a message or an enum.
type reserver interface {
	Reserves(number int32) bool
	ReservesName(name string) bool
}

// unreserved returns which of a number and its names are not reserved, as one would write them.
func unreserved(number int32, names []string, by reserver) []string {
	var missing []string
	if !by.Reserves(number) {
		missing = append(missing, strconv.Itoa(int(number)))
	}
	for _, name := range names {
		if !by.ReservesName(name) {
			missing = append(missing, strconv.Quote(name))
		}
	}
	return missing
}

func then(verb string, what []string) string {
	if len(what) == 0 {
		return ""
	}
	return ", then " + verb + " " + strings.Join(what, " and ")
}

// extensionRemoved judges as fieldRemoved; the number of an extension cannot be reserved where it was declared. A field may take its place.
func (c *change) extensionRemoved() {
	x := c.fact.Old.(*compat.Field)
	_, now := c.messages()
	c.fact.From = declaration(x)
	if f := now.Field(x.Number); f != nil && !sameType(x, f) {
		c.fact.New, c.fact.To = f, declaration(f)
		c.report(NumberReusedOnLog, both{}, "field %s has number %d, which extension %s had", f.FullName(), f.Number, x.Name).Help = "take another number"
		return
	}
	if !x.Deprecated {
		c.report(FieldRemoved, both{Loss, Loss}, "extension %s (%d) of %s is gone, and was not deprecated", x.Name, x.Number, x.Extendee).Help = "deprecate it first"
	}
}

// sameType says whether two declarations write the same bytes.
func sameType(a, b *compat.Field) bool {
	return a.Kind == b.Kind && a.TypeName == b.TypeName && a.Cardinality == b.Cardinality
}

func (c *change) renumbered(old, now *compat.Field) {
	c.fact.Old, c.fact.New = old, now
	c.fact.From, c.fact.To = declaration(old), declaration(now)
	c.report(FieldNumberChanged, both{Loss, Loss}, "number of %s is %d, was %d", now.FullName(), now.Number, old.Number)
}

func (c *change) fieldAdded() {
	f := c.fact.New.(*compat.Field)
	old, _ := c.messages()
	c.fact.To = declaration(f)
	if f.Cardinality == compat.Required {
		c.report(RequiredAdded, both{backward: Failure}, "field %s is new and required", f.FullName())
	}
	if old.Reserves(f.Number) {
		c.report(NumberReusedOnLog, both{}, "field %s has number %d, which %s reserved", f.FullName(), f.Number, old.Name).Help =
			fmt.Sprintf("take another number, and reserve %d again", f.Number)
	}
	c.fieldMask(f, "has a field mask, had none")
}

const fieldMaskName = "google.protobuf.FieldMask"

// fieldMask is for events that become partial, or whole. Among other messages, requests have masks that mean something else.
func (c *change) fieldMask(f *compat.Field, what string) {
	if f.TypeName != fieldMaskName {
		return
	}
	for _, i := range c.node.own {
		if c.roots[i].Event {
			c.report(PartialFullFlip, both{}, "event %s %s", c.roots[i].Message, what)
			return
		}
	}
}

func (c *change) fieldName() {
	old, now := c.fields()
	o, n := old.Message(), now.Message()
	if o == nil || n == nil {
		c.report(FieldRenamed, both{}, "name of extension %d of %s is %s, was %s", now.Number, now.Extendee, now.Name, old.Name)
		return
	}
	if moved := n.FieldNamed(old.Name); moved != nil {
		c.renumbered(old.Field, moved)
		return
	}
	if was := o.FieldNamed(now.Name); was != nil {
		if n.Field(was.Number) == nil {
			return // reported there
		}
		c.renumbered(was, now.Field)
		return
	}
	if from, to, changed := unitChange(old.Name, now.Name); changed && amount(old) && amount(now) {
		c.report(UnitChanged, both{Loss, Loss}, "name of field %d of %s says %s, said %s: %s was %s", now.Number, n.Name, orNone(to), orNone(from), now.Name, old.Name)
		return
	}
	c.report(FieldRenamed, both{}, "name of field %d of %s is %s, was %s", now.Number, n.Name, now.Name, old.Name)
}

func orNone(unit string) string {
	if unit == "" {
		return "no unit"
	}
	return unit
}

// amount says whether a field holds numbers that have a unit.
func amount(s side) bool {
	switch s.Kind {
	case protoreflect.BoolKind, protoreflect.EnumKind, protoreflect.StringKind, protoreflect.BytesKind, protoreflect.MessageKind, protoreflect.GroupKind:
		return false
	}
	return true
}

func (c *change) fieldJSONName() {
	if old, now := c.fields(); old.Name == now.Name {
		c.report(FieldRenamed, both{}, "JSON name of %s is %s, was %s", now.FullName(), now.JSONName, old.JSONName)
	}
}

func (c *change) fieldType() {
	old, now := c.fields()
	o := inBoth(old, now, typeTable)
	if o != (both{}) {
		c.report(FieldTypeChanged, o, "type of %s is %s, was %s", nameOf(now), c.fact.To, c.fact.From)
	}
	if o.backward == Fine || o.forward == Fine {
		c.fieldDefault()
	}
}

// fieldNamedType is for types that are not there to be compared. Others are judged by what differs in them.
func (c *change) fieldNamedType() {
	old, now := c.fields()
	if old.Composite() && old.in.Message(old.TypeName) != nil && now.in.Message(now.TypeName) != nil {
		return
	}
	if old.Kind == protoreflect.EnumKind && old.in.Enum(old.TypeName) != nil && now.in.Enum(now.TypeName) != nil {
		c.otherEnum(old, now)
		return
	}
	c.report(FieldTypeChanged, both{Loss, Loss}, "type of %s is %s, was %s, and they cannot be compared", nameOf(now), now.TypeName, old.TypeName)
}

func (c *change) fieldCardinality() {
	old, now := c.fields()
	switch o := inBoth(old, now, cardinalityTable); {
	case o != (both{}) && (now.Cardinality == compat.Required && !old.Cardinality.List()):
		c.report(RequiredAdded, o, "field %s is required, was %s", nameOf(now), spoken(old))
	case o != (both{}) && (old.Cardinality == compat.Required && !now.Cardinality.List()):
		c.report(RequiredRemoved, o, "field %s is %s, was required", nameOf(now), spoken(now))
	case o != (both{}):
		c.report(CardinalityChanged, o, "field %s is %s, was %s", nameOf(now), spoken(now), spoken(old))
	case old.inEntry() || now.inEntry() || old.Composite() != now.Composite():
	case old.Cardinality == compat.Explicit && now.Cardinality == compat.Implicit:
		c.report(PresenceDropped, both{backward: Loss}, "field %s has no presence, was optional", nameOf(now))
	case old.Cardinality == compat.Implicit && now.Cardinality == compat.Explicit:
		c.report(PresenceChanged, both{}, "field %s has presence, had none", nameOf(now))
	}
	if old.Kind == now.Kind && old.HasDefault == now.HasDefault {
		c.fieldDefault()
	}
}

// spoken is a cardinality in the words of those who write proto files.
func spoken(s side) string {
	if s.Cardinality == compat.Implicit {
		return "singular"
	}
	return s.Cardinality.String()
}

func (c *change) fieldDefault() {
	old, now := c.fields()
	if o := inBoth(old, now, defaultTable); o != (both{}) {
		c.report(DefaultChanged, o, "default of %s is %q, was %q", nameOf(now), absent(now), absent(old))
	}
}

func (c *change) fieldUTF8() {
	old, now := c.fields()
	c.report(UTF8Changed, inBoth(old, now, utf8Table), "text of %s is %s to be UTF-8, was %s", nameOf(now), checked(now), checked(old))
}

func checked(s side) string {
	if s.UTF8 {
		return "checked"
	}
	return "not checked"
}
