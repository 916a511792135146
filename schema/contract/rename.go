package contract

// renamesBetween leaves out of the declared renames those that mean nothing between two sides, as package compat does: of something that old does not have or that now
// still has, or to a name that old has, too. Such an entry stays behind when its change is released. To go by it would compare an event with another one, or with none.
func renamesBetween(old, now *Set, declared map[string]string) map[string]string {
	renames := map[string]string{}
	for was, is := range declared {
		if old.declares(was) && !now.declares(was) && !old.declares(is) {
			renames[was] = is
		}
	}
	return renames
}

// declares says whether a full name is that of an event or a projection.
func (s *Set) declares(name string) bool { return s.Event(name) != nil || s.Projection(name) != nil }
