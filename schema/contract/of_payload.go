package contract

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/evgenpb"
)

// readPayload reads what annotations say of fields, and the shape of the message.
func (x *eventReader) readPayload() {
	shape := sha256.New()
	for _, md := range reachable(x.from.Desc) {
		_, _ = shape.Write([]byte(x.shapeOf(md)))
		x.Messages = append(x.Messages, Message{Name: x.nameOf(md), Numbers: numbersIn(md)})
		x.readConstraints(md)
		for _, fd := range fieldsByNumber(md) {
			x.readClass(fd)
			x.readHolder(fd)
		}
	}
	x.Payload = hex.EncodeToString(shape.Sum(nil)[:6])
	slices.SortFunc(x.Messages, func(a, b Message) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(x.Classes, func(a, b Class) int { return compareFields(a.Field, b.Field) })
	slices.SortFunc(x.Constraints, compareConstraints)
}

// readHolder keeps which field leads to a message.
func (x *eventReader) readHolder(fd protoreflect.FieldDescriptor) {
	held := fd
	if fd.IsMap() {
		held = fd.MapValue()
	}
	if held.Message() == nil {
		return
	}
	if x.holders == nil {
		x.holders = map[string][]Field{}
	}
	name := x.nameOf(held.Message())
	x.holders[name] = append(x.holders[name], x.field(fd))
}

// nameOf is the name of a message within the event's contract.
func (x *eventReader) nameOf(md protoreflect.MessageDescriptor) string {
	if md == x.from.Desc {
		return ""
	}
	return string(md.FullName())
}

// field is a field of any message of the payload.
func (x *eventReader) field(fd protoreflect.FieldDescriptor) Field {
	f := fieldAt(schema.Path{fd})
	f.Path = x.pathIn(fd.ContainingMessage(), string(fd.Name()))
	f.Place = declared(fd)
	return f
}

func (x *eventReader) pathIn(md protoreflect.MessageDescriptor, name string) string {
	if owner := x.nameOf(md); owner != "" {
		return owner + "." + name
	}
	return name
}

func (x *eventReader) readClass(fd protoreflect.FieldDescriptor) {
	o, _ := proto.GetExtension(fd.Options(), evgenpb.E_Field).(*evgenpb.FieldOptions)
	redact, _ := fd.Options().(interface{ GetDebugRedact() bool })
	c := Class{Field: x.field(fd), Sensitivity: o.GetSensitivity().String()}
	switch {
	case redact != nil && redact.GetDebugRedact():
		c.Sensitivity = evgenpb.FieldOptions_SECRET.String()
	case o.GetSensitivity() == evgenpb.FieldOptions_SENSITIVITY_UNSPECIFIED:
		return
	}
	if p, ok := annotated(fd, evgenpb.E_Field, "sensitivity"); ok {
		c.Place = p
	}
	x.Classes = append(x.Classes, c)
}

func (x *eventReader) readConstraints(md protoreflect.MessageDescriptor) {
	add := func(path string, cs []Constraint) {
		for _, c := range cs {
			c.Path = path
			x.Constraints = append(x.Constraints, c)
		}
	}
	add(x.pathIn(md, "*"), x.r.validation.ofMessage(md))
	for i := range md.Oneofs().Len() {
		od := md.Oneofs().Get(i)
		add(x.pathIn(md, string(od.Name())), x.r.validation.ofOneof(od))
	}
	for _, fd := range fieldsByNumber(md) {
		add(x.field(fd).Path, x.r.validation.ofField(fd))
	}
}

// reachable returns a message and what its fields hold, each once, without the well-known types, whose shape does not change.
func reachable(md protoreflect.MessageDescriptor) []protoreflect.MessageDescriptor {
	var all []protoreflect.MessageDescriptor
	seen := map[protoreflect.FullName]bool{}
	var visit func(protoreflect.MessageDescriptor)
	visit = func(md protoreflect.MessageDescriptor) {
		if seen[md.FullName()] || md.ParentFile().Package() == "google.protobuf" {
			return
		}
		seen[md.FullName()] = true
		all = append(all, md)
		for _, fd := range fieldsByNumber(md) {
			if fd.Message() != nil {
				visit(fd.Message())
			}
		}
	}
	visit(md)
	return slices.DeleteFunc(all, protoreflect.MessageDescriptor.IsMapEntry)
}

// shapeOf writes what makes the bytes and names of a message.
func (x *eventReader) shapeOf(md protoreflect.MessageDescriptor) string {
	var b strings.Builder
	fmt.Fprintf(&b, "message %s\n", x.nameOf(md))
	for _, fd := range fieldsByNumber(md) {
		fmt.Fprintf(&b, "%d %s %s %s %t", fd.Number(), fd.Name(), fd.Cardinality(), x.shapeOfType(fd), fd.HasPresence())
		if o := fd.ContainingOneof(); o != nil && !o.IsSynthetic() {
			fmt.Fprintf(&b, " %s", o.Name())
		}
		if fd.HasDefault() {
			fmt.Fprintf(&b, " default %q", fmt.Sprint(fd.Default().Interface()))
		}
		if utf8, ok := fd.(interface{ EnforceUTF8() bool }); ok && fd.Kind() == protoreflect.StringKind && !utf8.EnforceUTF8() {
			b.WriteString(" unchecked")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (x *eventReader) shapeOfType(fd protoreflect.FieldDescriptor) string {
	switch {
	case fd.IsMap():
		return "map " + x.shapeOfType(fd.MapKey()) + " " + x.shapeOfType(fd.MapValue())
	case fd.Message() != nil:
		return fd.Kind().String() + " " + x.nameOf(fd.Message())
	case fd.Enum() != nil:
		return shapeOfEnum(fd.Enum())
	}
	return fd.Kind().String()
}

func shapeOfEnum(ed protoreflect.EnumDescriptor) string {
	var values []string
	for i := range ed.Values().Len() {
		values = append(values, strconv.Itoa(int(ed.Values().Get(i).Number()))+"="+string(ed.Values().Get(i).Name()))
	}
	slices.Sort(values)
	if first := ed.Values().Get(0).Number(); first != 0 {
		values = append(values, fmt.Sprintf("absent %d", first))
	}
	return fmt.Sprintf("enum %s closed %t %s", ed.FullName(), ed.IsClosed(), strings.Join(values, ","))
}

func fieldsByNumber(md protoreflect.MessageDescriptor) []protoreflect.FieldDescriptor {
	fields := make([]protoreflect.FieldDescriptor, md.Fields().Len())
	for i := range fields {
		fields[i] = md.Fields().Get(i)
	}
	slices.SortFunc(fields, func(a, b protoreflect.FieldDescriptor) int { return int(a.Number() - b.Number()) })
	return fields
}

func numbersIn(md protoreflect.MessageDescriptor) []int32 {
	var numbers []int32
	for _, fd := range fieldsByNumber(md) {
		numbers = append(numbers, int32(fd.Number()))
	}
	return numbers
}

func numbersOf(path schema.Path) string {
	numbers := make([]string, len(path))
	for i, fd := range path {
		numbers[i] = strconv.Itoa(int(fd.Number()))
	}
	return strings.Join(numbers, ".")
}

// typeOf names the type of a field as far as bytes and text depend on it. The values of an enum are its numbers.
func typeOf(fd protoreflect.FieldDescriptor) string {
	switch {
	case fd.IsMap():
		return "map"
	case fd.IsList():
		return "repeated"
	case fd.Message() != nil:
		return string(fd.Message().FullName())
	case fd.Enum() != nil && fd.Enum().IsClosed():
		return "closed_enum"
	}
	return fd.Kind().String()
}
