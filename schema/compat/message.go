package compat

// Message is a message, nested or not, or the entry of a map.
type Message struct {
	Name           string // full name, e.g., acme.orders.v1.Order.Item
	In             Node   // the *File or *Message that declares it
	Index          int32  // among the messages of In, entries of maps included
	MapEntry       bool   // made by the compiler for a map field
	Fields         []Field
	Oneofs         []Oneof // synthetic ones included
	Messages       []*Message
	Enums          []*Enum
	Extensions     []*Field // declared within the message
	Reserved       []Range  // numbers, as written; [Range.End] is exclusive
	ReservedNames  []string // as written
	ExtensionRange []Range
	Deprecated     bool
	JSON           JSONFormat
	MessageSet     bool // message_set_wire_format
	NoAccessor     bool // no_standard_descriptor_accessor

	byNumber []int32 // indexes of Fields, in the order of their numbers
}

// Field returns the field with a number, or nil.
func (m *Message) Field(number int32) *Field {
	low, high := 0, len(m.byNumber)
	for low < high {
		middle := (low + high) / 2
		if m.Fields[m.byNumber[middle]].Number < number {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low < len(m.byNumber) && m.Fields[m.byNumber[low]].Number == number {
		return &m.Fields[m.byNumber[low]]
	}
	return nil
}

// FieldNamed returns the field with a name, or nil.
func (m *Message) FieldNamed(name string) *Field {
	for i := range m.Fields {
		if m.Fields[i].Name == name {
			return &m.Fields[i]
		}
	}
	return nil
}

// Oneof returns the oneof with a name, or nil. It never returns a synthetic one.
func (m *Message) Oneof(name string) *Oneof {
	for i := range m.Oneofs {
		if o := &m.Oneofs[i]; o.Name == name && !o.Synthetic {
			return o
		}
	}
	return nil
}

// Reserves says whether a number is reserved.
func (m *Message) Reserves(number int32) bool { return covers(m.Reserved, number) }

// ReservesName says whether a name is reserved.
func (m *Message) ReservesName(name string) bool { return contains(m.ReservedNames, name) }

// NestedName returns the name without the package, e.g., Order.Item.
func (m *Message) NestedName() string { return m.File().nested(m.Name) }

// FullName returns the full name.
func (m *Message) FullName() string { return m.Name }

// Parent returns what declares the message.
func (m *Message) Parent() Node { return m.In }

// File returns the file that declares it.
func (m *Message) File() *File { return m.In.File() }

// Element returns the path in the file.
func (m *Message) Element() []int32 {
	if _, ok := m.In.(*File); ok {
		return within(m.In, fileMessages, m.Index)
	}
	return within(m.In, messageMessages, m.Index)
}

// Oneof is a oneof of a message.
type Oneof struct {
	Name      string // e.g., payment
	In        *Message
	Index     int32
	Synthetic bool // made by the compiler for a proto3 optional field
}

// Members returns the fields of the oneof, in source order.
func (o *Oneof) Members() []*Field {
	var members []*Field
	for i := range o.In.Fields {
		if f := &o.In.Fields[i]; f.OneofIndex == o.Index {
			members = append(members, f)
		}
	}
	return members
}

// FullName returns the full name.
func (o *Oneof) FullName() string { return o.In.Name + "." + o.Name }

// Parent returns the message.
func (o *Oneof) Parent() Node { return o.In }

// File returns the file that declares it.
func (o *Oneof) File() *File { return o.In.File() }

// Element returns the path in the file.
func (o *Oneof) Element() []int32 { return within(o.In, messageOneofs, o.Index) }
