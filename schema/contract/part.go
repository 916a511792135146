package contract

import (
	"slices"

	"github.com/evgen-dev/evgen/schema/compat"
)

// OfFile returns the part of s that one proto file declares: what is registered with the file's schema.
func (s *Set) OfFile(path string) *Set {
	return &Set{
		Topics:      those(s.Topics, func(t Topic) bool { return t.File == path }),
		Events:      those(s.Events, func(e Event) bool { return e.File == path }),
		Projections: those(s.Projections, func(p Projection) bool { return p.File == path }),
	}
}

func those[T any](all []T, keep func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(all), func(v T) bool { return !keep(v) })
}

// Level returns the compatibility that the event asks for; UNCHECKED is NONE, as registries call it.
func (e *Event) Level() compat.Level {
	if l, err := compat.ParseLevel(e.Compatibility); err == nil {
		return l
	}
	return compat.LevelNone
}
