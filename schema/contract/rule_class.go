package contract

import (
	"fmt"
	"slices"

	"github.com/evgen-dev/evgen/schema/compat"
)

// classification warns of more care, which is a wish, and stops less, which lets data out.
func classification(x change[Event]) []hit {
	var hits []hit
	for _, is := range x.new.Classes {
		was := class(x.old, is.Field)
		if (was != nil && was.Sensitivity == is.Sensitivity) || isNew(x, is.Field) {
			continue
		}
		h := hit{to: is.Sensitivity, old: x.old.whole, new: is.Place}
		if was != nil {
			h.from, h.old = was.Sensitivity, was.Place
		}
		hits = append(hits, classHit(x, h, is.Field))
	}
	for _, was := range x.old.Classes {
		if class(x.new, was.Field) == nil && !isGone(x, was.Field) {
			hits = append(hits, classHit(x, hit{from: was.Sensitivity, old: was.Place, new: x.new.whole}, was.Field))
		}
	}
	return hits
}

func classHit(x change[Event], h hit, f Field) hit {
	h.about = qualified(x.new, f.Path)
	h.message = fmt.Sprintf("sensitivity of %s is %s, was %s", h.about, orNone(h.to), orNone(h.from))
	if care(h.to) < care(h.from) {
		h.verdict = compat.Always
	}
	return h
}

func care(sensitivity string) int {
	return slices.Index([]string{"", "PERSONAL", "SECRET"}, sensitivity)
}

func class(e *Event, f Field) *Class {
	for i := range e.Classes {
		if c := &e.Classes[i]; c.identity() == f.identity() {
			return c
		}
	}
	return nil
}
