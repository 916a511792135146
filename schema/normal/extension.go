package normal

import (
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"
)

// extensions resolves those that a file declares or imports, directly or not. They are read from the imports at the first question, since
// most files have no custom option.
type extensions struct {
	file  protoreflect.FileDescriptor
	types map[extensionKey]protoreflect.ExtensionType // nil: not read yet
}

type extensionKey struct {
	message protoreflect.FullName
	number  protoreflect.FieldNumber
}

// FindExtensionByNumber is what decoding asks.
func (e *extensions) FindExtensionByNumber(message protoreflect.FullName, number protoreflect.FieldNumber) (protoreflect.ExtensionType, error) {
	if e.types == nil {
		e.types = map[extensionKey]protoreflect.ExtensionType{}
		e.addFile(e.file, map[string]bool{})
	}
	if xt := e.types[extensionKey{message, number}]; xt != nil {
		return xt, nil
	}
	return nil, protoregistry.NotFound
}

// FindExtensionByName is not asked when binary options are decoded.
func (e *extensions) FindExtensionByName(protoreflect.FullName) (protoreflect.ExtensionType, error) {
	return nil, protoregistry.NotFound
}

func (e *extensions) addFile(fd protoreflect.FileDescriptor, seen map[string]bool) {
	if seen[fd.Path()] {
		return
	}
	seen[fd.Path()] = true
	e.addScope(fd)
	for _, i := range all(fd.Imports()) {
		e.addFile(i.FileDescriptor, seen)
	}
}

func (e *extensions) addScope(s scope) {
	for _, xd := range all(s.Extensions()) {
		e.types[extensionKey{xd.ContainingMessage().FullName(), xd.Number()}] = dynamicpb.NewExtensionType(xd)
	}
	for _, md := range all(s.Messages()) {
		e.addScope(md)
	}
}
