package compat

import "slices"

// Enum is an enum, nested or not.
type Enum struct {
	Name          string // full name, e.g., acme.orders.v1.Status
	In            Node   // the *File or *Message that declares it
	Index         int32
	Values        []EnumValue // in source order, aliases included; the first is the default
	Reserved      []Range     // [Range.End] is exclusive
	ReservedNames []string
	Closed        bool // numbers without a value are treated as unknown fields
	Deprecated    bool
	JSON          JSONFormat
}

// EnumValue is a value of an enum. Several with one number are aliases.
type EnumValue struct {
	Name       string // e.g., STATUS_OPEN
	In         *Enum
	Index      int32
	Number     int32
	Deprecated bool
}

// Value returns the first value with a number, or nil.
func (e *Enum) Value(number int32) *EnumValue {
	for i := range e.Values {
		if e.Values[i].Number == number {
			return &e.Values[i]
		}
	}
	return nil
}

// ValueNamed returns the value with a name, or nil.
func (e *Enum) ValueNamed(name string) *EnumValue {
	for i := range e.Values {
		if e.Values[i].Name == name {
			return &e.Values[i]
		}
	}
	return nil
}

// Names returns the names of a number, in source order.
func (e *Enum) Names(number int32) []string {
	var names []string
	for i := range e.Values {
		if e.Values[i].Number == number {
			names = append(names, e.Values[i].Name)
		}
	}
	return names
}

// Numbers returns the numbers that have a value, sorted, each once.
func (e *Enum) Numbers() []int32 {
	numbers := make([]int32, len(e.Values))
	for i := range e.Values {
		numbers[i] = e.Values[i].Number
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

// Reserves says whether a number is reserved.
func (e *Enum) Reserves(number int32) bool { return covers(e.Reserved, number) }

// ReservesName says whether a name is reserved.
func (e *Enum) ReservesName(name string) bool { return contains(e.ReservedNames, name) }

// NestedName returns the name without the package.
func (e *Enum) NestedName() string { return e.File().nested(e.Name) }

// FullName returns the full name.
func (e *Enum) FullName() string { return e.Name }

// Parent returns what declares the enum.
func (e *Enum) Parent() Node { return e.In }

// File returns the file that declares it.
func (e *Enum) File() *File { return e.In.File() }

// Element returns the path in the file.
func (e *Enum) Element() []int32 {
	if _, ok := e.In.(*File); ok {
		return within(e.In, fileEnums, e.Index)
	}
	return within(e.In, messageEnums, e.Index)
}

// FullName returns the full name, which has the scope of the enum, not the enum itself: e.g., acme.orders.v1.STATUS_OPEN is value STATUS_OPEN of
// acme.orders.v1.Status, and named acme.orders.v1.Status.STATUS_OPEN here, where a reader looks for it.
func (v *EnumValue) FullName() string { return v.In.Name + "." + v.Name }

// Parent returns the enum.
func (v *EnumValue) Parent() Node { return v.In }

// File returns the file that declares it.
func (v *EnumValue) File() *File { return v.In.File() }

// Element returns the path in the file.
func (v *EnumValue) Element() []int32 { return within(v.In, enumValues, v.Index) }
