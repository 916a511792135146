package payload

import (
	"slices"
	"strings"
)

// unit is what the last word of a field's name says of its numbers.
type unit struct {
	dimension string
	name      string
	suffixes  []string
	vague     []string // suffixes that mean the unit only beside another one of the dimension
}

// units are told apart by name: a change from one to another of its dimension changes what numbers mean.
var units = []unit{
	{"time", "nanoseconds", []string{"ns", "nanos", "nanoseconds"}, nil},
	{"time", "microseconds", []string{"us", "usec", "microseconds"}, []string{"micros"}},
	{"time", "milliseconds", []string{"ms", "msec", "millis", "milliseconds"}, nil},
	{"time", "seconds", []string{"sec", "secs", "seconds"}, []string{"s"}},
	{"time", "minutes", []string{"mins", "minutes"}, []string{"m", "min"}},
	{"time", "hours", []string{"hours"}, []string{"h"}},
	{"time", "days", []string{"days"}, []string{"d"}},
	{"money", "cents", []string{"cents", "pence", "minor"}, nil},
	{"money", "units", []string{"dollars", "euros", "pounds"}, []string{"units", "major"}},
	{"money", "millionths", nil, []string{"micros"}},
	{"size", "bytes", []string{"bytes"}, []string{"b"}},
	{"size", "kilobytes", []string{"kb", "kib", "kilobytes"}, nil},
	{"size", "megabytes", []string{"mb", "mib", "megabytes"}, nil},
	{"size", "gigabytes", []string{"gb", "gib", "gigabytes"}, nil},
	{"length", "millimetres", []string{"mm", "millimeters"}, nil},
	{"length", "centimetres", []string{"cm", "centimeters"}, nil},
	{"length", "metres", []string{"meters"}, []string{"m"}},
	{"length", "kilometres", []string{"km", "kilometers"}, nil},
	{"length", "miles", []string{"miles"}, nil},
	{"length", "feet", []string{"feet"}, []string{"ft"}},
	{"weight", "grams", []string{"grams"}, []string{"g"}},
	{"weight", "kilograms", []string{"kg", "kilograms"}, nil},
	{"weight", "pounds", []string{"lbs"}, []string{"lb"}},
	{"ratio", "percent", []string{"percent", "pct"}, nil},
	{"ratio", "basis points", []string{"bps"}, nil},
	{"ratio", "fraction", nil, []string{"fraction", "ratio"}},
	{"temperature", "celsius", []string{"celsius"}, nil},
	{"temperature", "fahrenheit", []string{"fahrenheit"}, nil},
}

// unitChange returns the units of two names of one number, and whether they differ. Where only one name has a unit the rest of the two must be equal: amount and
// amount_cents, but not total and amount_cents.
func unitChange(old, now string) (from, to string, changed bool) {
	oldStem, oldWord := cutLast(old)
	newStem, newWord := cutLast(now)
	for _, a := range units {
		for _, b := range units {
			if a.dimension == b.dimension && a.name != b.name && a.has(oldWord) && b.has(newWord) && !a.has(newWord) && !b.has(oldWord) {
				return a.name, b.name, true
			}
		}
	}
	for _, u := range units {
		switch {
		case slices.Contains(u.suffixes, oldWord) && oldStem == now:
			return u.name, "", true
		case slices.Contains(u.suffixes, newWord) && newStem == old:
			return "", u.name, true
		}
	}
	return "", "", false
}

func (u unit) has(word string) bool {
	return slices.Contains(u.suffixes, word) || slices.Contains(u.vague, word)
}

// cutLast cuts the last word of a name, e.g., total and cents of total_cents.
func cutLast(name string) (stem, word string) {
	i := strings.LastIndexByte(name, '_')
	if i < 0 {
		return "", name
	}
	return name[:i], name[i+1:]
}
