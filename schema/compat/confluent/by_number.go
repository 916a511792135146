package confluent

import (
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/schema/compat"
)

// fieldsByNumber is the rule of [Latest]: each field is followed by its number over the whole message.
func fieldsByNumber(v *visit, old, now fields) {
	for _, o := range realOneofs(v.now) {
		v.exclusions(o, old)
	}
	gone := v.oneofs(old, now)
	for _, number := range numbersOf(old, now) {
		f, g := old[number], now[number]
		switch {
		case f == nil:
			v.added(g)
		case g != nil:
			v.followed(f, g)
		case !slices.Contains(gone, oneofName(f)):
			v.removed(f)
		}
	}
}

// exclusions looks for fields of a oneof that could be set together before: those that were not in one and the same.
func (v *visit) exclusions(o *compat.Oneof, old fields) {
	groups := map[string]bool{}
	var free []string
	for _, g := range o.Members() {
		f := old[g.Number]
		switch {
		case f == nil:
		case f.Oneof() != nil:
			groups[f.Oneof().Name] = true
		default:
			free = append(free, g.Name)
		}
	}
	switch {
	case len(groups)+len(free) < 2:
	case len(free) > 1:
		v.takenIn(MultipleFieldsMovedToOneof, o, free)
	case len(free) == 1:
		v.takenIn(FieldMovedToExistingOneof, o, free)
	default:
		v.takenIn(FieldMovedToExistingOneof, o, membersOf(o))
	}
}

func (v *visit) takenIn(t Type, o *compat.Oneof, names []string) {
	c := change{path: v.at(o.Name), now: o, to: strings.Join(names, ", ")}
	if was := v.old.(*compat.Message).Oneof(o.Name); was != nil {
		c.old, c.from = was, strings.Join(membersOf(was), ", ")
	}
	v.see(t, c)
}

func membersOf(o *compat.Oneof) []string {
	var names []string
	for _, f := range o.Members() {
		names = append(names, f.Name)
	}
	return names
}

// oneofs compares those of both sides by name, and returns those that are gone with all that was in them: nobody misses the fields of these.
func (v *visit) oneofs(old, now fields) (gone []string) {
	for _, name := range oneofNames(v.old, v.now) {
		was, is := v.old.(*compat.Message).Oneof(name), v.now.(*compat.Message).Oneof(name)
		switch {
		case is == nil:
			v.see(OneofRemoved, change{v.at(name), was, nil, name, ""})
			if !survives(old.of(name), now) {
				gone = append(gone, name)
			}
		case was == nil:
			v.see(OneofAdded, change{v.at(name), nil, is, "", name})
		}
	}
	return gone
}

func oneofNames(scopes ...compat.Node) []string {
	var names []string
	for _, n := range scopes {
		for _, o := range realOneofs(n) {
			names = append(names, o.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// survives says whether any of some fields is still there.
func survives(members, now fields) bool {
	for number := range members {
		if now[number] != nil {
			return true
		}
	}
	return false
}

// followed compares a field with itself, wherever it is now.
func (v *visit) followed(old, now *compat.Field) {
	if old.Oneof() != nil && now.Oneof() == nil {
		v.see(OneofFieldMovedToTopLevel, change{v.atField(now), old, now, old.Oneof().Name, ""})
	}
	v.field(v.atField(now), old, now)
}
