package normal

import (
	"cmp"
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// scope is what messages, enums and extensions are declared in: a file or a message.
type scope interface {
	Messages() protoreflect.MessageDescriptors
	Enums() protoreflect.EnumDescriptors
	Extensions() protoreflect.ExtensionDescriptors
}

// printScope writes the messages of s in their order, then its enums. A group is a message and a field in one statement, so it is written in its
// place among the messages, and so is the oneof or the extend block that it stands in. fields are those of s, if it is a message.
func (p *printer) printScope(s scope, fields []protoreflect.FieldDescriptor) {
	groups := groupFields(append(slices.Clone(fields), extensionsOf(s)...))
	written := map[protoreflect.OneofDescriptor]bool{}
	for _, md := range all(s.Messages()) {
		switch group := groups[md.FullName()]; {
		case md.IsMapEntry():
		case group == nil:
			p.printMessage(md)
		case group.IsExtension():
			p.printExtend([]protoreflect.FieldDescriptor{group})
		case oneof(group) == nil:
			p.printField(group)
		case !written[oneof(group)]:
			written[oneof(group)] = true
			p.printOneof(oneof(group))
		}
	}
	for _, ed := range all(s.Enums()) {
		p.printEnum(ed)
	}
}

func (p *printer) printMessage(md protoreflect.MessageDescriptor) {
	p.open("message %s", md.Name())
	p.printBody(md)
	p.close()
}

// printBody writes what stands between the braces of a message or a group.
func (p *printer) printBody(md protoreflect.MessageDescriptor) {
	p.printOptions(md.Options())
	p.printReserved(mapped(all(md.ReservedRanges()), fieldNumbers), md.ReservedNames())
	p.printExtensionRanges(md)
	fields := arrange(p, all(md.Fields()), byNumber)
	p.printScope(md, fields)
	for _, fd := range fields {
		if oneof(fd) == nil && !isGroup(fd) {
			p.printField(fd)
		}
	}
	for _, od := range p.oneofs(md) {
		if !slices.ContainsFunc(all(od.Fields()), isGroup) {
			p.printOneof(od)
		}
	}
	p.printExtends(md)
}

// oneofs returns those that somebody wrote: a field with the word optional has one that nobody did.
func (p *printer) oneofs(md protoreflect.MessageDescriptor) []protoreflect.OneofDescriptor {
	written := slices.DeleteFunc(all(md.Oneofs()), protoreflect.OneofDescriptor.IsSynthetic)
	return arrange(p, written, func(a, b protoreflect.OneofDescriptor) int { return cmp.Compare(firstNumber(a), firstNumber(b)) })
}

func firstNumber(od protoreflect.OneofDescriptor) protoreflect.FieldNumber {
	return slices.MinFunc(all(od.Fields()), byNumber).Number()
}

// printOneof writes groups last, in the order of their messages.
func (p *printer) printOneof(od protoreflect.OneofDescriptor) {
	p.open("oneof %s", od.Name())
	p.printOptions(od.Options())
	fields := arrange(p, all(od.Fields()), byNumber)
	for _, fd := range fields {
		if !isGroup(fd) {
			p.printField(fd)
		}
	}
	groups := slices.DeleteFunc(fields, func(fd protoreflect.FieldDescriptor) bool { return !isGroup(fd) })
	slices.SortFunc(groups, func(a, b protoreflect.FieldDescriptor) int {
		return cmp.Compare(a.Message().Index(), b.Message().Index())
	})
	for _, fd := range groups {
		p.printField(fd)
	}
	p.close()
}

// oneof returns the oneof in whose braces a field is written, or nil.
func oneof(fd protoreflect.FieldDescriptor) protoreflect.OneofDescriptor {
	if od := fd.ContainingOneof(); od != nil && !od.IsSynthetic() {
		return od
	}
	return nil
}

// isGroup says whether a field is written with its message. Editions have groups on the wire, but not in the text.
func isGroup(fd protoreflect.FieldDescriptor) bool {
	return fd.Kind() == protoreflect.GroupKind && fd.ParentFile().Syntax() == protoreflect.Proto2
}

func groupFields(fields []protoreflect.FieldDescriptor) map[protoreflect.FullName]protoreflect.FieldDescriptor {
	groups := map[protoreflect.FullName]protoreflect.FieldDescriptor{}
	for _, fd := range fields {
		if isGroup(fd) {
			groups[fd.Message().FullName()] = fd
		}
	}
	return groups
}

func byNumber(a, b protoreflect.FieldDescriptor) int { return cmp.Compare(a.Number(), b.Number()) }
