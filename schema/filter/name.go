package filter

import (
	"strings"

	"cel.dev/cel-go/common/ast"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/internal/nearest"
)

// name compiles a.b.c: a value of an enum or a field. As in CEL, an enum visible from the message goes before a field.
func (c *compiler) name(e ast.Expr) *Expr {
	names := chain(e)
	if names == nil {
		return c.unsupported(e, "a field of "+c.show(e.AsSelect().Operand()))
	}
	if v := c.enumValue(names); v != nil {
		return &Expr{Op: OpLiteral, Type: EnumType, Value: v.Number(), Enum: v.Parent().(protoreflect.EnumDescriptor)}
	}
	ref := c.reference(e, names)
	if ref == nil {
		return nil
	}
	return refExpr(ref)
}

// chain returns the names of a.b.c, nil if it starts with anything but a name.
func chain(e ast.Expr) []string {
	switch e.Kind() {
	case ast.IdentKind:
		return []string{e.AsIdent()}
	case ast.SelectKind:
		if names := chain(e.AsSelect().Operand()); names != nil {
			return append(names, e.AsSelect().FieldName())
		}
	}
	return nil
}

// enumValue returns what Enum.VALUE means, nil if it is none.
func (c *compiler) enumValue(names []string) protoreflect.EnumValueDescriptor {
	enum := c.enum(names)
	if enum == nil {
		return nil
	}
	return enum.Values().ByName(protoreflect.Name(names[len(names)-1]))
}

// enum looks for the Enum of Enum.VALUE from the message outwards, through all files that the event's file imports.
func (c *compiler) enum(names []string) protoreflect.EnumDescriptor {
	name := protoreflect.FullName(strings.Join(names[:len(names)-1], "."))
	if name == "" {
		return nil
	}
	for _, candidate := range candidates(c.scope.Event.FullName(), name) {
		if d, ok := findDescriptor(c.scope.Event.ParentFile(), candidate).(protoreflect.EnumDescriptor); ok {
			return d
		}
	}
	return nil
}

// candidates lists what name can mean inside container, innermost first; a leading dot means exactly one thing.
func candidates(container, name protoreflect.FullName) []protoreflect.FullName {
	if absolute, ok := strings.CutPrefix(string(name), "."); ok {
		return []protoreflect.FullName{protoreflect.FullName(absolute)}
	}
	var all []protoreflect.FullName
	for ; container != ""; container = container.Parent() {
		all = append(all, container+"."+name)
	}
	return append(all, name)
}

// findDescriptor finds a message or enum in f or anything that it imports, directly or not.
func findDescriptor(f protoreflect.FileDescriptor, name protoreflect.FullName) protoreflect.Descriptor {
	seen := map[string]bool{}
	var find func(protoreflect.FileDescriptor) protoreflect.Descriptor
	find = func(f protoreflect.FileDescriptor) protoreflect.Descriptor {
		if seen[f.Path()] {
			return nil
		}
		seen[f.Path()] = true
		if d := declared(f, name); d != nil {
			return d
		}
		for i := range f.Imports().Len() {
			if d := find(f.Imports().Get(i)); d != nil {
				return d
			}
		}
		return nil
	}
	return find(f)
}

// declarer is a file or a message: something that declares messages and enums.
type declarer interface {
	Messages() protoreflect.MessageDescriptors
	Enums() protoreflect.EnumDescriptors
}

func declared(f protoreflect.FileDescriptor, name protoreflect.FullName) protoreflect.Descriptor {
	rest, ok := strings.CutPrefix(string(name), string(f.Package())+".")
	if f.Package() == "" {
		rest, ok = string(name), true
	}
	if !ok {
		return nil
	}
	var in declarer = f
	names := strings.Split(rest, ".")
	for _, outer := range names[:len(names)-1] {
		m := in.Messages().ByName(protoreflect.Name(outer))
		if m == nil {
			return nil
		}
		in = m
	}
	return member(in, protoreflect.Name(names[len(names)-1]))
}

func member(in declarer, name protoreflect.Name) protoreflect.Descriptor {
	if m := in.Messages().ByName(name); m != nil {
		return m
	}
	if e := in.Enums().ByName(name); e != nil {
		return e
	}
	return nil
}

// reference finds the field that names lead to; nil after an error.
func (c *compiler) reference(e ast.Expr, names []string) *Ref {
	event := c.scope.Event
	switch first := names[0]; {
	case first == Item && c.scope.ForEach != nil:
		return c.itemReference(e, names[1:])
	case event.Fields().ByName(protoreflect.Name(first)) != nil:
		return c.walk(e, &Ref{Root: FromEvent}, event, names)
	case first == c.scope.As && len(names) > 1:
		return c.walk(e, &Ref{Root: FromEvent}, event, names[1:])
	case first == c.scope.As:
		c.errorf(TypeProblem, e, "%s is the whole event", first)
		c.help("name one of its fields")
	case first == Item:
		c.errorf(NameProblem, e, "there is no item without for_each")
	default:
		c.unknown(e, names)
	}
	return nil
}

// unknown reports a name that leads nowhere: an enum without that value, or no field at all.
func (c *compiler) unknown(e ast.Expr, names []string) {
	if enum := c.enum(names); enum != nil {
		value := names[len(names)-1]
		c.errorf(NameProblem, e, "enum %s has no value %s", enum.Name(), value)
		c.didYouMean(value, valueNames(enum))
		return
	}
	c.errorf(NameProblem, e, "%q is no field of %s", names[0], c.scope.Event.FullName())
	c.suggest(names)
}

func valueNames(enum protoreflect.EnumDescriptor) []string {
	var names []string
	for i := range enum.Values().Len() {
		names = append(names, string(enum.Values().Get(i).Name()))
	}
	return names
}

// suggest guesses what was meant by a name that does not exist: a field, or the value of an enum without the enum's name.
func (c *compiler) suggest(names []string) {
	last := protoreflect.Name(names[len(names)-1])
	if enum := enumWithValue(c.scope.Event, last); enum != nil {
		c.help("write %s.%s", enum.Name(), last)
		return
	}
	known := append(fieldNames(c.scope.Event), c.scope.As)
	if c.scope.ForEach != nil {
		known = append(known, Item)
	}
	c.didYouMean(names[0], known)
}

func (c *compiler) didYouMean(name string, known []string) {
	if near := nearest.Of(name, known); near != "" {
		c.help("did you mean %q?", near)
	}
}

func fieldNames(md protoreflect.MessageDescriptor) []string {
	names := make([]string, md.Fields().Len())
	for i := range names {
		names[i] = string(md.Fields().Get(i).Name())
	}
	return names
}

// enumWithValue finds an enum with a value of that name in the event or its file.
func enumWithValue(event protoreflect.MessageDescriptor, value protoreflect.Name) protoreflect.EnumDescriptor {
	for _, in := range []declarer{event, event.ParentFile()} {
		for i := range in.Enums().Len() {
			if e := in.Enums().Get(i); e.Values().ByName(value) != nil {
				return e
			}
		}
	}
	return nil
}

func (c *compiler) itemReference(e ast.Expr, names []string) *Ref {
	each := c.scope.ForEach
	if !each.IsMap() {
		return c.walk(e, &Ref{Root: FromItem, Field: each}, each.Message(), names)
	}
	switch {
	case len(names) > 0 && names[0] == "key":
		return c.walk(e, &Ref{Root: FromMapKey, Field: each.MapKey()}, nil, names[1:])
	case len(names) > 0 && names[0] == "value":
		return c.walk(e, &Ref{Root: FromMapValue, Field: each.MapValue()}, each.MapValue().Message(), names[1:])
	default:
		c.errorf(NameProblem, e, "item is an entry of the map %s", each.Name())
		c.help("write item.key or item.value")
		return nil
	}
}

// walk extends ref by names. In is the message that ref stands for, nil if it is none.
func (c *compiler) walk(e ast.Expr, ref *Ref, in protoreflect.MessageDescriptor, names []string) *Ref {
	for i, name := range names {
		if in == nil || opaqueTypes[in.FullName()] {
			c.errorf(NameProblem, e, "%s has no fields", parentText(c.show(e), len(names)-i))
			return nil
		}
		field := in.Fields().ByName(protoreflect.Name(name))
		if field == nil {
			c.errorf(NameProblem, e, "%q is no field of %s", name, in.FullName())
			c.didYouMean(name, fieldNames(in))
			return nil
		}
		ref.Path, ref.Field = append(ref.Path, field), field
		in = singularMessage(field)
	}
	return ref
}

// parentText is a.b for a.b.c and one level.
func parentText(path string, levels int) string {
	names := strings.Split(path, ".")
	return strings.Join(names[:max(1, len(names)-levels)], ".")
}

// singularMessage returns the message that one can go on into; nil for scalars, lists and maps.
func singularMessage(field protoreflect.FieldDescriptor) protoreflect.MessageDescriptor {
	if field.Cardinality() == protoreflect.Repeated {
		return nil
	}
	return field.Message()
}

// opaqueTypes are messages that CEL turns into values of its own, which have no fields.
var opaqueTypes = wellKnown(
	"Any", "Timestamp", "Duration", "Struct", "Value", "ListValue",
	"BoolValue", "Int32Value", "Int64Value", "UInt32Value", "UInt64Value", "FloatValue", "DoubleValue", "StringValue", "BytesValue",
)

func wellKnown(names ...protoreflect.FullName) map[protoreflect.FullName]bool {
	all := map[protoreflect.FullName]bool{}
	for _, name := range names {
		all["google.protobuf."+name] = true
	}
	return all
}

// refExpr gives ref its type.
func refExpr(ref *Ref) *Expr {
	x := &Expr{Op: OpRef, Ref: ref}
	if ref.IsRepeated() {
		x.Type = repeatedType(ref.Field)
		return x
	}
	x.Type = scalarType(ref.Field)
	if x.Type == EnumType {
		x.Enum = ref.Field.Enum()
	}
	return x
}
