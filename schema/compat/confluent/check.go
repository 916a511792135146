package confluent

import (
	"slices"

	"github.com/evgen-dev/evgen/schema/compat"
)

// Check returns why a registry refuses now beside old: the incompatible differences from old to now if directions have [compat.Backward], then those from now to old
// if they have [compat.Forward]. [compat.Level.Directions] are those of a level. A transitive level means the same for each old version, the newest first, until
// one has a reason.
func (v Version) Check(directions compat.Breaks, old, now Schema) []Difference {
	return v.Checker(old.Types, now.Types).Check(directions, old.File, now.File)
}

// Checker is [Version.Check] for many files of two sides. It compares what they import once, so that the time for all is linear in the size of both
// sides. It is not safe for concurrent use.
type Checker struct{ forth, back *comparison }

// Checker returns one for the files of two snapshots.
func (v Version) Checker(old, now *compat.Snapshot) *Checker {
	return &Checker{newComparison(v, old, now), newComparison(v, now, old)}
}

// Check is [Version.Check] of a file of each side.
func (c *Checker) Check(directions compat.Breaks, old, now *compat.File) []Difference {
	var found []Difference
	if directions&compat.Backward != 0 {
		found = c.forth.refused(old, now)
	}
	if directions&compat.Forward != 0 {
		for _, d := range c.back.refused(now, old) {
			found = append(found, d.reversed())
		}
	}
	return found
}

func (c *comparison) refused(old, now *compat.File) []Difference {
	broken := telling{told: map[*visit]bool{}, skips: func(v *visit) bool { return !v.breaks }}
	broken.tell(c.files(old, now))
	return slices.DeleteFunc(broken.found, func(d Difference) bool { return d.Compatible })
}
