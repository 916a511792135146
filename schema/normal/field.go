package normal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

func (p *printer) printField(fd protoreflect.FieldDescriptor) {
	options := compact(p.fieldOptions(fd))
	if isGroup(fd) {
		p.open("%sgroup %s = %d%s", label(fd), fd.Message().Name(), fd.Number(), options)
		p.printBody(fd.Message())
		p.close()
		return
	}
	p.line("%s%s %s = %d%s;", label(fd), typeName(fd), fd.Name(), fd.Number(), options)
}

// label returns the word before the type, with a space after it. Editions say with features what proto2 says with words.
func label(fd protoreflect.FieldDescriptor) string {
	switch {
	case fd.IsMap(), oneof(fd) != nil:
		return ""
	case fd.Cardinality() == protoreflect.Repeated:
		return "repeated "
	case fd.ParentFile().Syntax() == protoreflect.Editions:
		return ""
	case fd.Cardinality() == protoreflect.Required:
		return "required "
	case fd.IsExtension() && fd.ParentFile().Syntax() == protoreflect.Proto3:
		return "" // optional means nothing there, and not every compiler keeps it
	case fd.HasOptionalKeyword():
		return "optional "
	}
	return ""
}

func typeName(fd protoreflect.FieldDescriptor) string {
	switch {
	case fd.IsMap():
		return fmt.Sprintf("map<%s, %s>", typeName(fd.MapKey()), typeName(fd.MapValue()))
	case fd.Message() != nil:
		return fullName(fd.Message())
	case fd.Enum() != nil:
		return fullName(fd.Enum())
	}
	return fd.Kind().String()
}

// fullName begins with a dot, so that it means the same in every scope.
func fullName(d protoreflect.Descriptor) string { return "." + string(d.FullName()) }

// fieldOptions are the options of a field with default and json_name, which are written as if they were options.
func (p *printer) fieldOptions(fd protoreflect.FieldDescriptor) []option {
	options := p.options(fd.Options())
	if fd.HasDefault() {
		options = append(options, option{"default", p.defaultValue(fd)})
	}
	if fd.HasJSONName() && !fd.IsExtension() && fd.JSONName() != defaultJSONName(fd.Name()) {
		options = append(options, option{"json_name", quote(fd.JSONName())})
	}
	slices.SortStableFunc(options, byName)
	return options
}

func (p *printer) defaultValue(fd protoreflect.FieldDescriptor) string {
	if fd.Kind() == protoreflect.EnumKind {
		return string(fd.DefaultEnumValue().Name())
	}
	return p.scalar(fd, fd.Default())
}

// defaultJSONName leaves underscores out, and capitalises the letter after each.
func defaultJSONName(name protoreflect.Name) string {
	var b strings.Builder
	after := false
	for _, c := range []byte(name) {
		if after && 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		if after = c == '_'; !after {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func extensionsOf(s scope) []protoreflect.FieldDescriptor {
	return mapped(all(s.Extensions()), func(xd protoreflect.ExtensionDescriptor) protoreflect.FieldDescriptor { return xd })
}

// printExtends writes the extensions that are no groups, those of one message that follow each other in one block.
func (p *printer) printExtends(s scope) {
	fields := slices.DeleteFunc(extensionsOf(s), isGroup)
	fields = arrange(p, fields, func(a, b protoreflect.FieldDescriptor) int {
		return cmp.Or(cmp.Compare(a.ContainingMessage().FullName(), b.ContainingMessage().FullName()), byNumber(a, b))
	})
	for len(fields) > 0 {
		n := 1
		for n < len(fields) && fields[n].ContainingMessage().FullName() == fields[0].ContainingMessage().FullName() {
			n++
		}
		p.printExtend(fields[:n])
		fields = fields[n:]
	}
}

// printExtend writes extensions of one message.
func (p *printer) printExtend(fields []protoreflect.FieldDescriptor) {
	p.open("extend %s", fullName(fields[0].ContainingMessage()))
	for _, fd := range fields {
		p.printField(fd)
	}
	p.close()
}
