package contract

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
)

// validation reads the rules of buf.validate. They are found by name in the files themselves, since the Go package that a
// program links may be of another version, or absent. The map holds the extensions by the file that uses them.
type validation map[string]map[protoreflect.FullName]protoreflect.ExtensionType

func (v validation) ofField(fd protoreflect.FieldDescriptor) []Constraint {
	f := Field{Path: string(fd.Name()), Numbers: strconv.Itoa(int(fd.Number())), Type: typeOf(fd), Optional: fd.HasPresence()}
	return v.read(fd, "buf.validate.field", f)
}

func (v validation) ofMessage(md protoreflect.MessageDescriptor) []Constraint {
	return v.read(md, "buf.validate.message", Field{Path: "*", Numbers: "0", Type: "message"})
}

func (v validation) ofOneof(od protoreflect.OneofDescriptor) []Constraint {
	return v.read(od, "buf.validate.oneof", Field{Path: string(od.Name()), Numbers: "0", Type: "oneof"})
}

// read decodes the options of d anew with the extension as the files declare it.
func (v validation) read(d protoreflect.Descriptor, extension protoreflect.FullName, f Field) []Constraint {
	x := v.extensions(d.ParentFile())[extension]
	if x == nil || d.Options() == nil {
		return nil
	}
	b, err := proto.Marshal(d.Options())
	if err != nil {
		return nil // they were decoded before
	}
	options := d.Options().ProtoReflect().New()
	if err := (proto.UnmarshalOptions{Resolver: extensionOnly{x}}).Unmarshal(b, options.Interface()); err != nil || !options.Has(x.TypeDescriptor()) {
		return nil
	}
	f.Place = compat.Place{File: d.ParentFile().Path(), Element: append(schema.ElementOf(d), optionsNumber(d), int32(x.TypeDescriptor().Number()))}
	c := collector{field: f}
	c.walk(options.Get(x.TypeDescriptor()).Message(), "", f.Place)
	slices.SortFunc(c.found, compareConstraints)
	return c.found
}

// extensions returns what a file's imports declare of buf.validate.
func (v validation) extensions(file protoreflect.FileDescriptor) map[protoreflect.FullName]protoreflect.ExtensionType {
	if known, ok := v[file.Path()]; ok {
		return known
	}
	found := map[protoreflect.FullName]protoreflect.ExtensionType{}
	seen := map[string]bool{}
	var visit func(protoreflect.FileDescriptor)
	visit = func(fd protoreflect.FileDescriptor) {
		if seen[fd.Path()] {
			return
		}
		seen[fd.Path()] = true
		if fd.Package() == "buf.validate" {
			for i := range fd.Extensions().Len() {
				found[fd.Extensions().Get(i).FullName()] = dynamicpb.NewExtensionType(fd.Extensions().Get(i))
			}
		}
		for i := range fd.Imports().Len() {
			visit(fd.Imports().Get(i).FileDescriptor)
		}
	}
	visit(file)
	v[file.Path()] = found
	return found
}

// extensionOnly resolves one extension; the others stay unknown fields.
type extensionOnly struct{ x protoreflect.ExtensionType }

func (r extensionOnly) FindExtensionByName(name protoreflect.FullName) (protoreflect.ExtensionType, error) {
	if name == r.x.TypeDescriptor().FullName() {
		return r.x, nil
	}
	return nil, protoregistry.NotFound
}

func (r extensionOnly) FindExtensionByNumber(message protoreflect.FullName, n protoreflect.FieldNumber) (protoreflect.ExtensionType, error) {
	if x := r.x.TypeDescriptor(); message == x.ContainingMessage().FullName() && n == x.Number() {
		return r.x, nil
	}
	return nil, protoregistry.NotFound
}

// collector flattens a tree of rules into paths and values.
type collector struct {
	field Field
	found []Constraint
}

func (c *collector) walk(m protoreflect.Message, prefix string, at compat.Place) {
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if fd.Name() == "example" && fd.IsList() { // for documentation only
			return true
		}
		name, here := string(fd.Name()), below(at, int32(fd.Number()))
		if fd.IsExtension() {
			name = "[" + string(fd.FullName()) + "]"
		}
		switch path := prefix + name; {
		case fd.IsList() && fd.Message() != nil:
			for i := range v.List().Len() {
				c.walkElement(v.List().Get(i).Message(), path, below(here, int32(i)))
			}
		case fd.IsList():
			c.add(path, listText(fd, v.List()), below(here, 0))
		case fd.Message() != nil && !isQuantity(fd.Message()):
			c.walk(v.Message(), path+".", here)
		default:
			c.add(path, []string{valueText(fd, v)}, here)
		}
		return true
	})
}

// walkElement names an element of a list by its id, as of CEL rules, or else by what it says. The message that is shown to
// people is no rule.
func (c *collector) walkElement(m protoreflect.Message, path string, at compat.Place) {
	var id string
	var texts []string
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		switch {
		case !m.Has(fd) || fd.Name() == "message":
		case fd.Name() == "id":
			id = m.Get(fd).String()
		case fd.IsList():
			texts = append(texts, listText(fd, m.Get(fd).List())...)
		default:
			texts = append(texts, valueText(fd, m.Get(fd)))
		}
	}
	text := strings.Join(texts, " ")
	c.add(path+"["+cmp.Or(id, text)+"]", []string{text}, at)
}

func (c *collector) add(path string, values []string, at compat.Place) {
	x := Constraint{Field: c.field, Rule: path, Values: values}
	x.Place = at
	c.found = append(c.found, x)
}

// isQuantity says whether a message is a bound by itself.
func isQuantity(md protoreflect.MessageDescriptor) bool {
	return md.FullName() == "google.protobuf.Duration" || md.FullName() == "google.protobuf.Timestamp"
}

func listText(fd protoreflect.FieldDescriptor, list protoreflect.List) []string {
	texts := make([]string, list.Len())
	for i := range texts {
		texts[i] = valueText(fd, list.Get(i))
	}
	slices.Sort(texts)
	return slices.Compact(texts)
}

func valueText(fd protoreflect.FieldDescriptor, v protoreflect.Value) string {
	switch {
	case fd.Enum() != nil:
		if value := fd.Enum().Values().ByNumber(v.Enum()); value != nil {
			return string(value.Name())
		}
		return strconv.Itoa(int(v.Enum()))
	case fd.Message() != nil:
		return quantityText(v.Message())
	case fd.Kind() == protoreflect.BytesKind:
		return fmt.Sprintf("%x", v.Bytes())
	}
	return v.String()
}

// quantityText writes a Duration or a Timestamp so that bounds can be compared.
func quantityText(m protoreflect.Message) string {
	fields := m.Descriptor().Fields()
	if fields.ByName("seconds") == nil || fields.ByName("nanos") == nil {
		return "{}"
	}
	seconds, nanos := m.Get(fields.ByName("seconds")).Int(), m.Get(fields.ByName("nanos")).Int()
	if m.Descriptor().FullName() == "google.protobuf.Duration" {
		return (time.Duration(seconds)*time.Second + time.Duration(nanos)).String()
	}
	return time.Unix(seconds, nanos).UTC().Format(time.RFC3339Nano)
}

func compareFields(a, b Field) int {
	return cmp.Or(strings.Compare(a.owner(), b.owner()), cmp.Compare(len(a.Numbers), len(b.Numbers)), strings.Compare(a.Numbers, b.Numbers), strings.Compare(a.Path, b.Path))
}

func compareConstraints(a, b Constraint) int {
	return cmp.Or(compareFields(a.Field, b.Field), strings.Compare(a.Rule, b.Rule))
}
