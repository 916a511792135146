package contract

import (
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
)

// origin is where a thing and its parts are declared. It is no fact of the contract.
type origin struct {
	whole compat.Place
	parts map[string]compat.Place // by the key in the lock, e.g., retention
}

// At returns where a part is declared, by its key in evgen.lock, e.g., max_record; the thing itself if the part is nowhere.
func (o origin) At(part string) compat.Place {
	if p, ok := o.parts[part]; ok {
		return p
	}
	return o.whole
}

func (o *origin) put(part string, p compat.Place) {
	if o.parts == nil {
		o.parts = map[string]compat.Place{}
	}
	if _, ok := o.parts[part]; !ok {
		o.parts[part] = p
	}
}

// remains is the file at path on the new side, if it still has contracts: the place of what is gone from it. A finding without a place is beside no line of a review.
func (c *comparison) remains(path string) compat.Place {
	if left := c.after.OfFile(path); len(left.Events)+len(left.Topics)+len(left.Projections) == 0 {
		return compat.Place{}
	}
	return compat.Place{File: path}
}

// declared is the place of a declaration's name.
func declared(d protoreflect.Descriptor) compat.Place {
	return compat.Place{File: d.ParentFile().Path(), Element: append(schema.ElementOf(d), 1)}
}

// annotated is the place of an option or of something within its literal, e.g., retry.mode or key[0] of evgenpb.E_Event. When it is not
// set, ok is false, and the place is that of the declaration.
func annotated(d protoreflect.Descriptor, ext protoreflect.ExtensionType, path string) (p compat.Place, ok bool) {
	if !proto.HasExtension(d.Options(), ext) {
		return declared(d), false
	}
	m := proto.GetExtension(d.Options(), ext).(proto.Message).ProtoReflect()
	element := append(schema.ElementOf(d), optionsNumber(d), int32(ext.TypeDescriptor().Number()))
	for step := range strings.SplitSeq(path, ".") {
		name, index, indexed := strings.Cut(strings.TrimSuffix(step, "]"), "[")
		fd := m.Descriptor().Fields().ByName(protoreflect.Name(name))
		if fd == nil || !m.Has(fd) {
			return declared(d), false
		}
		element = append(element, int32(fd.Number()))
		if i, err := strconv.Atoi(index); indexed && err == nil {
			element = append(element, int32(i))
			if fd.Message() != nil && i < m.Get(fd).List().Len() {
				m = m.Get(fd).List().Get(i).Message()
			}
		} else if fd.Cardinality() == protoreflect.Repeated {
			element = append(element, 0) // a list has no location, its first element has
		} else if fd.Message() != nil {
			m = m.Get(fd).Message()
		}
	}
	return compat.Place{File: d.ParentFile().Path(), Element: element}, true
}

// optionsNumber is the number of field options in the descriptor of a declaration.
func optionsNumber(d protoreflect.Descriptor) int32 {
	switch d.(type) {
	case protoreflect.MessageDescriptor:
		return 7
	case protoreflect.OneofDescriptor:
		return 2
	}
	return 8 // of a file and of a field
}

// below is the place of something within what is at p.
func below(p compat.Place, steps ...int32) compat.Place {
	return compat.Place{File: p.File, Element: slices.Concat(p.Element, steps)}
}
