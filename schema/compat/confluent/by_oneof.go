package confluent

import "github.com/evgen-dev/evgen/schema/compat"

// fieldsByOneof is the rule of [Version83]: a field is compared with the one of its number in the oneof of that name, or outside of oneofs on
// both sides. What moves into a oneof is not compared at all.
func fieldsByOneof(v *visit, old, now fields) {
	top := old.of("")
	for _, o := range realOneofs(v.now) {
		v.arrivals(o, old)
		for _, g := range o.Members() {
			delete(top, g.Number)
		}
	}
	for _, name := range oneofNames(v.old, v.now) {
		v.oneof(name, old.of(name), now.of(name))
	}
	v.paired(top, now.of(""))
}

// arrivals looks for fields of a oneof that were in none.
func (v *visit) arrivals(o *compat.Oneof, old fields) {
	var free []string
	members := 0
	for _, g := range o.Members() {
		f := old[g.Number]
		switch {
		case f == nil:
		case f.Oneof() != nil:
			members++
		default:
			free = append(free, g.Name)
		}
	}
	switch {
	case len(free) > 1:
		v.takenIn(MultipleFieldsMovedToOneof, o, free)
	case len(free) == 1 && members > 0:
		v.takenIn(FieldMovedToExistingOneof, o, free)
	}
}

// oneof compares two of one name.
func (v *visit) oneof(name string, old, now fields) {
	was, is := v.old.(*compat.Message).Oneof(name), v.now.(*compat.Message).Oneof(name)
	switch {
	case is == nil:
		v.see(OneofRemoved, change{v.at(name), was, nil, name, ""})
	case was == nil:
		v.see(OneofAdded, change{v.at(name), nil, is, "", name})
	default:
		v.paired(old, now)
	}
}

// paired compares fields by number.
func (v *visit) paired(old, now fields) {
	for _, number := range numbersOf(old, now) {
		f, g := old[number], now[number]
		switch {
		case g == nil:
			v.removed(f)
		case f == nil:
			v.added(g)
		default:
			v.field(v.atField(g), f, g)
		}
	}
}
