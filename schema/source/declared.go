package source

import (
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// declarations are the names and numbers over which files that do not know each other can collide: those at the top level of their files, for
// what is nested collides only where its parents do, and those of extensions.
type declarations struct {
	names      map[protoreflect.FullName]string // the file; of a package: empty
	extensions map[extension]string
}

type extension struct {
	of     protoreflect.FullName
	number protoreflect.FieldNumber
}

func newDeclarations() declarations {
	return declarations{map[protoreflect.FullName]string{}, map[extension]string{}}
}

// add adds what a file declares. It fails if another one has declared that before.
func (d declarations) add(fd protoreflect.FileDescriptor) error {
	for pkg := fd.Package(); pkg != ""; pkg = pkg.Parent() {
		if path, ok := d.names[pkg]; ok && path != "" {
			return fmt.Errorf("%s: package %s is declared as something else in %s", fd.Path(), pkg, path)
		}
		d.names[pkg] = ""
	}
	for _, name := range topLevel(fd) {
		if _, ok := d.names[name]; ok {
			return fmt.Errorf("%s: %s is declared elsewhere, too", fd.Path(), name)
		}
		d.names[name] = fd.Path()
	}
	return d.addExtensions(fd, fd.Path())
}

func topLevel(fd protoreflect.FileDescriptor) []protoreflect.FullName {
	var names []protoreflect.FullName
	for i := range fd.Messages().Len() {
		names = append(names, fd.Messages().Get(i).FullName())
	}
	for i := range fd.Services().Len() {
		names = append(names, fd.Services().Get(i).FullName())
	}
	for i := range fd.Extensions().Len() {
		names = append(names, fd.Extensions().Get(i).FullName())
	}
	for i := range fd.Enums().Len() {
		e := fd.Enums().Get(i)
		names = append(names, e.FullName())
		for j := range e.Values().Len() { // they stand beside their enum
			names = append(names, e.Values().Get(j).FullName())
		}
	}
	return names
}

// declarer is a file or a message.
type declarer interface {
	Messages() protoreflect.MessageDescriptors
	Extensions() protoreflect.ExtensionDescriptors
}

func (d declarations) addExtensions(in declarer, path string) error {
	for i := range in.Extensions().Len() {
		x := in.Extensions().Get(i)
		key := extension{x.ContainingMessage().FullName(), x.Number()}
		if other, ok := d.extensions[key]; ok {
			return fmt.Errorf("%s: field %d of %s is an extension in %s, too", path, key.number, key.of, other)
		}
		d.extensions[key] = path
	}
	for i := range in.Messages().Len() {
		if err := d.addExtensions(in.Messages().Get(i), path); err != nil {
			return err
		}
	}
	return nil
}
