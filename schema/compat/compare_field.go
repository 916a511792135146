package compat

import (
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// fieldStates are what is compared of a field, but for its type, which takes renames into account. Each is a state in words.
var fieldStates = []struct {
	kind  FactKind
	state func(*Field) string
}{
	{FieldNameChanged, func(f *Field) string { return f.Name }},
	{FieldJSONNameChanged, func(f *Field) string { return f.JSONName }},
	{FieldCardinalityChanged, func(f *Field) string { return f.Cardinality.String() }},
	{FieldLabelChanged, (*Field).writtenLabel},
	{FieldOneofChanged, (*Field).oneofName},
	{FieldDefaultChanged, (*Field).writtenDefault},
	{FieldPackedChanged, func(f *Field) string { return strconv.FormatBool(f.Packed) }},
	{FieldJavaUTF8Changed, func(f *Field) string { return strconv.FormatBool(f.JavaUTF8) }},
	{FieldCppStringChanged, func(f *Field) string { return f.CppString.String() }},
	{FieldJSTypeChanged, func(f *Field) string { return f.JSType.String() }},
	{FieldJSONFormatChanged, func(f *Field) string { return f.JSON.String() }},
	{FieldDeprecatedChanged, func(f *Field) string { return strconv.FormatBool(f.Deprecated) }},
	{FieldRedactChanged, func(f *Field) string { return strconv.FormatBool(f.Redact) }},
}

func (d *diff) field(old, now *Field) {
	d.enumDefault(old, now)
	if d.equal(old, now) {
		return
	}
	if old.Kind != now.Kind {
		d.differ(FieldTypeChanged, old, now, old.encodedType(), now.encodedType())
	} else if d.Now(old.TypeName) != now.TypeName {
		d.differ(FieldNamedTypeChanged, old, now, old.TypeName, now.TypeName)
	}
	for _, s := range fieldStates {
		d.differ(s.kind, old, now, s.state(old), s.state(now))
	}
	if old.Kind == now.Kind && old.UTF8 != now.UTF8 {
		d.differ(FieldUTF8Changed, old, now, strconv.FormatBool(old.UTF8), strconv.FormatBool(now.UTF8))
	}
}

// equal says whether no fact can follow. It is what is asked of nearly all fields, so it makes no texts.
func (d *diff) equal(old, now *Field) bool {
	if old.oneofName() != now.oneofName() || d.Now(old.TypeName) != now.TypeName {
		return false
	}
	a, b := *old, *now
	a.In, b.In, a.Index, b.Index, a.OneofIndex, b.OneofIndex = nil, nil, 0, 0, 0, 0
	a.TypeName, b.TypeName, a.Extendee, b.Extendee = "", "", "", ""
	return a == b
}

// enumDefault compares the numbers of defaults that may look the same: an enum can give the name, or the first place, to another number.
func (d *diff) enumDefault(old, now *Field) {
	if old.Kind != protoreflect.EnumKind || now.Kind != protoreflect.EnumKind || old.Default != now.Default {
		return
	}
	from, to := d.Old.defaultNumber(old), d.New.defaultNumber(now)
	if from != to {
		d.differ(FieldEnumDefaultChanged, old, now, strconv.Itoa(int(from)), strconv.Itoa(int(to)))
	}
}

// defaultNumber returns the default of a field that is an enum; 0 where the enum is not known.
func (s *Snapshot) defaultNumber(f *Field) int32 {
	e := s.enums[f.TypeName]
	if e == nil || len(e.Values) == 0 {
		return 0
	}
	if v := e.ValueNamed(f.Default); v != nil {
		return v.Number
	}
	return e.Values[0].Number
}

// encodedType tells a message from the same one between start and end tags.
func (f *Field) encodedType() string {
	if f.Kind == protoreflect.GroupKind {
		return "group " + f.TypeName
	}
	return f.Type()
}

func (f *Field) oneofName() string {
	if o := f.Oneof(); o != nil {
		return o.Name
	}
	return ""
}

func (f *Field) writtenLabel() string {
	switch {
	case !f.Labeled:
		return ""
	case f.Label == descriptorpb.FieldDescriptorProto_LABEL_REPEATED:
		return "repeated"
	case f.Label == descriptorpb.FieldDescriptorProto_LABEL_REQUIRED:
		return "required"
	}
	return "optional"
}

func (f *Field) writtenDefault() string {
	if !f.HasDefault {
		return ""
	}
	return strconv.Quote(f.Default)
}

func (d *diff) extensions() {
	for _, x := range d.Old.Extensions {
		now := d.Extension(x)
		if now == nil {
			d.removed(ExtensionRemoved, x)
			continue
		}
		d.differ(ExtensionMoved, x, now, x.File().Path, now.File().Path)
		d.field(x, now)
	}
}

func (d *diff) addedExtensions() {
	old := make(map[slot]bool, len(d.Old.Extensions))
	for _, x := range d.Old.Extensions {
		old[slot{d.Now(x.Extendee), x.Number}] = true
	}
	for _, x := range d.New.Extensions {
		if !old[slot{x.Extendee, x.Number}] {
			d.added(ExtensionAdded, x)
		}
	}
}
