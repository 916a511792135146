package evolve_test

import "slices"

func orderPlays() map[string]play {
	return map[string]play{
		"REVISION_REMOVED":       revisionRemoved(),
		"REVISION_FIELD_CHANGED": revisionFieldChanged(),
		"REVISION_SCOPE":         revisionScope(),
		"EVENT_ID_CHANGED":       eventIDChanged(),
	}
}

const noRevision = "revision 0: a revision must be between 1 and 9223372036854775807"

func revisionRemoved() play {
	const (
		event  = "RevisionRemoved"
		placed = `{"order":"o1","state":"placed","revision":"1"}`
		paid   = `{"order":"o1","state":"paid","revision":"2"}`
	)
	return play{
		oldConsumer: scene{"sets aside events that no longer fill the field, or that repeat a number", func(w *world) {
			w.old.publish(event, placed)
			w.new.publish(event, `{"order":"o1","state":"paid"}`, `{"order":"o1","state":"sent","revision":"1"}`)
			w.old.consume(event, "applied o1 "+placed, "dead o1: "+noRevision, "conflict o1")
		}},
		newConsumer: scene{"loses the guard against late events, and without ids handles the whole log again", func(w *world) {
			w.old.publish(event, placed, paid)
			w.old.consume(event, "applied o1 "+placed, "applied o1 "+paid)
			w.old.publish(event, placed)
			w.new.consume(event, "applied o1 "+placed, "applied o1 "+paid, "applied o1 "+placed)
		}},
		replay: scene{"handles late events, too", func(w *world) {
			w.old.publish(event, paid, placed)
			w.new.consumeAll(event, "applied o1 "+paid, "applied o1 "+placed)
		}},
	}
}

func revisionFieldChanged() play {
	const (
		event = "RevisionFieldChanged"
		both  = `{"order":"o1","state":"placed","revision":"7","version":"1"}`
	)
	return play{
		oldConsumer: scene{"sets events aside until it stops: header and old field differ", func(w *world) {
			w.new.publish(event, both, `{"order":"o1","state":"paid","version":"2"}`)
			w.old.consume(event, "dead o1: header ce_entityrevision says 1, the message says 7", "dead o1: "+noRevision)
			w.new.publish(event, slices.Repeat([]string{both}, 201)...)
			w.old.stops(event, "too many records fail for good")
		}},
		newConsumer: scene{"sets events aside until it stops: header and new field differ", func(w *world) {
			w.old.publish(event, both, `{"order":"o1","state":"paid","revision":"8"}`)
			w.new.consume(event, "dead o1: header ce_entityrevision says 7, the message says 1", "dead o1: "+noRevision)
			w.old.publish(event, slices.Repeat([]string{both}, 201)...)
			w.new.stops(event, "too many records fail for good")
		}},
		replay: scene{"the same", func(w *world) {
			w.old.publish(event, both)
			w.new.consumeAll(event, "dead o1: header ce_entityrevision says 7, the message says 1")
		}},
	}
}

func revisionScope() play {
	const (
		event = "RevisionScope"
		first = `{"order":"o1","state":"placed","revision":"1"}`
		third = `{"order":"o1","state":"sent","revision":"3"}`
	)
	return play{
		oldConsumer: scene{"as a sequence, waits for a number that never comes; else drops what comes late", func(w *world) {
			w.new.publish(event, first, third, `{"order":"o1","state":"paid","revision":"2"}`)
			w.old.consume(event, "applied o1 "+first, "applied o1 "+third, "stale o1")
		}},
		newConsumer: scene{"the same", func(w *world) {
			w.old.publish(event, first, third)
			w.new.consume(event, "applied o1 "+first, "parked o1")
		}},
		replay: scene{"the same", func(w *world) {
			w.old.publish(event, third)
			w.new.consumeAll(event, "parked o1")
		}},
	}
}

func eventIDChanged() play {
	const (
		event = "EventIdChanged"
		paid  = `{"order":"o1","payment":"p1","receipt":"r1"}`
	)
	return play{
		oldConsumer: scene{"handles events twice across the switch", func(w *world) {
			w.old.publish(event, paid, paid)
			w.old.consume(event, "applied o1 "+paid, "duplicate o1")
			w.new.publish(event, paid)
			w.old.consume(event, "applied o1 "+paid)
		}},
		newConsumer: scene{"the same", func(w *world) {
			w.new.publish(event, paid)
			w.new.consume(event, "applied o1 "+paid)
			w.old.publish(event, paid)
			w.new.consume(event, "applied o1 "+paid)
		}},
		replay: scene{"handles again what had no id; records keep the ids that they were written with", func(w *world) {
			w.old.publish(event, paid)
			w.old.consume(event, "applied o1 "+paid)
			w.rewind()
			w.new.consume(event, "duplicate o1")
		}},
	}
}
