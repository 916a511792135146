package payload

import (
	"math"
	"slices"
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/compat"
)

// Outcome is what a reader of one side makes of the bytes of a writer of the other.
type Outcome uint8

// The outcomes, from best to worst.
const (
	Fine    Outcome = iota
	Loss            // it parses, but a value that the reader knows of is dropped, replaced by a default, cut or read as another
	Failure         // it does not parse, or lacks what is required
)

// String returns ok, loss or error.
func (o Outcome) String() string { return [...]string{Fine: "ok", Loss: "loss", Failure: "error"}[o] }

// both are the outcomes of a change in both directions.
type both struct {
	backward Outcome // a new reader of old bytes
	forward  Outcome // an old reader of new bytes
}

// breaks returns what is broken.
func (b both) breaks() compat.Breaks {
	var breaks compat.Breaks
	if b.backward != Fine {
		breaks |= compat.Backward
	}
	if b.forward != Fine {
		breaks |= compat.Forward
	}
	return breaks
}

func (b both) worse(c both) both {
	return both{max(b.backward, c.backward), max(b.forward, c.forward)}
}

// side is a field with the snapshot that its types are in.
type side struct {
	*compat.Field
	in *compat.Snapshot
}

// inBoth asks a table for both directions.
func inBoth(old, now side, table func(writer, reader side) Outcome) both {
	return both{backward: table(old, now), forward: table(now, old)}
}

// cardinalities is the table of [writer][reader], for values that are alike otherwise. Presence is judged apart: to an old reader without it, nothing is lost.
var cardinalities = [...][5]Outcome{
	compat.Implicit: {compat.Required: Failure}, // zero is not written; as a list, it is empty
	compat.Explicit: {compat.Required: Failure},
	compat.Required: {},
	compat.Repeated: {Loss, Loss, Failure, Fine, Loss}, // the last one is read; the last entry with a key, too
	compat.Map:      {Loss, Loss, Failure, Fine, Fine}, // to others, a list of entries
}

func cardinalityTable(writer, reader side) Outcome {
	if !writer.Cardinality.List() && reader.Cardinality == compat.Map && reader.in.Message(reader.TypeName).FieldNamed("value").Composite() {
		return Loss // a value that is absent is read as an empty message
	}
	return cardinalities[writer.written()][reader.read()]
}

// written is the cardinality to a writer: keys and values of maps are written always.
func (s side) written() compat.Cardinality {
	if s.inEntry() {
		return compat.Required
	}
	return s.Cardinality
}

// read is the cardinality to a reader: keys and values of maps are zero if they are absent.
func (s side) read() compat.Cardinality {
	if s.inEntry() {
		return compat.Implicit
	}
	return s.Cardinality
}

func (s side) inEntry() bool {
	m, ok := s.In.(*compat.Message)
	return ok && m.MapEntry
}

// typeTable says what becomes of a value of one kind that is read as another. What is not in a table is of another wire type, or means something else: it is lost.
func typeTable(writer, reader side) Outcome {
	from, to := writer.Kind, reader.Kind
	if from == to && !writer.Composite() && from != protoreflect.EnumKind {
		return Fine
	}
	w, varint := varintRange(writer)
	if r, ok := varintRange(reader); ok && varint {
		return fitting(w, r)
	}
	if lengthDelimited(writer) && packable(reader) && reader.Cardinality == compat.Repeated {
		return Failure // taken for a packed list
	}
	if packable(writer) && writer.Cardinality == compat.Repeated && lengthDelimited(reader) {
		return max(Loss, lengths[protoreflect.BytesKind][to]) // a packed list is taken for the value
	}
	if o, ok := lengths[from][to]; ok {
		return loosened(o, reader)
	}
	if from == protoreflect.Sint32Kind && to == protoreflect.Sint64Kind {
		return Fine
	}
	return Loss
}

// lengths is the table of kinds that are written as a length and so many bytes.
var lengths = map[protoreflect.Kind]map[protoreflect.Kind]Outcome{
	protoreflect.StringKind:  {protoreflect.BytesKind: Fine, protoreflect.MessageKind: Failure},
	protoreflect.BytesKind:   {protoreflect.StringKind: Failure, protoreflect.MessageKind: Failure},
	protoreflect.MessageKind: {protoreflect.BytesKind: Fine, protoreflect.StringKind: Failure},
}

// loosened is the outcome for a string that is not checked to be UTF-8: it is read, but not every language can hold it.
func loosened(o Outcome, reader side) Outcome {
	if o == Failure && reader.Kind == protoreflect.StringKind && !reader.UTF8 {
		return Loss
	}
	return o
}

func lengthDelimited(s side) bool { return lengths[s.Kind] != nil }

func packable(s side) bool { return !lengthDelimited(s) && s.Kind != protoreflect.GroupKind }

// integers are the values that a kind of varint can have.
type integers struct {
	low     int64
	high    uint64
	members []int32 // all there are, sorted; nil: all between low and high
}

var varints = map[protoreflect.Kind]integers{
	protoreflect.BoolKind:   {0, 1, []int32{0, 1}},
	protoreflect.Int32Kind:  {math.MinInt32, math.MaxInt32, nil},
	protoreflect.Int64Kind:  {math.MinInt64, math.MaxInt64, nil},
	protoreflect.Uint32Kind: {0, math.MaxUint32, nil},
	protoreflect.Uint64Kind: {0, math.MaxUint64, nil},
	protoreflect.EnumKind:   {math.MinInt32, math.MaxInt32, nil}, // an open one
}

func varintRange(s side) (i integers, ok bool) {
	if s.Kind == protoreflect.EnumKind {
		switch e := s.in.Enum(s.TypeName); {
		case e == nil: // declared in a file that is not there: nobody knows whether it is open
			return integers{}, false
		case e.Closed:
			return closed(e), true
		}
	}
	i, ok = varints[s.Kind]
	return i, ok
}

func closed(e *compat.Enum) integers {
	numbers := e.Numbers()
	return integers{int64(numbers[0]), uint64(max(0, numbers[len(numbers)-1])), numbers}
}

// fitting says whether a reader has every value of a writer. One that it has not is cut, or read as another.
func fitting(writer, reader integers) Outcome {
	if writer.low < reader.low || writer.high > reader.high {
		return Loss
	}
	if reader.members == nil {
		return Fine
	}
	if writer.members == nil || slices.ContainsFunc(writer.members, func(n int32) bool { return !slices.Contains(reader.members, n) }) {
		return Loss
	}
	return Fine
}

// utf8Table is for strings on both sides.
func utf8Table(writer, reader side) Outcome {
	if reader.UTF8 && !writer.UTF8 {
		return Failure
	}
	return Fine
}

// defaultTable says whether absent means the same to both.
func defaultTable(writer, reader side) Outcome {
	if w := writer.written(); w != compat.Implicit && w != compat.Explicit || writer.Composite() || reader.Composite() {
		return Fine
	}
	switch reader.read() {
	case compat.Implicit, compat.Explicit:
		if absent(writer) != absent(reader) {
			return Loss
		}
	case compat.Repeated:
		if writer.HasDefault {
			return Loss
		}
	}
	return Fine
}

// absent returns what is read where nothing was written.
func absent(s side) string {
	e := s.in.Enum(s.TypeName)
	switch {
	case e != nil && s.HasDefault && e.ValueNamed(s.Default) != nil:
		return strconv.Itoa(int(e.ValueNamed(s.Default).Number))
	case e != nil && !s.HasDefault:
		return strconv.Itoa(int(e.Values[0].Number))
	case s.HasDefault && s.Kind == protoreflect.BoolKind:
		return map[string]string{"false": "0", "true": "1"}[s.Default] // comparable with those of integers
	case s.HasDefault:
		return s.Default
	case s.Composite() || lengthDelimited(s):
		return ""
	}
	return "0"
}
