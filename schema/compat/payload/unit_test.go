package payload

import "testing"

func TestUnitsAreToldApartByTheLastWord(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		old, now, from, to string
		changed            bool
	}{
		{"timeout_ms", "timeout_seconds", "milliseconds", "seconds", true},
		{"timeout_ms", "wait_s", "milliseconds", "seconds", true},
		{"total_cents", "total", "cents", "", true},
		{"total", "total_cents", "", "cents", true},
		{"price_micros", "price_units", "millionths", "units", true},
		{"delay_micros", "delay_ms", "microseconds", "milliseconds", true},
		{"timeout_ms", "timeout_millis", "", "", false},
		{"total", "amount_cents", "", "", false}, // another name, and perhaps the same number
		{"delay_s", "delay", "", "", false},      // a letter may mean anything
		{"seconds", "minutes", "seconds", "minutes", true},
		{"note", "remark", "", "", false},
	} {
		from, to, changed := unitChange(c.old, c.now)
		if from != c.from || to != c.to || changed != c.changed {
			t.Errorf("%s to %s: %q to %q, %t", c.old, c.now, from, to, changed)
		}
	}
}
