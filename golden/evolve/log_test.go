package evolve_test

func logPlays() map[string]play {
	return map[string]play{"RETENTION_LOWERED": retentionLowered()}
}

func retentionLowered() play {
	const (
		event = "RetentionLowered"
		topic = "acme.evolve.v1.retention_lowered"
	)
	return play{
		oldConsumer: scene{"loses what it has not read yet", func(w *world) {
			w.old.publishAged(event, first)
			w.old.consume(event, "applied o1 "+first)
			w.old.publishAged(event, second)
			w.deploy(topic)
			w.broker.Clean()
			w.new.publish(event, third)
			w.old.consume(event, "applied o1 "+third)
		}},
		newConsumer: scene{"none", func(w *world) {
			w.old.publish(event, first)
			w.deploy(topic)
			w.broker.Clean()
			w.old.publish(event, second)
			w.new.consume(event, "applied o1 "+first, "applied o1 "+second)
		}},
		replay: scene{"the history is shorter, and what needs it cannot be rebuilt", func(w *world) {
			w.old.publishAged(event, first, second)
			w.old.publish(event, third)
			w.old.consume(event, "applied o1 "+first, "applied o1 "+second, "applied o1 "+third)
			w.deploy(topic)
			w.broker.Clean()
			w.new.consumeAll(event, "applied o1 "+third)
		}},
	}
}
