package contract

import (
	"fmt"

	"github.com/evgen-dev/evgen/schema/compat"
)

// secondField is the way to another revision: both are filled until nobody reads the old one.
var secondField = []string{
	"add the new revision as a second field, and let producers fill both",
	"switch consumers to it, and reset what they have stored of revisions",
	"stop filling the old field, and reserve it",
}

func orderRules() []rule[Event] {
	return []rule[Event]{
		{compat.Rule{ID: "REVISION_FIELD_CHANGED", Group: order, Summary: "another field holds the revision",
			Effect: effect(compat.Forward|compat.Backward|compat.State, "sets events aside until it stops: header and old field differ",
				"sets events aside until it stops: header and new field differ", "the same", secondField...)}, revisionField},
		{compat.Rule{ID: "REVISION_REMOVED", Group: order, Summary: "there is no revision any more",
			Effect: effect(compat.Forward|compat.State, "sets aside events that no longer fill the field, or that repeat a number",
				"loses the guard against late events, and without ids handles the whole log again", "handles late events, too",
				"let consumers stop using the revision", "let producers stop filling it", "reserve the field")}, revisionRemoved},
		{compat.Rule{ID: "REVISION_RETYPED", Group: order, Summary: "the revision is of another type",
			Effect: effect(compat.Forward|compat.State, "sets aside events whose number it cuts off", "none", "old and new numbers may not compare", secondField...)}, revisionRetyped},
		{compat.Rule{ID: "REVISION_SCOPE", Group: order, Summary: "the revision counts in another way, with or without gaps",
			Effect: effect(compat.Forward|compat.Backward|compat.State, "as a sequence, waits for a number that never comes; else drops what comes late", "the same", "the same", secondField...)}, revisionScope},
		{compat.Rule{ID: "EVENT_ID_CHANGED", Group: order, Summary: "the id that tells duplicates comes from elsewhere",
			Effect: effect(compat.State, "handles events twice across the switch", "the same", "handles again what had no id; records keep the ids that they were written with",
				"carry both ids for as long as consumers remember ids", "switch consumers to the new one", "drop the old one")}, eventID},
	}
}

func revisionText(r *Revision) string {
	if r == nil {
		return ""
	}
	return r.Path
}

func revisionField(x change[Event]) []hit {
	was, is := x.old.Revision, x.new.Revision
	if is == nil || was != nil && was.Same(is.Field) {
		return nil
	}
	h := hit{from: revisionText(was), to: revisionText(is), old: x.old.At("revision"), new: is.Place}
	h.message = fmt.Sprintf("revision of %s is %s, was %s", x.new.Name, h.to, orNone(h.from))
	switch {
	case was == nil:
		h.breaks = compat.Backward | compat.State // old consumers know no revision
		h.help = "records on the log that do not fill the field are set aside"
	case was.Path == is.Path:
		h.from, h.to = was.Path+" = "+was.Numbers, is.Path+" = "+is.Numbers
		h.message = fmt.Sprintf("revision of %s is %s, was %s", x.new.Name, h.to, h.from)
	}
	return []hit{h}
}

func revisionRemoved(x change[Event]) []hit {
	if x.old.Revision == nil || x.new.Revision != nil {
		return nil
	}
	return []hit{{from: x.old.Revision.Path, old: x.old.Revision.Place, new: x.new.At("revision"),
		message: fmt.Sprintf("%s has no revision, was %s", x.new.Name, x.old.Revision.Path)}}
}

func revisionRetyped(x change[Event]) []hit {
	return revisionDiffers(x, func(r *Revision) string {
		if r.Kind == "TIMESTAMP" {
			return r.Type + " as time"
		}
		return r.Type
	})
}

func revisionScope(x change[Event]) []hit {
	return revisionDiffers(x, func(r *Revision) string {
		if r.Kind == "TIMESTAMP" {
			return "MONOTONIC" // whether it is a time is a question of its type
		}
		return r.Kind
	})
}

// revisionDiffers compares one aspect of revisions that are the same field.
func revisionDiffers(x change[Event], aspect func(*Revision) string) []hit {
	was, is := x.old.Revision, x.new.Revision
	if was == nil || is == nil || !was.Same(is.Field) || aspect(was) == aspect(is) {
		return nil
	}
	return []hit{{about: x.new.Name + "." + is.Path, from: aspect(was), to: aspect(is), old: was.Place, new: is.Place,
		message: fmt.Sprintf("revision of %s is %s, was %s", x.new.Name, aspect(is), aspect(was))}}
}

func eventID(x change[Event]) []hit {
	from, to := idText(x.old.EventID), idText(x.new.EventID)
	if same := x.old.EventID != nil && x.new.EventID != nil && x.old.EventID.Same(*x.new.EventID) && x.old.EventID.Type == x.new.EventID.Type; same || from == to {
		return nil
	}
	h := hit{from: from, to: to, old: x.old.At("event_id"), new: x.new.At("event_id"),
		message: fmt.Sprintf("id of %s is %s, was %s", x.new.Name, to, from)}
	if x.new.EventID == nil && x.new.Revision == nil {
		h.help = "without an id its consumers go by their position in the log, which their databases do not have: they handle all of it again"
	}
	return []hit{h}
}

func idText(f *Field) string {
	if f == nil {
		return "header ce_id"
	}
	return fmt.Sprintf("%s %s = %s", f.Type, f.Path, f.Numbers)
}
