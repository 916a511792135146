package baseline

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/schema/source"
)

// Scan links the files of s one by one and visits each once, after its imports, but for standard ones. Like source.Scan it visits those that
// are only imported, too: what they declare is part of what imports them. Each file is let go when nothing imports it any more, so that the set
// as a whole is never in memory, unless visit keeps a descriptor, which keeps all that it imports. Descriptors have no source info; their options
// are parsed as the types of package evgenpb. An error of visit is returned as it is; any other is an [Error], or of ctx.
func (s *Set) Scan(ctx context.Context, visit func(protoreflect.FileDescriptor) error) error {
	l := &linker{
		set: s, live: map[string]protoreflect.FileDescriptor{}, users: map[string]int{},
		names: map[protoreflect.FullName]protoreflect.Descriptor{}, declared: map[protoreflect.FullName]string{},
		packages: map[protoreflect.FullName]string{},
	}
	for _, f := range s.order {
		if err := ctx.Err(); err != nil {
			return err
		}
		fd, err := l.link(f)
		if err != nil {
			return s.refused(fmt.Errorf("link %s: %s", f.path, steady(err)))
		}
		if _, standard := source.StandardImport(f.path); !standard {
			if err := visit(fd); err != nil {
				return err
			}
		}
		l.release(f.path)
	}
	return nil
}

// steady returns the text of an error of package proto without its prefix, after which each build of a program has another kind of
// space.
func steady(err error) string {
	return strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\u00a0", " "), "proto: ")
}

// linker links one file after another, and resolves their names: it is a protodesc.Resolver of the files that are still needed.
type linker struct {
	set      *Set
	live     map[string]protoreflect.FileDescriptor
	users    map[string]int // how many files that import it are not released
	names    map[protoreflect.FullName]protoreflect.Descriptor
	declared map[protoreflect.FullName]string // by which file, of all there were
	packages map[protoreflect.FullName]string // likewise
}

func (l *linker) link(f *setFile) (protoreflect.FileDescriptor, error) {
	p := &descriptorpb.FileDescriptorProto{}
	if err := proto.Unmarshal(f.raw, p); err != nil {
		return nil, err
	}
	fd, err := protodesc.NewFile(p, l)
	if err != nil {
		return nil, err
	}
	l.users[f.path] += f.users
	return fd, l.declare(fd)
}

// declare enters the names of a file, and refuses those that another has.
func (l *linker) declare(fd protoreflect.FileDescriptor) error {
	l.live[fd.Path()] = fd
	for name := fd.Package(); name != ""; name = name.Parent() {
		if other, ok := l.declared[name]; ok {
			return fmt.Errorf("package %s is a name in %s, too", name, other)
		}
		l.packages[name] = fd.Path()
	}
	for _, d := range declarations(fd) {
		name := d.FullName()
		if other, ok := l.declared[name]; ok {
			return fmt.Errorf("%s is declared in %s, too", name, other)
		}
		if other, ok := l.packages[name]; ok {
			return fmt.Errorf("%s is the package of %s, too", name, other)
		}
		l.declared[protoreflect.FullName(strings.Clone(string(name)))] = fd.Path()
		l.names[name] = d
	}
	return nil
}

// release lets go of a file that nothing needs any more, and of its imports if that holds for them, too.
func (l *linker) release(path string) {
	if l.users[path] > 0 || l.set.files[path] == nil {
		return
	}
	fd := l.live[path]
	for _, d := range declarations(fd) {
		delete(l.names, d.FullName())
	}
	delete(l.live, path)
	for _, imported := range l.set.files[path].imports {
		l.users[imported]--
		l.release(imported)
	}
}

// FindFileByPath returns a file that others import; a standard one need not be in the set.
func (l *linker) FindFileByPath(path string) (protoreflect.FileDescriptor, error) {
	if fd, ok := l.live[path]; ok {
		return fd, nil
	}
	fd, ok := source.StandardImport(path)
	if !ok {
		return nil, protoregistry.NotFound
	}
	return fd, l.declare(fd)
}

// FindDescriptorByName returns a declaration of a file that is not released.
func (l *linker) FindDescriptorByName(name protoreflect.FullName) (protoreflect.Descriptor, error) {
	if d, ok := l.names[name]; ok {
		return d, nil
	}
	parent, err := l.parent(name)
	if err != nil {
		return nil, err
	}
	if d := parent.Messages().ByName(name.Name()); d != nil {
		return d, nil
	}
	if d := parent.Enums().ByName(name.Name()); d != nil {
		return d, nil
	}
	return nil, protoregistry.NotFound
}

// longestName bounds the work for a name that nobody wrote.
const longestName = 1 << 14

// parent returns the message that a name is in.
func (l *linker) parent(name protoreflect.FullName) (protoreflect.MessageDescriptor, error) {
	if name.Parent() == "" || len(name) > longestName {
		return nil, protoregistry.NotFound
	}
	d, err := l.FindDescriptorByName(name.Parent())
	if md, ok := d.(protoreflect.MessageDescriptor); ok {
		return md, nil
	}
	return nil, cmp.Or(err, protoregistry.NotFound)
}

// declarations returns what a file enters into its package: also the values of enums, which stand beside them.
func declarations(fd protoreflect.FileDescriptor) []protoreflect.Descriptor {
	var ds []protoreflect.Descriptor
	for i := range fd.Messages().Len() {
		ds = append(ds, fd.Messages().Get(i))
	}
	for i := range fd.Enums().Len() {
		ds = append(ds, fd.Enums().Get(i))
		for j := range fd.Enums().Get(i).Values().Len() {
			ds = append(ds, fd.Enums().Get(i).Values().Get(j))
		}
	}
	for i := range fd.Extensions().Len() {
		ds = append(ds, fd.Extensions().Get(i))
	}
	for i := range fd.Services().Len() {
		ds = append(ds, fd.Services().Get(i))
	}
	return ds
}
