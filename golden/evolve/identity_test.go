package evolve_test

func identityPlays() map[string]play {
	return map[string]play{
		"KEY_FIELD_CHANGED":       keyFieldChanged(),
		"KEY_ENCODING_CHANGED":    keyEncodingChanged(),
		"PARTITIONER_CHANGED":     partitionerChanged(),
		"PARTITION_COUNT_CHANGED": partitionCountChanged(),
	}
}

func keyFieldChanged() play {
	const (
		event = "KeyFieldChanged"
		free  = `{"account":"a1","email":"ann@example.org","plan":"free","revision":"1"}`
		pro   = `{"account":"a1","email":"ann@example.org","plan":"pro","revision":"2"}`
	)
	return play{
		oldConsumer: scene{"sees two entities, and keeps a stale state under the old key", func(w *world) {
			w.old.publish(event, free)
			w.new.publish(event, pro)
			w.old.view(event, "a1 "+free, "ann@example.org "+pro)
		}},
		newConsumer: scene{"both kinds of keys interleave", func(w *world) {
			w.new.publish(event, free)
			w.old.publish(event, pro)
			w.new.view(event, "a1 "+pro, "ann@example.org "+free)
		}},
		replay: scene{"old records have the old keys: two streams for one entity", func(w *world) {
			w.old.publish(event, free)
			w.new.publish(event, pro)
			w.new.consumeAll(event, "applied a1 "+free, "applied ann@example.org "+pro)
		}},
	}
}

func keyEncodingChanged() play {
	const (
		event = "KeyEncodingChanged"
		short = `{"meter":"42","revision":"1"}`
		// Each of these has the key of the other, in the other encoding.
		digits = `{"meter":"12345678","revision":"1"}`
		bytes  = `{"meter":"3544952156018063160","revision":"1"}`
	)
	return play{
		oldConsumer: scene{"cannot decode new keys, or takes them for others", func(w *world) {
			w.new.publish(event, short, bytes)
			key := `\x00\x00\x00\x00\x00\x00\x00*`
			w.old.consume(event, `dead `+key+`: key "`+key+`": strconv.ParseInt: parsing "`+key+`": invalid syntax`, "applied 12345678 "+bytes)
		}},
		newConsumer: scene{"cannot decode old keys, or takes them for others", func(w *world) {
			w.old.publish(event, short, digits)
			w.new.consume(event, `dead 42: key "42": has 2 bytes instead of 8`, "applied 3544952156018063160 "+digits)
		}},
		replay: scene{"both encodings are on the log", func(w *world) {
			w.old.publish(event, short)
			w.new.publish(event, short)
			w.new.consumeAll(event, `dead 42: key "42": has 2 bytes instead of 8`, "applied 42 "+short)
		}},
	}
}

func partitionerChanged() play {
	const (
		event   = "PartitionerChanged"
		planned = `{"tenant":"t1","site":"s1","state":"planned"}`
		open    = `{"tenant":"t1","site":"s1","state":"open"}`
		closed  = `{"tenant":"t1","site":"s1","state":"closed"}`
		// Its partition is that of the others, on either side.
		other = `{"tenant":"t1","site":"s5","state":"open"}`
	)
	return play{
		oldConsumer: scene{"order is broken, and compaction keeps both copies, since it works by partition", func(w *world) {
			w.old.publish(event, planned, open, other)
			w.new.publish(event, closed, other)
			w.broker.Clean()
			w.old.log(event, "0@1 t1/s1 "+open, "0@2 t1/s5 "+other, "1@0 t1/s1 "+closed, "1@1 t1/s5 "+other)
		}},
		newConsumer: scene{"the same", func(w *world) {
			w.new.publish(event, planned, open, other)
			w.old.publish(event, closed, other)
			w.broker.Clean()
			w.new.log(event, "0@0 t1/s1 "+closed, "0@1 t1/s5 "+other, "1@1 t1/s1 "+open, "1@2 t1/s5 "+other)
		}},
		replay: scene{"the same", func(w *world) {
			w.old.publish(event, open)
			w.new.publish(event, closed)
			w.old.publish(event, planned)
			w.new.consumeAll(event, "applied {t1 s1} "+open, "applied {t1 s1} "+planned, "applied {t1 s1} "+closed)
		}},
	}
}

func partitionCountChanged() play {
	const (
		event   = "PartitionCountChanged"
		topic   = "acme.evolve.v1.partition_count_changed"
		table   = "partition_count_changed"
		planned = `{"site":"s1","state":"planned"}`
		open    = `{"site":"s1","state":"open"}`
		closed  = `{"site":"s1","state":"closed"}`
	)
	return play{
		oldConsumer: scene{"keys move: later events of a key are in another partition, and the old state stays in the old one", func(w *world) {
			w.old.publish(event, planned, open)
			w.old.rows(table, "s1 open 0")
			w.deploy(topic)
			w.new.publish(event, closed)
			w.old.rows(table, "s1 open 0")
			w.old.log(event, "0@0 s1 "+planned, "0@1 s1 "+open, "1@0 s1 "+closed)
		}},
		newConsumer: scene{"the same", func(w *world) {
			w.old.publish(event, planned, open)
			w.deploy(topic)
			w.new.rows(table, "s1 open 0")
			w.old.publish(event, closed)
			w.new.rows(table, "s1 open 0")
		}},
		replay: scene{"events of a key are out of order between partitions", func(w *world) {
			w.old.publish(event, planned, open)
			w.deploy(topic)
			w.new.publish(event, closed)
			w.new.rebuild(table, "s1 open 0")
		}},
	}
}
