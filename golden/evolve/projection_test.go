package evolve_test

func projectionPlays() map[string]play {
	return map[string]play{
		"PROJECTION_KEY_CHANGED":    projectionKeyChanged(),
		"PROJECTION_SOURCE_CHANGED": projectionSourceChanged(),
	}
}

// orders is the event that fills both tables.
const orders = "Order"

func projectionKeyChanged() play {
	const (
		table    = "projection_key_changed"
		oneBox   = `{"order":"o1","revision":"1","lines":[{"sku":"s1","box":"b1"}]}`
		twoBoxes = `{"order":"o1","revision":"2","lines":[{"sku":"s1","box":"b1"},{"sku":"s1","box":"b2"}]}`
	)
	return play{
		oldConsumer: scene{"none", func(w *world) {
			w.old.publish(orders, oneBox)
			w.old.rows(table, "o1 s1 b1 1")
			w.new.publish(orders, twoBoxes)
			w.old.rows(table, "o1 s1 b2 2")
		}},
		newConsumer: scene{"does not start on the old table: its rows have the old key", func(w *world) {
			w.old.publish(orders, oneBox)
			w.old.rows(table, "o1 s1 b1 1")
			w.new.refusesRows(table)
			w.old.rows(table, "o1 s1 b1 1")
		}},
		replay: scene{"none", func(w *world) {
			w.old.publish(orders, oneBox, twoBoxes)
			w.new.rebuild(table, "o1 s1 b1 2", "o1 s1 b2 2")
		}},
	}
}

func projectionSourceChanged() play {
	const (
		table = "projection_source_changed"
		order = `{"order":"o1","revision":"1","state":"paid","note":"urgent"}`
	)
	return play{
		oldConsumer: scene{"none", func(w *world) {
			w.new.publish(orders, order)
			w.old.rows(table, "o1 paid 1")
		}},
		newConsumer: scene{"does not start on the old table: its rows have another meaning", func(w *world) {
			w.old.publish(orders, order)
			w.old.rows(table, "o1 paid 1")
			w.new.refusesRows(table)
		}},
		replay: scene{"none", func(w *world) {
			w.old.publish(orders, order)
			w.new.rebuild(table, "o1 urgent 1")
		}},
	}
}
