package compat

import (
	"slices"
	"strconv"
	"strings"
)

func (d *diff) enum(old, now *Enum) {
	d.differ(EnumRenamed, old, now, old.Name, now.Name)
	d.differ(EnumMoved, old, now, old.File().Path, now.File().Path)
	d.differ(EnumOpennessChanged, old, now, old.openness(), now.openness())
	d.differ(EnumJSONFormatChanged, old, now, old.JSON.String(), now.JSON.String())
	if !sameValues(old, now) {
		d.values(old, now)
	}
	d.ranges(ReservedRangeRemoved, old, now, old.Reserved, now.Reserved)
	d.reservedNames(old, now, old.ReservedNames, now.ReservedNames)
}

func (e *Enum) openness() string {
	if e.Closed {
		return "closed"
	}
	return "open"
}

func sameValues(old, now *Enum) bool {
	return slices.EqualFunc(old.Values, now.Values, func(a, b EnumValue) bool { return a.Name == b.Name && a.Number == b.Number })
}

func (d *diff) values(old, now *Enum) {
	if len(old.Values) > 0 && len(now.Values) > 0 {
		from, to := &old.Values[0], &now.Values[0]
		d.differ(EnumDefaultChanged, from, to, strconv.Itoa(int(from.Number)), strconv.Itoa(int(to.Number)))
	}
	before, after := byNumber(old), byNumber(now)
	for i := range old.Values {
		v := &old.Values[i]
		switch {
		case before[v.Number][0] != v: // an alias
		case after[v.Number] == nil:
			d.add(Fact{Kind: EnumValueRemoved, Old: v, OldScope: old, NewScope: now, From: v.Name})
		default:
			d.differ(EnumValueNamesChanged, v, after[v.Number][0], names(before[v.Number]), names(after[v.Number]))
		}
	}
	for i := range now.Values {
		if v := &now.Values[i]; before[v.Number] == nil && after[v.Number][0] == v {
			d.add(Fact{Kind: EnumValueAdded, New: v, OldScope: old, NewScope: now, To: v.Name})
		}
	}
}

func byNumber(e *Enum) map[int32][]*EnumValue {
	values := make(map[int32][]*EnumValue, len(e.Values))
	for i := range e.Values {
		v := &e.Values[i]
		values[v.Number] = append(values[v.Number], v)
	}
	return values
}

// names returns the names of values, sorted: the order of aliases means nothing.
func names(values []*EnumValue) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = v.Name
	}
	slices.Sort(texts)
	return strings.Join(texts, ", ")
}
