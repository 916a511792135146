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
