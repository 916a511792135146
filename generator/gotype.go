package generator

import (
	"github.com/dave/jennifer/jen"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema"
)

// goTypes finds the Go side of descriptors. Protogen owns the names; nothing here mangles one.
type goTypes struct {
	messages map[protoreflect.FullName]*protogen.Message
	enums    map[protoreflect.FullName]*protogen.Enum
	fields   map[protoreflect.FullName]*protogen.Field
}

func newGoTypes(plugin *protogen.Plugin) *goTypes {
	t := &goTypes{map[protoreflect.FullName]*protogen.Message{}, map[protoreflect.FullName]*protogen.Enum{}, map[protoreflect.FullName]*protogen.Field{}}
	for _, f := range plugin.Files {
		t.addEnums(f.Enums)
		t.addMessages(f.Messages)
	}
	return t
}

func (t *goTypes) addMessages(ms []*protogen.Message) {
	for _, m := range ms {
		t.messages[m.Desc.FullName()] = m
		for _, f := range m.Fields {
			t.fields[f.Desc.FullName()] = f
		}
		t.addEnums(m.Enums)
		t.addMessages(m.Messages)
	}
}

func (t *goTypes) addEnums(es []*protogen.Enum) {
	for _, e := range es {
		t.enums[e.Desc.FullName()] = e
	}
}

// message renders the pointer type of a message, e.g., *sitesv1.Site.
func (t *goTypes) message(d protoreflect.MessageDescriptor) jen.Code {
	return jen.Op("*").Add(ident(t.messages[d.FullName()].GoIdent))
}

// getter returns the name of a field's getter, e.g., GetSiteId; it is right for OPEN, HYBRID and OPAQUE.
func (t *goTypes) getter(f protoreflect.FieldDescriptor) string {
	name, _ := t.fields[f.FullName()].MethodName("Get")
	return name
}

// goName returns the Go name of a field, e.g., SiteId.
func (t *goTypes) goName(f protoreflect.FieldDescriptor) string {
	return t.fields[f.FullName()].GoName
}

// scalar renders the type of a singular value that is no message, e.g., string.
func (t *goTypes) scalar(f protoreflect.FieldDescriptor) jen.Code {
	switch f.Kind() {
	case protoreflect.EnumKind:
		return ident(t.enums[f.Enum().FullName()].GoIdent)
	case protoreflect.BytesKind:
		return jen.Index().Byte()
	default:
		return jen.Id(goScalars[f.Kind()])
	}
}

var goScalars = map[protoreflect.Kind]string{
	protoreflect.StringKind: "string", protoreflect.BoolKind: "bool",
	protoreflect.Int32Kind: "int32", protoreflect.Sint32Kind: "int32", protoreflect.Sfixed32Kind: "int32",
	protoreflect.Int64Kind: "int64", protoreflect.Sint64Kind: "int64", protoreflect.Sfixed64Kind: "int64",
	protoreflect.Uint32Kind: "uint32", protoreflect.Fixed32Kind: "uint32",
	protoreflect.Uint64Kind: "uint64", protoreflect.Fixed64Kind: "uint64",
	protoreflect.FloatKind: "float32", protoreflect.DoubleKind: "float64",
}

// element renders the type of an element of a repeated field or of a map's value.
func (t *goTypes) element(f protoreflect.FieldDescriptor) jen.Code {
	if f.Message() != nil {
		return t.message(f.Message())
	}
	return t.scalar(f)
}

// read renders the value at the end of a path, e.g., m.GetOrder().GetId().
func (t *goTypes) read(root jen.Code, path schema.Path) *jen.Statement {
	s := jen.Add(root)
	for _, f := range path {
		s.Dot(t.getter(f)).Call()
	}
	return s
}

// accessor renders a function from a message to the value at the end of a path: a method expression if one getter is enough.
func (t *goTypes) accessor(m protoreflect.MessageDescriptor, path schema.Path) jen.Code {
	if len(path) == 1 {
		return jen.Parens(t.message(m)).Dot(t.getter(path[0]))
	}
	return jen.Func().Params(jen.Id("m").Add(t.message(m))).Add(t.element(path.Leaf())).Add(body(jen.Return(t.read(jen.Id("m"), path))))
}

func ident(id protogen.GoIdent) *jen.Statement {
	return jen.Qual(string(id.GoImportPath), id.GoName)
}
