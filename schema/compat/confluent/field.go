package confluent

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/schema/compat"
)

// field compares two fields that stand for each other.
func (v *visit) field(path string, old, now *compat.Field) {
	if old.Name != now.Name {
		v.see(FieldNameChanged, change{path, old, now, old.Name, now.Name})
	}
	v.types(change{path, old, now, typeOf(old), typeOf(now)}, old, now)
	if kindOf(old) == scalar && kindOf(now) == scalar {
		v.labels(path, old, now)
	}
}

// types compares the types of two fields: those that changed, or the keys or values of these.
func (v *visit) types(c change, old, now *compat.Field) {
	switch a, b := kindOf(old), kindOf(now); {
	case a != b:
		v.see(FieldKindChanged, c)
	case a == message:
		v.namedTypes(c, old.TypeName, now.TypeName)
	case a == mapping:
		v.entries(c, entryOf(old), entryOf(now))
	case scalarKinds[old.Kind] != scalarKinds[now.Kind]:
		v.see(FieldScalarKindChanged, c)
	}
}

// entries compares those of two maps.
func (v *visit) entries(c change, old, now *compat.Message) {
	v.types(c, old.Field(entryKey), now.Field(entryKey))
	v.types(c, old.Field(entryValue), now.Field(entryValue))
}

// The numbers of the fields of each entry.
const entryKey, entryValue = 1, 2

// entryOf returns the entry of a map, which compilers nest in the message of the field.
func entryOf(f *compat.Field) *compat.Message {
	nested := f.Message().Messages
	return nested[slices.IndexFunc(nested, func(m *compat.Message) bool { return m.Name == f.TypeName })]
}

// namedTypes compares two messages that fields have as their type: their names without the package and, since the walk over the files does not come to them, the
// bodies of those that are not in the compared file on both sides.
func (v *visit) namedTypes(c change, old, now string) {
	m, n := v.was.Message(old), v.is.Message(now)
	switch {
	case m == nil || n == nil:
		if old != now {
			v.see(FieldNamedTypeChanged, c)
		}
	case m.NestedName() != n.NestedName():
		v.see(FieldNamedTypeChanged, c)
	case !v.schemas.declare(m, n):
		d := difference(FieldNamedTypeChanged, c, v.old, v.now)
		d.Message = "type of field " + d.Subject + ", " + c.to + ", has changed in a way that is incompatible itself"
		v.depend(v.imports(m, n), d)
	}
}

// labels compares those of scalars, which count only where both sides have one in the source.
func (v *visit) labels(path string, old, now *compat.Field) {
	kind := scalarKinds[old.Kind]
	if !old.Labeled || !now.Labeled || old.Label == now.Label || kind != scalarKinds[now.Kind] {
		return
	}
	t := FieldNumericLabelChanged
	if kind == text {
		t = FieldTextLabelChanged
	}
	v.see(t, change{path, old, now, labelText(old.Label), labelText(now.Label)})
}

func labelText(l descriptorpb.FieldDescriptorProto_Label) string {
	return strings.ToLower(strings.TrimPrefix(l.String(), "LABEL_"))
}

// typeOf returns the type of a field as one would write it.
func typeOf(f *compat.Field) string {
	if kindOf(f) != mapping {
		return f.Type()
	}
	entry := entryOf(f)
	return "map<" + entry.Field(entryKey).Type() + ", " + entry.Field(entryValue).Type() + ">"
}
