package evolve_test

func routingPlays() map[string]play {
	return map[string]play{
		"TOPIC_RENAMED":      topicRenamed(),
		"EVENT_TYPE_ADDED":   eventTypeAdded(),
		"EVENT_TYPE_REMOVED": eventTypeRemoved(),
		"HEADER_REMOVED":     headerRemoved(),
	}
}

// Revisions of an order.
const (
	first  = `{"order":"o1","revision":"1"}`
	second = `{"order":"o1","revision":"2"}`
	third  = `{"order":"o1","revision":"3"}`
)

func topicRenamed() play {
	const event = "TopicRenamed"
	return play{
		oldConsumer: scene{"starves without an error", func(w *world) {
			w.old.publish(event, first)
			w.old.consume(event, "applied o1 "+first)
			w.new.publish(event, second)
			w.old.consume(event)
		}},
		newConsumer: scene{"misses what producers still write to the old topic", func(w *world) {
			w.new.publish(event, first)
			w.old.publish(event, second)
			w.new.consume(event, "applied o1 "+first)
		}},
		replay: scene{"the new topic has no history", func(w *world) {
			w.old.publish(event, first, second)
			w.new.consumeAll(event)
		}},
	}
}

func eventTypeAdded() play {
	const (
		event   = "EventTypeAdded"
		sibling = "Placed"
	)
	return play{
		oldConsumer: scene{"meets an event that it does not know, and skips it", func(w *world) {
			w.old.publish(sibling, first)
			w.new.publish(event, second)
			w.new.publish(sibling, third)
			w.old.consume(sibling, "applied o1 "+first, "skipped o1", "applied o1 "+third)
		}},
		newConsumer: scene{"none", func(w *world) {
			w.old.publish(sibling, first)
			w.new.consume(sibling, "applied o1 "+first)
		}},
		replay: scene{"none", func(w *world) {
			w.old.publish(sibling, first, second)
			w.new.consumeAll(sibling, "applied o1 "+first, "applied o1 "+second)
		}},
	}
}

func eventTypeRemoved() play {
	const (
		event   = "EventTypeRemoved"
		sibling = "Shipped"
	)
	return play{
		oldConsumer: scene{"starves for it", func(w *world) {
			w.old.publish(event, first)
			w.old.consume(event, "applied o1 "+first)
			w.new.publish(sibling, second)
			w.old.consume(event, "applied o1 "+second)
		}},
		newConsumer: scene{"meets an event that it does not know, and skips it", func(w *world) {
			w.new.publish(sibling, first)
			w.old.publish(event, second)
			w.new.consume(sibling, "applied o1 "+first, "skipped o1")
		}},
		replay: scene{"old records have no decoder, and are skipped", func(w *world) {
			w.old.publish(event, first, second)
			w.new.consumeAll(sibling, "skipped o1", "skipped o1")
		}},
	}
}

func headerRemoved() play {
	const (
		event = "HeaderRemoved"
		order = `{"order":"o1","revision":"1","customer":"c1"}`
	)
	return play{
		oldConsumer: scene{"misses it", func(w *world) {
			w.new.publish(event, order)
			w.old.consume(event, "applied o1 "+order)
		}},
		newConsumer: scene{"none", func(w *world) {
			w.old.publish(event, order)
			w.new.consume(event, "applied o1 "+order+" customer=c1")
		}},
		replay: scene{"none", func(w *world) {
			w.old.publish(event, order)
			w.new.consumeAll(event, "applied o1 "+order+" customer=c1")
		}},
	}
}
