package contract

import "strings"

// renamesBetween are the declared renames by the names of events and projections, those of messages that are within what was renamed included. Left out are those that
// mean nothing between two sides, as package compat does: of something that old does not have or that now still has, or to a name that old has, too. Such an entry stays
// behind when its change is released. To go by it would compare an event with another one, or with none.
func renamesBetween(old, now *Set, declared map[string]string) map[string]string {
	renames := map[string]string{}
	for was, is := range declared {
		for _, name := range old.names() {
			within, ok := strings.CutPrefix(name, was)
			if _, itself := declared[name]; !ok || within != "" && (within[0] != '.' || itself) {
				continue
			}
			if !now.declares(name) && !old.declares(is+within) {
				renames[name] = is + within
			}
		}
	}
	return renames
}

// names are the full names of the events and projections.
func (s *Set) names() []string {
	var names []string
	for i := range s.Events {
		names = append(names, s.Events[i].Name)
	}
	for i := range s.Projections {
		names = append(names, s.Projections[i].Name)
	}
	return names
}

// declares says whether a full name is that of an event or a projection.
func (s *Set) declares(name string) bool { return s.Event(name) != nil || s.Projection(name) != nil }
