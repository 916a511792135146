package evolve_test

func payloadPlays() map[string]play {
	return map[string]play{
		"FIELD_TYPE_CHANGED": fieldTypeChanged(),
		"FIELD_REMOVED":      fieldRemoved(),
		"ENUM_VALUE_ADDED":   enumValueAdded(),
	}
}

func fieldTypeChanged() play {
	const (
		event = "FieldTypeChanged"
		small = `{"account":"a1","revision":"1","cents":7}`
		large = `{"account":"a1","revision":"1","cents":"4294967303"}` // 2^32 + 7
	)
	return play{
		oldConsumer: scene{"none", func(w *world) {
			w.new.publish(event, small)
			w.old.view(event, `a1 {"account":"a1","revision":"1","cents":"7"}`)
		}},
		newConsumer: scene{"reads values as others than were written, or not at all", func(w *world) {
			w.old.publish(event, large)
			w.new.view(event, "a1 "+small)
		}},
		replay: scene{"reads values as others than were written, or not at all", func(w *world) {
			w.old.publish(event, large)
			w.new.consumeAll(event, "applied a1 "+small)
		}},
	}
}

func fieldRemoved() play {
	const (
		event   = "FieldRemoved"
		with    = `{"account":"a1","revision":"1","email":"ann@example.org"}`
		without = `{"account":"a1","revision":"1"}`
	)
	return play{
		oldConsumer: scene{"reads the default instead of the value", func(w *world) {
			w.new.publish(event, without)
			w.old.view(event, "a1 "+without)
		}},
		newConsumer: scene{"never sees the value again", func(w *world) {
			w.old.publish(event, with)
			w.new.view(event, "a1 "+without)
		}},
		replay: scene{"drops the value of old records", func(w *world) {
			w.old.publish(event, with)
			w.new.consumeAll(event, "applied a1 "+without)
		}},
	}
}

func enumValueAdded() play {
	const (
		event = "EnumValueAdded"
		open  = `{"account":"a1","revision":"1","state":"OPEN"}`
	)
	return play{
		oldConsumer: scene{"reads the number, and takes its default branch", func(w *world) {
			w.new.publish(event, `{"account":"a1","revision":"1","state":"CLOSED"}`)
			w.old.view(event, `a1 {"account":"a1","revision":"1","state":2}`)
		}},
		newConsumer: scene{"none", func(w *world) {
			w.old.publish(event, open)
			w.new.view(event, "a1 "+open)
		}},
		replay: scene{"none", func(w *world) {
			w.old.publish(event, open)
			w.new.consumeAll(event, "applied a1 "+open)
		}},
	}
}
