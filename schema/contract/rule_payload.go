package contract

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evgen-dev/evgen/schema/compat"
)

func payloadRules() []rule[Event] {
	return []rule[Event]{
		{compat.Rule{ID: "VALIDATION_TIGHTENED", Group: payload, Summary: "validation refuses what it took",
			Effect: effect(compat.Backward|compat.Producing, "none", "refuses what old producers send", "refuses old records",
				"let producers comply", "validate when writing only, until no old record is left")}, validationTightened},
		{compat.Rule{ID: "VALIDATION_LOOSENED", Group: payload, Summary: "validation takes what it refused",
			Effect: effect(compat.Forward, "refuses what new producers send", "none", "none",
				"deploy consumers", "deploy producers")}, validationLoosened},
		{compat.Rule{ID: "CLASSIFICATION_CHANGED", Group: payload, Severity: compat.Remark, Summary: "tools are to treat a field with more care, or with less",
			Effect: effect(0, "keeps or shows the field as before", "none", "old records are treated as the new contract says",
				"change what stores or shows the field", "deploy producers")}, classification},
	}
}

func validationTightened(x change[Event]) []hit {
	return validationChanges(x, func(s strictness) bool { return s.tighter })
}

func validationLoosened(x change[Event]) []hit {
	return validationChanges(x, func(s strictness) bool { return s.looser })
}

func validationChanges(x change[Event], wanted func(strictness) bool) []hit {
	var hits []hit
	for _, is := range x.new.Constraints {
		was := is.in(x.old.Constraints)
		if was == nil && (arrived(x, is.owner(), nil) || isNew(x, is.Field) && !is.refusesAbsence()) {
			continue // old records have no value that could be refused
		}
		if wanted(strictnessOf(is.Rule, valuesOf(was), is.Values)) {
			hits = append(hits, constraintHit(x, was, &is))
		}
	}
	for _, was := range x.old.Constraints {
		if is := was.in(x.new.Constraints); is == nil && !isGone(x, was.Field) && wanted(strictnessOf(was.Rule, was.Values, nil)) {
			hits = append(hits, constraintHit(x, &was, nil))
		}
	}
	return hits
}

// in finds the same rule of the same field in a list.
func (c Constraint) in(list []Constraint) *Constraint {
	for i := range list {
		other := &list[i]
		if other.identity() == c.identity() && other.Rule == c.Rule {
			return other
		}
	}
	return nil
}

func valuesOf(c *Constraint) []string {
	if c == nil {
		return nil
	}
	return c.Values
}

// isNew says whether a field is in no old payload, isGone whether it is in no new one.
func isNew(x change[Event], f Field) bool  { return lacks(x.old, f) }
func isGone(x change[Event], f Field) bool { return lacks(x.new, f) }

func lacks(e *Event, f Field) bool {
	if f.Numbers == "0" {
		return false
	}
	m := e.message(f.owner())
	return m == nil || !slices.Contains(m.Numbers, int32(number(f.Numbers)))
}

// message returns a message of the payload, or nil.
func (e *Event) message(name string) *Message {
	if i := slices.IndexFunc(e.Messages, func(m Message) bool { return m.Name == name }); i >= 0 {
		return &e.Messages[i]
	}
	return nil
}

// arrived says whether only new fields lead to a message, so that no old record has one. Where an old field does, the message has taken the place of another. By are
// those that ask already: who is reached from nowhere else is new with them.
func arrived(x change[Event], name string, by []string) bool {
	holders := x.new.holders[name]
	if x.old.message(name) != nil || len(holders) == 0 {
		return false
	}
	return !slices.ContainsFunc(holders, func(f Field) bool {
		switch owner := f.owner(); {
		case x.old.message(owner) != nil:
			return !lacks(x.old, f)
		case slices.Contains(by, owner) || owner == name:
			return false
		default:
			return !arrived(x, owner, append(by, name))
		}
	})
}

func constraintHit(x change[Event], was, is *Constraint) hit {
	h := hit{from: constraintText(was), to: constraintText(is), old: x.old.whole, new: x.new.whole}
	if was != nil {
		h.about, h.old = qualified(x.new, was.Path), was.Place
	}
	if is != nil {
		h.about, h.new = qualified(x.new, is.Path), is.Place
	}
	h.message = fmt.Sprintf("%s of %s is %s, was %s", cmp.Or(is, was).Rule, h.about, orNone(valuesText(is)), orNone(valuesText(was)))
	return h
}

// qualified is the full name of what a constraint is on.
func qualified(e *Event, path string) string {
	path, _ = strings.CutSuffix(path, "*")
	path = strings.TrimSuffix(path, ".")
	switch {
	case path == "":
		return e.Name
	case strings.Contains(path, "."):
		return path
	}
	return e.Name + "." + path
}

func constraintText(c *Constraint) string {
	if c == nil {
		return ""
	}
	return c.Rule + " " + valuesText(c)
}

func valuesText(c *Constraint) string {
	if c == nil {
		return ""
	}
	return strings.Join(c.Values, ", ")
}

// strictness says how a rule changed; a value that only differs refuses some old values, and takes some new ones.
type strictness struct{ tighter, looser bool }

// direction says which way a rule is tighter.
type direction uint8

const (
	differs direction = iota // any other value
	up                       // a greater value
	down                     // a smaller value
	fewer                    // fewer values
	more                     // more values
	off                      // a value at all makes it looser
)

// directions are those of the rules by their last name; the others are differs, where their absence is loosest.
var directions = map[string]direction{
	"min_len": up, "min_bytes": up, "min_items": up, "min_pairs": up, "gt": up, "gte": up,
	"max_len": down, "max_bytes": down, "max_items": down, "max_pairs": down, "lt": down, "lte": down, "within": down,
	"in": fewer, "not_in": more, "cel_expression": more,
	"ignore": off, "disabled": off,
}

// strictnessOf compares the values of a rule; none: it is not set.
func strictnessOf(rule string, old, now []string) strictness {
	_, last, _ := cutLast(rule, ".")
	d := directions[last]
	switch {
	case slices.Equal(old, now):
		return strictness{}
	case d == off:
		return strictness{tighter: len(now) == 0 || now[0] == "false", looser: len(now) > 0 && now[0] != "false"}
	case old == nil || now == nil:
		set := old == nil
		if values := slices.Concat(old, now); len(values) == 1 && values[0] == "false" {
			return strictness{} // said what holds anyway
		}
		return strictness{tighter: set, looser: !set}
	}
	return strictnessOfValues(d, old, now)
}

func strictnessOfValues(d direction, old, now []string) strictness {
	switch d {
	case up:
		order := compareQuantities(old[0], now[0])
		return strictness{tighter: order < 0, looser: order > 0}
	case down:
		order := compareQuantities(old[0], now[0])
		return strictness{tighter: order > 0, looser: order < 0}
	case fewer:
		return strictness{tighter: !containsAll(now, old), looser: !containsAll(old, now)}
	case more:
		return strictness{tighter: !containsAll(old, now), looser: !containsAll(now, old)}
	}
	if old[0] == "true" && now[0] == "false" {
		return strictness{looser: true}
	}
	return strictness{tighter: true, looser: old[0] != "false"}
}

func containsAll(all, some []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(all, s) })
}

// compareQuantities compares whole numbers, numbers, durations or times.
func compareQuantities(a, b string) int {
	if x, y, ok := both(a, b, func(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) }); ok {
		return cmp.Compare(x, y)
	}
	if x, y, ok := both(a, b, func(s string) (uint64, error) { return strconv.ParseUint(s, 10, 64) }); ok {
		return cmp.Compare(x, y)
	}
	if x, y, ok := both(a, b, func(s string) (float64, error) { return strconv.ParseFloat(s, 64) }); ok {
		return cmp.Compare(x, y)
	}
	if x, y, ok := both(a, b, time.ParseDuration); ok {
		return cmp.Compare(x, y)
	}
	if x, y, ok := both(a, b, func(s string) (time.Time, error) { return time.Parse(time.RFC3339Nano, s) }); ok {
		return x.Compare(y)
	}
	return strings.Compare(a, b)
}

func both[T any](a, b string, parse func(string) (T, error)) (x, y T, ok bool) {
	x, errX := parse(a)
	y, errY := parse(b)
	return x, y, errX == nil && errY == nil
}

// refusesAbsence says whether an event without the field breaks the rule. Fields without presence are checked with their zero value.
func (c Constraint) refusesAbsence() bool {
	_, last, _ := cutLast(c.Rule, ".")
	switch {
	case c.Rule == "required":
		return c.Values[0] == "true"
	case c.Numbers == "0":
		return true
	case c.Optional || strings.Contains(c.Rule, ".items.") || strings.Contains(c.Rule, ".keys.") || strings.Contains(c.Rule, ".values."):
		return false
	}
	return refusesZero(last, c.Type, c.Values)
}

func refusesZero(rule, typ string, values []string) bool {
	zero := map[string]string{"string": "", "bytes": "", "bool": "false"}
	none, ok := zero[typ]
	if !ok {
		none = "0"
	}
	switch rule {
	case "max_len", "max_bytes", "max_items", "max_pairs", "unique", "defined_only", "finite", "strict", "ignore", "disabled", "not_contains":
		return false
	case "min_len", "min_bytes", "min_items", "min_pairs", "len", "len_bytes":
		return values[0] != "0"
	case "gt":
		return compareQuantities(values[0], none) >= 0
	case "gte":
		return compareQuantities(values[0], none) > 0
	case "lt":
		return compareQuantities(values[0], none) <= 0
	case "lte":
		return compareQuantities(values[0], none) < 0
	case "not_in":
		return slices.Contains(values, none)
	}
	return !slices.Contains(values, none) && values[0] != "false" // const, in, formats; of others nobody knows
}
