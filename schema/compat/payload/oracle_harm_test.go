package payload_test

import (
	"bytes"
	"fmt"
	"math"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

// A reader looks for harm: for what it reads and was not written so.
type reader struct {
	isNew bool // reads old bytes; else an old reader of new bytes
}

// read decodes what a writer wrote and returns how it is harmed, or nothing.
func (r reader) read(written *dynamicpb.Message, as protoreflect.MessageDescriptor) string {
	b, err := proto.Marshal(written)
	if err != nil {
		return "" // no writer writes that
	}
	read := dynamicpb.NewMessage(as)
	if err := proto.Unmarshal(b, read); err != nil {
		return "it cannot be decoded: " + err.Error()
	}
	return r.messages(written, read)
}

func (r reader) messages(w, m protoreflect.Message) string {
	from, to := w.Descriptor(), m.Descriptor()
	for i := range to.Fields().Len() {
		if harm := r.field(w, m, to.Fields().Get(i)); harm != "" {
			return harm
		}
	}
	for i := range from.Fields().Len() {
		if harm := r.unread(w, m, from.Fields().Get(i)); harm != "" {
			return harm
		}
	}
	return ""
}

// field compares a field of the reader with what the writer has of that name, or else of that number.
func (r reader) field(w, m protoreflect.Message, fd protoreflect.FieldDescriptor) string {
	from := w.Descriptor().Fields()
	if named := from.ByName(fd.Name()); named != nil && named.Number() != fd.Number() {
		if w.Has(named) {
			return fmt.Sprintf("%s was written with number %d", fd.FullName(), named.Number())
		}
		return ""
	}
	counterpart := from.ByNumber(fd.Number())
	switch {
	case counterpart == nil && !r.isNew && announced(fd, w.Descriptor()):
	case counterpart == nil && !r.isNew:
		return fmt.Sprintf("%s is never written", fd.FullName())
	case counterpart == nil:
	case m.Descriptor().Fields().ByName(counterpart.Name()) != nil && counterpart.Name() != fd.Name() && m.Has(fd):
		return fmt.Sprintf("%s was read as %s", counterpart.FullName(), fd.FullName())
	default:
		if harm := r.values(w, m, counterpart, fd); harm != "" {
			return fmt.Sprintf("%s: %s", fd.FullName(), harm)
		}
	}
	return ""
}

// announced says whether a field that is not declared any more was deprecated, and number and name are reserved.
func announced(fd protoreflect.FieldDescriptor, now protoreflect.MessageDescriptor) bool {
	deprecated, _ := fd.Options().(interface{ GetDeprecated() bool })
	return deprecated != nil && deprecated.GetDeprecated() && now.ReservedRanges().Has(fd.Number()) && now.ReservedNames().Has(fd.Name())
}

// unread looks at a field that the writer set and the reader does not know.
func (r reader) unread(w, m protoreflect.Message, fd protoreflect.FieldDescriptor) string {
	to := m.Descriptor()
	if !w.Has(fd) || to.Fields().ByNumber(fd.Number()) != nil {
		return ""
	}
	if r.isNew {
		if announced(fd, to) {
			return ""
		}
		return fmt.Sprintf("%s is not read", fd.FullName())
	}
	if od := fd.ContainingOneof(); od != nil && !od.IsSynthetic() {
		for i := range od.Fields().Len() {
			sibling := to.Fields().ByNumber(od.Fields().Get(i).Number())
			if sibling != nil && sibling.ContainingOneof() != nil && !sibling.ContainingOneof().IsSynthetic() && m.WhichOneof(sibling.ContainingOneof()) == nil {
				return fmt.Sprintf("oneof %s is empty, but %s was written", sibling.ContainingOneof().FullName(), fd.FullName())
			}
		}
	}
	return ""
}

// values compares what was written with what was read. Both sides become lists of values, in which a map is a list of entries.
func (r reader) values(w, m protoreflect.Message, from, to protoreflect.FieldDescriptor) string {
	if many(from) || many(to) {
		return r.lists(w, m, from, to)
	}
	if (from.Message() != nil || to.Message() != nil) && !w.Has(from) && !m.Has(to) {
		return ""
	}
	if !w.Has(from) && m.Has(to) && to.HasPresence() {
		return "it was not written, and is read"
	}
	if w.Has(from) && !m.Has(to) {
		if to.HasPresence() {
			return "it was written, and is not read"
		}
		if r.isNew && from.HasPresence() && from.Cardinality() != protoreflect.Required && havePresence(from, to) {
			return "zero was written, and is read as absent"
		}
	}
	return r.value(w.Get(from), m.Get(to), from, to)
}

// havePresence says whether presence is a question: bytes that are read of a message are empty if it is.
func havePresence(from, to protoreflect.FieldDescriptor) bool {
	return (from.Message() == nil) == (to.Message() == nil)
}

func many(fd protoreflect.FieldDescriptor) bool { return fd.IsList() || fd.IsMap() }

// element is one value of a list, with its key if it comes from a map.
type element struct {
	key, value protoreflect.Value
}

func (r reader) lists(w, m protoreflect.Message, from, to protoreflect.FieldDescriptor) string {
	written, read := elements(w, from), elements(m, to)
	if !many(from) && !w.Has(from) && from.HasDefault() {
		return "the default is not in the list"
	}
	if len(written) != len(read) {
		return fmt.Sprintf("%d values are read as %d", len(written), len(read))
	}
	if !from.IsMap() && !to.IsMap() {
		for i := range written {
			if harm := r.value(written[i].value, read[i].value, from, to); harm != "" {
				return harm
			}
		}
		return ""
	}
	for _, e := range written { // maps have no order
		harm := "an entry is missing"
		for i, x := range read {
			if harm = r.entry(e, x, from, to); harm == "" {
				read = append(read[:i:i], read[i+1:]...)
				break
			}
		}
		if harm != "" {
			return "of entries: " + harm
		}
	}
	return ""
}

func elements(m protoreflect.Message, fd protoreflect.FieldDescriptor) []element {
	var all []element
	switch {
	case fd.IsMap():
		m.Get(fd).Map().Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
			all = append(all, element{k.Value(), v})
			return true
		})
	case fd.IsList():
		for i := range m.Get(fd).List().Len() {
			all = append(all, element{value: m.Get(fd).List().Get(i)})
		}
	case m.Has(fd):
		all = append(all, element{value: m.Get(fd)})
	}
	return all
}

func (r reader) entry(w, m element, from, to protoreflect.FieldDescriptor) string {
	switch {
	case from.IsMap() && to.IsMap():
		if harm := r.value(w.key, m.key, from.MapKey(), to.MapKey()); harm != "" {
			return harm
		}
		return r.value(w.value, m.value, from.MapValue(), to.MapValue())
	case from.IsMap() && to.Message() != nil:
		return r.pair(w, m.value.Message(), from, to.Message().Fields())
	case to.IsMap() && from.Message() != nil:
		return r.pairRead(w.value.Message(), m, to)
	case from.IsMap() && to.Kind() == protoreflect.BytesKind:
		return r.encoded(asMessage(w, from), m.value.Bytes())
	}
	return "a map has another type"
}

// pair compares an entry of a map, of which both parts are always written, with a message.
func (r reader) pair(w element, m protoreflect.Message, from protoreflect.FieldDescriptor, fields protoreflect.FieldDescriptors) string {
	for fd, v := range map[protoreflect.FieldDescriptor]protoreflect.Value{from.MapKey(): w.key, from.MapValue(): w.value} {
		to := fields.ByNumber(fd.Number())
		if to == nil && r.isNew {
			return fmt.Sprintf("%s is not read", fd.FullName())
		}
		if to == nil {
			continue // an old reader does not know it
		}
		read := elements(m, to)
		if !many(to) {
			read = []element{{value: m.Get(to)}}
		}
		if len(read) != 1 || to.IsMap() {
			return fmt.Sprintf("%s is read %d times", fd.FullName(), len(read))
		}
		if harm := r.value(v, read[0].value, fd, to); harm != "" {
			return fmt.Sprintf("%s: %s", fd.FullName(), harm)
		}
	}
	for i := range fields.Len() {
		if fd := fields.Get(i); !r.isNew && from.Message().Fields().ByNumber(fd.Number()) == nil && !announced(fd, from.Message()) {
			return fmt.Sprintf("%s is never written", fd.FullName())
		}
	}
	return ""
}

// pairRead compares a message with an entry of a map, to which absent parts are zero.
func (r reader) pairRead(w protoreflect.Message, m element, to protoreflect.FieldDescriptor) string {
	fields := w.Descriptor().Fields()
	for fd, v := range map[protoreflect.FieldDescriptor]protoreflect.Value{to.MapKey(): m.key, to.MapValue(): m.value} {
		from := fields.ByNumber(fd.Number())
		switch {
		case from == nil && r.isNew:
		case from == nil || many(from):
			return fmt.Sprintf("%s is never written, or several times", fd.FullName())
		default:
			if harm := r.value(w.Get(from), v, from, fd); harm != "" {
				return fmt.Sprintf("%s: %s", fd.FullName(), harm)
			}
		}
	}
	for i := range fields.Len() {
		if harm := r.unread(w, asMessage(m, to), fields.Get(i)); harm != "" {
			return harm
		}
	}
	return ""
}

// asMessage returns an entry of a map as the message that it is on the wire.
func asMessage(e element, fd protoreflect.FieldDescriptor) protoreflect.Message {
	m := dynamicpb.NewMessage(fd.Message())
	m.Set(fd.MapKey(), e.key)
	m.Set(fd.MapValue(), e.value)
	return m
}

func (r reader) value(w, m protoreflect.Value, from, to protoreflect.FieldDescriptor) string {
	switch {
	case from.Message() != nil && to.Message() != nil:
		return r.messages(w.Message(), m.Message())
	case from.Message() != nil && to.Kind() == protoreflect.BytesKind:
		return r.encoded(w.Message(), m.Bytes())
	case from.Message() != nil || to.Message() != nil:
		return "a message is read as something else, or the reverse"
	case to.Enum() != nil && to.Enum().IsClosed() && to.Enum().Values().ByNumber(m.Enum()) == nil:
		if r.isNew && from.Enum() != nil && announcedValue(w.Enum(), from.Enum(), to.Enum()) {
			return ""
		}
		return "most languages read the number as unset"
	case from.Enum() != nil && to.Enum() != nil && renamed(w.Enum(), from.Enum(), to.Enum()):
		return "the name has another number"
	}
	if written, read := plain(w, from), plain(m, to); written != read {
		return fmt.Sprintf("%v is read as %v", written, read)
	}
	return ""
}

// announcedValue is announced for values of enums.
func announcedValue(number protoreflect.EnumNumber, old, now protoreflect.EnumDescriptor) bool {
	known := false
	for i := range old.Values().Len() {
		v := old.Values().Get(i)
		if v.Number() != number {
			continue
		}
		known = true
		options, _ := v.Options().(interface{ GetDeprecated() bool })
		if options == nil || !options.GetDeprecated() || !now.ReservedRanges().Has(number) || !now.ReservedNames().Has(v.Name()) {
			return false
		}
	}
	return known
}

// encoded says whether bytes are those of a message that was written.
func (r reader) encoded(w protoreflect.Message, b []byte) string {
	again, err := proto.MarshalOptions{Deterministic: true, AllowPartial: true}.Marshal(w.Interface())
	parsed := dynamicpb.NewMessage(w.Descriptor())
	if err == nil {
		err = proto.UnmarshalOptions{AllowPartial: true}.Unmarshal(b, parsed)
	}
	if err != nil || !bytes.Equal(again, b) && !proto.Equal(w.Interface(), parsed) {
		return "bytes are not those of the message"
	}
	return ""
}

// renamed says whether a name of a number is the name of another one to the reader.
func renamed(number protoreflect.EnumNumber, from, to protoreflect.EnumDescriptor) bool {
	for i := range from.Values().Len() {
		v := from.Values().Get(i)
		if other := to.Values().ByName(v.Name()); v.Number() == number && other != nil && other.Number() != number {
			return true
		}
	}
	return false
}

// number is an integer of any kind.
type number struct {
	negative bool
	size     uint64
}

// plain returns a value in a form in which values of different kinds are equal if they mean the same.
func plain(v protoreflect.Value, fd protoreflect.FieldDescriptor) any {
	switch fd.Kind() {
	case protoreflect.BoolKind:
		if v.Bool() {
			return number{size: 1}
		}
		return number{}
	case protoreflect.EnumKind:
		return integer(int64(v.Enum()))
	case protoreflect.StringKind:
		return v.String()
	case protoreflect.BytesKind:
		return string(v.Bytes())
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		if v.Float() == 0 {
			return number{} // as absent as others
		}
		return math.Float64bits(v.Float())
	case protoreflect.Uint32Kind, protoreflect.Uint64Kind, protoreflect.Fixed32Kind, protoreflect.Fixed64Kind:
		return number{size: v.Uint()}
	}
	return integer(v.Int())
}

func integer(n int64) number {
	if n < 0 {
		return number{negative: true, size: uint64(-n)}
	}
	return number{size: uint64(n)}
}
