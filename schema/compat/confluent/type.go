package confluent

import (
	"slices"
	"strconv"

	"github.com/evgen-dev/evgen/schema/compat"
)

// messages compares those of one level by name.
func (v *visit) messages(allOld, allNow []*compat.Message) {
	old, now := messages(allOld), messages(allNow)
	places := indexByName(now)
	for i, m := range old {
		j, ok := places[simpleName(m.Name)]
		if !ok {
			v.see(MessageRemoved, change{pathOf(m.NestedName()), m, nil, m.Name, ""})
			continue
		}
		n := now[j]
		v.include(v.body(m, n))
		if i != j {
			v.see(MessageMoved, change{pathOf(m.NestedName()), m, n, strconv.Itoa(i + 1), strconv.Itoa(j + 1)})
		}
	}
	places = indexByName(old)
	for _, n := range now {
		if _, ok := places[simpleName(n.Name)]; !ok {
			v.see(MessageAdded, change{pathOf(n.NestedName()), nil, n, "", n.Name})
		}
	}
}

// enums compares those of one level by name.
func (v *visit) enums(old, now []*compat.Enum) {
	places := indexByName(now)
	for _, e := range old {
		if j, ok := places[simpleName(e.Name)]; ok {
			v.values(e, now[j])
		} else {
			v.see(EnumRemoved, change{pathOf(e.NestedName()), e, nil, e.Name, ""})
		}
	}
	places = indexByName(old)
	for _, f := range now {
		if _, ok := places[simpleName(f.Name)]; !ok {
			v.see(EnumAdded, change{pathOf(f.NestedName()), nil, f, "", f.Name})
		}
	}
}

func indexByName[N compat.Node](nodes []N) map[string]int {
	places := make(map[string]int, len(nodes))
	for i, n := range nodes {
		places[simpleName(n.FullName())] = i
	}
	return places
}

// values compares those of two enums by number. Of aliases only the last counts.
func (v *visit) values(old, now *compat.Enum) {
	before, after := lastValues(old), lastValues(now)
	numbers := slices.Concat(old.Numbers(), now.Numbers())
	slices.Sort(numbers)
	for _, number := range slices.Compact(numbers) {
		path := pathOf(old.NestedName()) + "/" + strconv.Itoa(int(number))
		a, b := before[number], after[number]
		switch {
		case b == nil:
			v.see(EnumConstRemoved, change{path, a, nil, a.Name, ""})
		case a == nil:
			v.see(EnumConstAdded, change{path, nil, b, "", b.Name})
		case a.Name != b.Name:
			v.see(EnumConstChanged, change{path, a, b, a.Name, b.Name})
		}
	}
}

func lastValues(e *compat.Enum) map[int32]*compat.EnumValue {
	values := make(map[int32]*compat.EnumValue, len(e.Values))
	for i := range e.Values {
		values[e.Values[i].Number] = &e.Values[i]
	}
	return values
}
