package normal

import (
	"cmp"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// option is one name with one value, both as they are written.
type option struct {
	name  string // e.g., deprecated, or (.evgen.v1.event)
	value string // e.g., true, or {topic: "orders"}
}

func byName(a, b option) int { return strings.Compare(a.name, b.name) }

// printOptions writes options as statements.
func (p *printer) printOptions(options proto.Message) {
	for _, o := range p.options(options) {
		p.line("option %s = %s;", o.name, o.value)
	}
}

// compact returns options as they follow a field, a value or a range, with a space before them.
func compact(options []option) string {
	if len(options) == 0 {
		return ""
	}
	return " [" + strings.Join(mapped(options, func(o option) string { return o.name + " = " + o.value }), ", ") + "]"
}

// options returns what is set in one of the option messages of descriptor.proto, sorted by name; a repeated option is set once per value.
//
// Custom options are dynamic messages if protocompile read them, Go types if they are linked, and unknown bytes in an image. All three
// are the same bytes, and these are parsed with the extensions that the file can see.
func (p *printer) options(raw proto.Message) []option {
	b, err := proto.MarshalOptions{AllowPartial: true}.Marshal(raw)
	if err != nil {
		p.failf("encode options: %w", err)
		return nil
	}
	if len(b) == 0 {
		return nil
	}
	parsed := raw.ProtoReflect().New()
	err = proto.UnmarshalOptions{AllowPartial: true, Resolver: p.extensions}.Unmarshal(b, parsed.Interface())
	if err != nil {
		p.failf("decode options: %w", err)
	}
	options := p.settings("", parsed)
	slices.SortStableFunc(options, byName)
	return options
}

// settings returns one option for each field of m that is set. prefix is the path of m within the options, e.g., "features.".
func (p *printer) settings(prefix string, m protoreflect.Message) []option {
	p.checkKnown(m)
	var options []option
	for _, f := range populated(m) {
		name := prefix + optionName(f.FieldDescriptor)
		switch {
		case f.FullName() == "google.protobuf.MessageOptions.map_entry":
		case f.Name() == "uninterpreted_option" && !f.IsExtension():
			p.failf("an option is not interpreted: link the descriptor first")
		case f.IsList():
			for i := range f.value.List().Len() {
				options = append(options, option{name, p.value(f.FieldDescriptor, f.value.List().Get(i))})
			}
		case f.IsMap():
			for _, entry := range p.entries(f) {
				options = append(options, option{name, entry})
			}
		case f.Message() != nil && (prefix != "" || f.Name() == "features" && !f.IsExtension()):
			// Features have few fields, and everybody writes them one by one: some parsers know no other form.
			options = append(options, p.settings(name+".", f.value.Message())...)
		default:
			options = append(options, option{name, p.value(f.FieldDescriptor, f.value)})
		}
	}
	return options
}

func optionName(fd protoreflect.FieldDescriptor) string {
	if fd.IsExtension() {
		return "(" + fullName(fd) + ")"
	}
	return string(fd.Name())
}

// checkKnown fails if m has fields of which nobody can say how they are written.
func (p *printer) checkKnown(m protoreflect.Message) {
	if len(m.GetUnknown()) == 0 {
		return
	}
	number, _, _ := protowire.ConsumeField(m.GetUnknown())
	p.failf("field %d of an option of type %s is declared in no import of the file", number, m.Descriptor().FullName())
}

// field is a field of a message with its value.
type field struct {
	protoreflect.FieldDescriptor
	value protoreflect.Value
}

// populated returns the fields that are set, by number. Those that are for the source alone are left out: protoc strips them from what it
// hands to plugins, so that no .pb.go has them.
func populated(m protoreflect.Message) []field {
	var fields []field
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		options, _ := fd.Options().(*descriptorpb.FieldOptions)
		if options.GetRetention() != descriptorpb.FieldOptions_RETENTION_SOURCE {
			fields = append(fields, field{fd, v})
		}
		return true
	})
	slices.SortFunc(fields, func(a, b field) int { return cmp.Compare(a.Number(), b.Number()) })
	return fields
}
