package confluent

import "github.com/evgen-dev/evgen/schema/compat"

// visit is what was seen in two scopes, files or messages: of messages either the fields or the types nested in them. Visits are a graph, because fields lead to
// types, which are visited once.
type visit struct {
	*comparison
	old, now compat.Node
	schemas  schemas
	seen     []sight
	refused  bool     // it has an incompatible difference of its own
	breaks   bool     // it has one, or leads to one
	from     []*visit // those that lead to this one
}

// schemas are the two files that a visit began with. A visit to imported types knows none: they are the same for each file.
type schemas struct{ old, now *compat.File }

// declare says whether both files declare one of two messages, so that their visit leads there anyway.
func (s schemas) declare(old, now *compat.Message) bool {
	return old.File() == s.old && now.File() == s.now
}

// sight is a difference, or a visit to what is there, or both: a difference only if the visit leads to an incompatible one.
type sight struct {
	difference Difference
	inner      *visit
}

func (s sight) isDifference() bool { return s.difference.Type != "" }

// visit begins one within v.
func (v *visit) visit(old, now compat.Node) *visit {
	inner := &visit{comparison: v.comparison, old: old, now: now, schemas: v.schemas}
	v.fresh = append(v.fresh, inner)
	return inner
}

// see adds a difference, but not the same one again: keys and values of a map may change in one way.
func (v *visit) see(t Type, c change) {
	d := difference(t, c, v.old, v.now)
	if n := len(v.seen); n > 0 && v.seen[n-1].difference.Type == t && v.seen[n-1].difference.Path == c.path {
		return
	}
	v.seen = append(v.seen, sight{difference: d})
	v.refused = v.refused || !d.Compatible
}

// include adds what is seen in another visit.
func (v *visit) include(inner *visit) { v.depend(inner, Difference{}) }

// depend adds what is seen in another visit, and a difference if that is incompatible.
func (v *visit) depend(inner *visit, d Difference) {
	v.seen = append(v.seen, sight{d, inner})
	v.breaks = v.breaks || inner.breaks
	inner.from = append(inner.from, v)
}

// spread tells fresh visits that they lead to an incompatible difference. The others lead to none of these.
func (c *comparison) spread() {
	var open []*visit
	for _, v := range c.fresh {
		if v.refused || v.breaks {
			v.breaks = true
			open = append(open, v)
		}
	}
	c.fresh = nil
	for len(open) > 0 {
		last := open[len(open)-1]
		open = open[:len(open)-1]
		for _, v := range last.from {
			if !v.breaks {
				v.breaks = true
				open = append(open, v)
			}
		}
	}
}

// breaksWithout says whether a visit leads to an incompatible difference by a way that does not pass the fields that another one is about: a registry that comes back to
// a type while it compares the fields of it looks at its nested types alone.
func (v *visit) breaksWithout(outer *visit, passed map[*visit]bool) bool {
	if !v.breaks || passed[v] {
		return false
	}
	passed[v] = true
	if v.refused && v != outer {
		return true
	}
	for _, s := range v.seen {
		if s.inner != nil && (v != outer || !s.isDifference()) && s.inner.breaksWithout(outer, passed) {
			return true
		}
	}
	return false
}

// telling lists the differences of visits, each visit once.
type telling struct {
	told  map[*visit]bool
	skips func(*visit) bool
	found []Difference
}

// tell appends the differences of a visit, and of those that it leads to.
func (t *telling) tell(v *visit) {
	if t.told[v] || t.skips(v) {
		return
	}
	t.told[v] = true
	for _, s := range v.seen {
		if s.inner != nil {
			t.tell(s.inner)
		}
		if s.isDifference() && (s.inner == nil || s.inner.breaksWithout(v, map[*visit]bool{})) {
			t.found = append(t.found, s.difference)
		}
	}
}
