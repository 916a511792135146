package gate

import (
	"fmt"
	"slices"

	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/payload"
)

// JudgeOlder judges a version before the latest by payloads alone: its records are on the log, but what it promised has been given up before. The levels of the
// latest contract count as those of now do. What the latest version has done to it already is not said again, and what is removed is judged from
// the latest alone, which has had its deprecation: what it lacks, others removed.
func JudgeOlder(old, latest, now *State, t Terms) []compat.Finding {
	roots := t.roots(old, now, latest.Contract)
	found := judgePayloads(old, now, t.Renames, roots)
	if latest.Snapshot == nil {
		return named(found, old) // it could not be read
	}
	released := map[string]bool{}
	for _, f := range judgePayloads(old, latest, t.Renames, roots) {
		released[changeFrom(f)] = true
	}
	return named(slices.DeleteFunc(found, func(f compat.Finding) bool { return isRemoval(f) || released[changeFrom(f)] }), old)
}

// changeFrom identifies what has become of a declaration of the old side. It may have got another name since.
func changeFrom(f compat.Finding) string {
	var breaks compat.Breaks
	if f.Effect != nil {
		breaks = f.Effect.Breaks
	}
	return fmt.Sprintf("%s %d %q %q %s %d", f.Rule, breaks, f.From, f.To, f.Old.File, f.Old.Element)
}

// isRemoval says whether a finding is about what is gone, or free to be used again.
func isRemoval(f compat.Finding) bool {
	switch f.Rule {
	case payload.FieldRemoved, payload.RemovedWithoutReserve, payload.ReservationRemoved, payload.EnumValueRemoved, payload.MessageRemoved:
		return true
	case payload.RequiredRemoved, payload.PartialFullFlip:
		return f.To == ""
	}
	return false
}
