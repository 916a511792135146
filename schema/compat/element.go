package compat

// Enclosing returns what stands for an element that has no location: an option, name or type that is not written stands for what is around it, up to the declaration, that
// for the one around it, and so on up to the file, which is the empty element. What stands around an option is never the brackets that hold other options.
func Enclosing(element []int32) []int32 {
	if len(element) == 0 {
		return nil
	}
	kind, end := fileElement, 0
	for end+1 < len(element) {
		inner, ok := elementKinds[kind].children[element[end]]
		if !ok {
			break
		}
		kind, end = inner, end+2
	}
	switch within := element[end:]; {
	case len(within) == 0:
		return element[:end-2]
	case within[0] == elementKinds[kind].options && len(within) > 2:
		return element[:len(element)-1]
	}
	return element[:end]
}

// elementKind is a kind of declaration.
type elementKind uint8

const (
	fileElement elementKind = iota
	messageElement
	fieldElement
	oneofElement
	rangeElement
	enumElement
	valueElement
	serviceElement
	methodElement
)

// elementKinds are the fields of descriptor.proto that hold options, and those that hold declarations, by kind.
var elementKinds = [...]struct {
	options  int32
	children map[int32]elementKind
}{
	fileElement: {8, map[int32]elementKind{
		fileMessages: messageElement, fileEnums: enumElement, fileServices: serviceElement, fileExtensions: fieldElement,
	}},
	messageElement: {7, map[int32]elementKind{
		messageFields: fieldElement, messageMessages: messageElement, messageEnums: enumElement,
		messageExtensionRanges: rangeElement, messageExtensions: fieldElement, messageOneofs: oneofElement,
	}},
	fieldElement:   {8, nil},
	oneofElement:   {2, nil},
	rangeElement:   {3, nil},
	enumElement:    {3, map[int32]elementKind{enumValues: valueElement}},
	valueElement:   {3, nil},
	serviceElement: {3, map[int32]elementKind{serviceMethods: methodElement}},
	methodElement:  {4, nil},
}
