package schema

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// pathProblem says why a path leads nowhere, as the end of a sentence that starts with the path.
type pathProblem struct {
	text string // e.g., is not a field of acme.orders.v1.Order
	help string // may be empty
}

// fieldPath follows a dotted path of fields from a message. All fields but the last are singular messages; none is a member of a oneof.
// The last may be anything; callers check its kind.
func fieldPath(md protoreflect.MessageDescriptor, path string) (Path, *pathProblem) {
	var fields Path
	names := strings.Split(path, ".")
	for i, name := range names {
		if len(fields) > 0 {
			if p := notThrough(fields.Leaf()); p != nil {
				return nil, p
			}
			md = fields.Leaf().Message()
		}
		fd := md.Fields().ByName(protoreflect.Name(name))
		if fd == nil {
			return nil, noField(md, names, i)
		}
		if o := fd.ContainingOneof(); o != nil && !o.IsSynthetic() {
			return nil, &pathProblem{text: fmt.Sprintf("crosses oneof %s", o.FullName()), help: "use a field that every event has"}
		}
		fields = append(fields, fd)
	}
	return fields, nil
}

func notThrough(fd protoreflect.FieldDescriptor) *pathProblem {
	switch {
	case fd.IsMap():
		return &pathProblem{text: fmt.Sprintf("crosses map %s", fd.FullName())}
	case fd.IsList():
		return &pathProblem{text: fmt.Sprintf("crosses repeated field %s", fd.FullName())}
	case fd.Message() == nil:
		return &pathProblem{text: fmt.Sprintf("goes on after %s, which is not a message", fd.FullName())}
	}
	return nil
}

// noField says that names[i] is not a field of md, and how the path might have been meant.
func noField(md protoreflect.MessageDescriptor, names []string, i int) *pathProblem {
	p := &pathProblem{text: fmt.Sprintf("is not a field of %s", md.FullName())}
	if near := nearest(names[i], fieldNames(md)); near != "" {
		meant := slices.Concat(names[:i], []string{near}, names[i+1:])
		p.help = fmt.Sprintf("did you mean %q?", strings.Join(meant, "."))
	}
	return p
}

func fieldNames(md protoreflect.MessageDescriptor) []string {
	names := make([]string, md.Fields().Len())
	for i := range names {
		names[i] = string(md.Fields().Get(i).Name())
	}
	return names
}

// String returns the dotted path.
func (p Path) String() string {
	names := make([]string, len(p))
	for i, fd := range p {
		names[i] = string(fd.Name())
	}
	return strings.Join(names, ".")
}
