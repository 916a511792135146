package contract

import (
	"fmt"
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/schema/compat"
)

// rekey is the way to another key: no order of deployment repairs records of one entity that no longer meet.
var rekey = []string{
	"create a new topic",
	"copy the old topic to it under the new key up to a noted offset, and let producers write to both",
	"move consumers to the new topic at the copied offset",
	"stop writing to the old topic",
	"remove the old topic, or write tombstones to it",
}

func keyRules() []rule[Event] {
	return []rule[Event]{
		{compat.Rule{ID: "KEY_FIELD_CHANGED", Group: identity, Summary: "the key is taken from another field",
			Effect: effect(compat.Identity|compat.State, "sees two entities, and keeps a stale state under the old key",
				"both kinds of keys interleave", "old records have the old keys: two streams for one entity", rekey...)}, keyFieldChanged},
		{compat.Rule{ID: "KEY_FIELD_RENUMBERED", Group: identity, Summary: "the key's field keeps its name and has another number",
			Effect: effect(compat.Backward|compat.Forward, "reads the key, and misses the field in the payload",
				"misses the field in the payload", "the key cannot be taken from old payloads",
				"never: add a new field, keep the old one and its number")}, keyFieldRenumbered},
		{compat.Rule{ID: "KEY_FIELD_RETYPED", Group: identity, Summary: "the key's field has another type, whose bytes as a key differ",
			Effect: effect(compat.Identity, "records of one entity come with other key bytes", "the same", "old records have the old bytes", rekey...)}, keyFieldRetyped},
		{compat.Rule{ID: "KEY_COMPOSITION_CHANGED", Group: identity, Summary: "the key has other parts, or another order of parts",
			Effect: effect(compat.Identity|compat.State, "one entity has two identities", "the same", "the same", rekey...)}, keyComposition},
		{compat.Rule{ID: "KEY_ENCODING_CHANGED", Group: identity, Summary: "the key is written in another encoding",
			Effect: effect(compat.Identity|compat.Backward|compat.Forward, "cannot decode new keys, or takes them for others", "cannot decode old keys, or takes them for others", "both encodings are on the log", rekey...)}, keyEncoding},
		{compat.Rule{ID: "KEY_OPTIONALITY", Group: identity, Summary: "records may come without a key",
			Effect: effect(compat.Identity|compat.Producing, "records without a key are spread over partitions: no order", "none", "none",
				"keep the key on an event that is ordered or compacted",
				"publish what has no key as an event of its own, on a topic of its own")}, keyOptionality},
		{compat.Rule{ID: "PARTITIONER_CHANGED", Group: identity, Summary: "another part of the key chooses the partition",
			Effect: effect(compat.Identity, "order is broken, and compaction keeps both copies, since it works by partition", "the same", "the same",
				"stop producers and let consumers drain the topic, then start with the new partitioning",
				"or create a new topic, if it is compacted")}, partitioner},
	}
}

func sameArity(x change[Event]) bool { return x.old.hasKey() && len(x.old.Key) == len(x.new.Key) }

// reordered says whether the key has the same parts in another order.
func reordered(x change[Event]) bool {
	old, now := keyNumbers(x.old), keyNumbers(x.new)
	if slices.Equal(old, now) {
		return false
	}
	slices.Sort(old)
	slices.Sort(now)
	return slices.Equal(old, now)
}

func keyNumbers(e *Event) []string {
	var numbers []string
	for _, f := range e.Key {
		numbers = append(numbers, f.Numbers)
	}
	return numbers
}

func keyText(e *Event) string {
	var parts []string
	for _, f := range e.Key {
		parts = append(parts, f.Path)
	}
	return strings.Join(parts, "/")
}

// eachPart compares the parts of keys of one arity.
func eachPart(x change[Event], detect func(was, is Field) (from, to string, changed bool)) []hit {
	if !sameArity(x) || reordered(x) {
		return nil
	}
	var hits []hit
	for i, is := range x.new.Key {
		was := x.old.Key[i]
		if from, to, changed := detect(was, is); changed {
			hits = append(hits, hit{
				about: x.new.Name + "." + is.Path, from: from, to: to, old: was.Place, new: is.Place,
				message: fmt.Sprintf("key of %s is %s, was %s", x.new.Name, to, from),
			})
		}
	}
	return hits
}

func keyFieldChanged(x change[Event]) []hit {
	return eachPart(x, func(was, is Field) (string, string, bool) {
		return was.Path, is.Path, was.Path != is.Path && !was.Same(is)
	})
}

func keyFieldRenumbered(x change[Event]) []hit {
	return eachPart(x, func(was, is Field) (string, string, bool) {
		return was.Path + " = " + was.Numbers, is.Path + " = " + is.Numbers, was.Path == is.Path && !was.Same(is)
	})
}

func keyFieldRetyped(x change[Event]) []hit {
	if x.old.KeyEncoding != x.new.KeyEncoding {
		return nil // keyEncoding looks at both
	}
	return eachPart(x, func(was, is Field) (string, string, bool) {
		from := fmt.Sprintf("%s %s as %s", was.Type, was.Path, x.old.KeyEncoding)
		to := fmt.Sprintf("%s %s as %s", is.Type, is.Path, x.new.KeyEncoding)
		return from, to, was.Same(is) && !sameBytes(x.old.KeyEncoding, was.Type, x.new.KeyEncoding, is.Type)
	})
}

func keyComposition(x change[Event]) []hit {
	grown := len(x.new.Key) != len(x.old.Key) && x.new.hasKey()
	if !grown && !reordered(x) {
		return nil
	}
	from, to := keyText(x.old), keyText(x.new)
	return []hit{{from: from, to: to, old: x.old.At("key"), new: x.new.At("key"),
		message: fmt.Sprintf("key of %s is %s, was %s", x.new.Name, orNone(to), orNone(from))}}
}

func keyEncoding(x change[Event]) []hit {
	if !sameArity(x) || x.old.KeyEncoding == x.new.KeyEncoding || sameBytes(x.old.KeyEncoding, x.old.Key[0].Type, x.new.KeyEncoding, x.new.Key[0].Type) {
		return nil
	}
	from, to := x.old.KeyEncoding+" "+x.old.Key[0].Type, x.new.KeyEncoding+" "+x.new.Key[0].Type
	return []hit{{from: from, to: to, old: x.old.At("key_encoding"), new: x.new.At("key_encoding"),
		message: fmt.Sprintf("key encoding of %s is %s, was %s", x.new.Name, to, from)}}
}

// keyOptionality judges a key that is dropped, or whose field became one that can be absent. On a compacted topic the broker
// refuses a record without a key.
func keyOptionality(x change[Event]) []hit {
	h := hit{from: keyText(x.old), to: keyText(x.new), old: x.old.At("key"), new: x.new.At("key")}
	compacted := compactedIn(x.before, x.old.Topic) || compactedIn(x.after, x.new.Topic)
	switch {
	case x.old.hasKey() && !x.new.hasKey():
		h.message = fmt.Sprintf("%s has no key, had %s", x.new.Name, h.from)
	case !x.new.hasKey() && compacted && x.old.Topic == x.new.Topic:
		h.message = fmt.Sprintf("%s has no key, and topic %s is compacted", x.new.Name, x.new.Topic)
	case sameArity(x) && !reordered(x) && len(loosened(x)) > 0:
		parts := strings.Join(loosened(x), ", ")
		h.from, h.to = "always set", "optional "+parts
		h.message = fmt.Sprintf("key %s of %s can be absent, was always set", parts, x.new.Name)
	default:
		return nil
	}
	if compacted {
		h.verdict, h.combined = compat.Always, true
		h.help = fmt.Sprintf("the broker refuses records without a key on compacted topic %s", x.new.Topic)
	}
	return []hit{h}
}

// loosened are the parts of a key that an event can lack now.
func loosened(x change[Event]) []string {
	var parts []string
	for i, f := range x.new.Key {
		if f.Optional && !x.old.Key[i].Optional {
			parts = append(parts, f.Path)
		}
	}
	return parts
}

func compactedIn(s *Set, topic string) bool {
	t := s.Topic(topic)
	return t != nil && t.compacted()
}

func partitioner(x change[Event]) []hit {
	from, to := partitionParts(x.old), partitionParts(x.new)
	if !sameArity(x) || reordered(x) || slices.Equal(from, to) {
		return nil
	}
	was, is := partitionText(x.old), partitionText(x.new)
	return []hit{{from: was, to: is, old: x.old.At("partition_by"), new: x.new.At("partition_by"),
		message: fmt.Sprintf("partition of %s is chosen by %s, was by %s", x.new.Name, is, was)}}
}

// partitionParts are the indexes of the parts of the key that choose the partition; none: all of them in order, whose bytes are
// those of the key.
func partitionParts(e *Event) []int {
	var parts []int
	whole := len(e.PartitionBy) == len(e.Key)
	for i, path := range e.PartitionBy {
		at := slices.IndexFunc(e.Key, func(f Field) bool { return f.Path == path })
		whole = whole && at == i
		parts = append(parts, at)
	}
	if whole {
		return nil
	}
	return parts
}

func partitionText(e *Event) string {
	if partitionParts(e) == nil {
		return "the whole key"
	}
	return strings.Join(e.PartitionBy, "/")
}

// sameBytes says whether every value of a key that could be written before is written as the same bytes now. Encodings are
// compared, not types.
func sameBytes(oldEncoding, oldType, newEncoding, newType string) bool {
	if oldType == newType && oldEncoding == newEncoding {
		return true
	}
	from, to := keyForm(oldEncoding, oldType), keyForm(newEncoding, newType)
	switch {
	case from == "text" && to == "bytes":
		return true
	case from != to:
		return false
	}
	old, isInteger := integers[oldType]
	return !isInteger || old.fits(integers[newType]) && newType != "closed_enum"
}

// keyForm says how the runtime writes a value of a type: decimal, in big endian, and so on.
func keyForm(encoding, typ string) string {
	bits, isInteger := integers[typ]
	switch {
	case typ == "string":
		return "text"
	case isInteger && encoding == "TEXT":
		return "decimal"
	case isInteger:
		return fmt.Sprintf("%d bits", bits.bits)
	case typ == "bytes" && encoding == "TEXT":
		return "base64url"
	}
	return typ
}

// integer is the range of a type.
type integer struct {
	bits   int
	signed bool
}

var integers = map[string]integer{
	"int32": {32, true}, "sint32": {32, true}, "sfixed32": {32, true}, "enum": {32, true}, "closed_enum": {32, true},
	"int64": {64, true}, "sint64": {64, true}, "sfixed64": {64, true},
	"uint32": {32, false}, "fixed32": {32, false}, "uint64": {64, false}, "fixed64": {64, false},
}

// fits says whether all values of n are values of other.
func (n integer) fits(other integer) bool {
	switch {
	case n.signed == other.signed:
		return n.bits <= other.bits
	case n.signed:
		return false
	}
	return n.bits < other.bits
}
