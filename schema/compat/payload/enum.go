package payload

import (
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/schema/compat"
)

func (c *change) enums() (old, now *compat.Enum) {
	return c.node.old.(*compat.Enum), c.node.new.(*compat.Enum)
}

func (c *change) valueRemoved() {
	v := c.fact.Old.(*compat.EnumValue)
	old, now := c.enums()
	names := old.Names(v.Number)
	if c.valueMoved(v, names) {
		return
	}
	missing := unreserved(v.Number, names, now)
	switch {
	case now.Closed && !deprecated(old, v.Number):
		c.report(EnumValueRemoved, both{backward: Loss}, "value %d (%s) of closed enum %s is gone, and was not deprecated", v.Number, v.Name, old.Name).Help =
			"deprecate it first" + then("reserve", missing)
	case len(missing) > 0:
		c.report(RemovedWithoutReserve, both{backward: Loss}, "value %d (%s) of %s is gone, and free to be used again: %s", v.Number, v.Name, old.Name, strings.Join(missing, " and ")).Help =
			"reserve " + strings.Join(missing, " and ")
	}
}

// deprecated says whether all values with a number are.
func deprecated(e *compat.Enum, number int32) bool {
	return !slices.ContainsFunc(e.Values, func(v compat.EnumValue) bool { return v.Number == number && !v.Deprecated })
}

// valueMoved reports a name of a number that another number has now.
func (c *change) valueMoved(v *compat.EnumValue, names []string) bool {
	_, now := c.enums()
	for _, name := range names {
		if moved := now.ValueNamed(name); moved != nil && moved.Number != v.Number {
			c.fact.Old, c.fact.New = v, moved
			c.report(EnumValueRenumbered, both{Loss, Loss}, "number of %s is %d, was %d", moved.FullName(), moved.Number, v.Number)
			return true
		}
	}
	return false
}

func (c *change) valueAdded() {
	v := c.fact.New.(*compat.EnumValue)
	old, now := c.enums()
	if old.Reserves(v.Number) {
		c.report(NumberReusedOnLog, both{}, "value %s has number %d, which %s reserved", v.FullName(), v.Number, old.Name).Help = "take another number"
	}
	if old.Closed {
		c.report(EnumValueAddedClosed, both{forward: Loss}, "value %d (%s) of closed enum %s is new", v.Number, v.Name, now.Name)
		return
	}
	c.report(EnumValueAdded, both{}, "value %d (%s) of %s is new", v.Number, v.Name, now.Name)
}

func (c *change) valueNames() {
	v := c.fact.Old.(*compat.EnumValue)
	old, now := c.enums()
	before, after := old.Names(v.Number), now.Names(v.Number)
	if c.valueMoved(v, before) {
		return
	}
	lost := slices.ContainsFunc(before, func(name string) bool { return !slices.Contains(after, name) })
	if lost {
		c.report(EnumValueRenamed, both{}, "name of value %d of %s is %s, was %s", v.Number, now.Name, c.fact.To, c.fact.From)
	}
}

func (c *change) openness() {
	_, now := c.enums()
	o := both{forward: Loss}
	if now.Closed {
		o = both{backward: Loss}
	}
	c.report(EnumOpennessChanged, o, "enum %s is %s, was %s", now.Name, c.fact.To, c.fact.From)
}

// enumDefault matters if a field can be absent.
func (c *change) enumDefault() {
	if c.node.absent != (both{}) {
		_, now := c.enums()
		c.report(EnumDefaultChanged, c.node.absent, "first value of %s is %d, was %s", now.Name, now.Values[0].Number, c.fact.From)
	}
}

// otherEnum is for a field that has another enum now, and not the same under another name: both are on both sides. Its numbers are read as what they do not mean if
// their names have nothing in common. Zero means unset, whatever it is called.
func (c *change) otherEnum(old, now side) {
	was, is := old.in.Enum(old.TypeName), now.in.Enum(now.TypeName)
	if c.Enum(was) == nil || c.Old.Enum(c.Was(is.Name)) == nil {
		return
	}
	before, after := meanings(was), meanings(is)
	for number, names := range before {
		if number != 0 && len(after[number]) > 0 && !slices.ContainsFunc(names, func(name string) bool { return slices.Contains(after[number], name) }) {
			c.report(FieldTypeChanged, both{Loss, Loss}, "type of %s is %s, was %s, whose values have other names", nameOf(now), is.Name, was.Name)
			return
		}
	}
}

// meanings are the names of each number, without the words with which all names of the enum begin.
func meanings(e *compat.Enum) map[int32][]string {
	prefix := e.Values[0].Name
	for _, v := range e.Values {
		for !strings.HasPrefix(v.Name, prefix) {
			prefix = prefix[:strings.LastIndexByte(prefix[:len(prefix)-1], '_')+1]
		}
	}
	if len(e.Values) == 1 {
		prefix = ""
	}
	names := map[int32][]string{}
	for _, v := range e.Values {
		names[v.Number] = append(names[v.Number], v.Name[len(prefix):])
	}
	return names
}
