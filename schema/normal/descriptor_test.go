package normal_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/options"
	"github.com/bufbuild/protocompile/protoutil"
	gocmp "github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/schema/evgenpb"
	"github.com/evgen-dev/evgen/schema/normal"
)

// compile compiles the files of a tree, by path.
func compile(t testing.TB, tree map[string]string, paths ...string) []protoreflect.FileDescriptor {
	t.Helper()
	files, err := tryCompile(t, tree, paths...)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func tryCompile(t testing.TB, tree map[string]string, paths ...string) ([]protoreflect.FileDescriptor, error) {
	t.Helper()
	compiler := protocompile.Compiler{Resolver: protocompile.WithStandardImports(protocompile.CompositeResolver{
		&protocompile.SourceResolver{Accessor: protocompile.SourceAccessorFromMap(tree)},
		protocompile.ResolverFunc(func(path string) (protocompile.SearchResult, error) {
			if path == "evgen/v1/options.proto" {
				return protocompile.SearchResult{Desc: evgenpb.File_evgen_v1_options_proto}, nil
			}
			return protocompile.SearchResult{}, protoregistry.NotFound
		}),
	})}
	linked, err := compiler.Compile(t.Context(), paths...)
	files := make([]protoreflect.FileDescriptor, len(linked))
	for i, f := range linked {
		files[i] = f
	}
	return files, err
}

// mustPrint returns the normal form, and fails if its own normal form is another, or its canonical one.
func mustPrint(t testing.TB, fd protoreflect.FileDescriptor) string {
	t.Helper()
	text, err := normal.Print(fd)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// wantFaithful fails unless the normal form of a file of tree compiles to what the file is, and is its own normal form.
func wantFaithful(t *testing.T, tree map[string]string, fd protoreflect.FileDescriptor) {
	t.Helper()
	for name, form := range map[string]func(protoreflect.FileDescriptor) (string, error){"normal": normal.Print, "canonical": normal.Canonical} {
		text, err := form(fd)
		if err != nil {
			t.Errorf("%s form: %v", name, err)
			return
		}
		again, err := tryCompile(t, with(tree, fd.Path(), text), fd.Path())
		if err != nil {
			t.Errorf("%s form does not compile: %v\n%s", name, err, text)
			return
		}
		if a, b := arranged(fd), arranged(again[0]); !proto.Equal(a, b) {
			t.Errorf("%s form means something else (-file +form):\n%s\n%s", name, gocmp.Diff(a, b, protocmp.Transform()), text)
		}
		second, err := form(again[0])
		if err != nil || second != text {
			t.Errorf("%s form of the %s form differs (%v):\n%s", name, name, err, gocmp.Diff(text, second))
		}
		if canonical, err := normal.Canonical(again[0]); err != nil || canonical != text {
			t.Errorf("canonical form of the %s form differs (%v):\n%s", name, err, gocmp.Diff(text, canonical))
		}
	}
}

func with(tree map[string]string, path, text string) map[string]string {
	files := map[string]string{path: text}
	for p, content := range tree {
		if p != path {
			files[p] = content
		}
	}
	return files
}

// arranged returns the content of a file without the orders that the normal form may change. What it keeps in order has a meaning.
func arranged(fd protoreflect.FileDescriptor) *descriptorpb.FileDescriptorProto {
	f, err := options.StripSourceRetentionOptionsFromFile(proto.Clone(protoutil.ProtoFromFileDescriptor(fd)).(*descriptorpb.FileDescriptorProto))
	if err != nil {
		panic(err)
	}
	f.SourceCodeInfo = nil
	if f.GetSyntax() == "proto2" {
		f.Syntax = nil
	}
	var public []string
	for _, i := range f.PublicDependency {
		public = append(public, f.Dependency[i])
	}
	slices.Sort(f.Dependency)
	f.PublicDependency, f.WeakDependency = nil, nil
	for i, d := range f.Dependency {
		if slices.Contains(public, d) {
			f.PublicDependency = append(f.PublicDependency, int32(i))
		}
	}
	for _, m := range f.MessageType {
		arrangeMessage(m)
	}
	for _, e := range f.EnumType {
		arrangeEnum(e)
	}
	arrangeExtensions(f.Extension)
	opaque(f.ProtoReflect())
	return f
}

// opaque turns custom options into bytes, in one order: they are the same option whether they are dynamic or linked.
func opaque(m protoreflect.Message) {
	if strings.HasSuffix(string(m.Descriptor().Name()), "Options") {
		b, err := proto.MarshalOptions{Deterministic: true, AllowPartial: true}.Marshal(m.Interface())
		if err != nil {
			panic(err)
		}
		m.Range(func(fd protoreflect.FieldDescriptor, _ protoreflect.Value) bool { m.Clear(fd); return true })
		err = proto.UnmarshalOptions{Resolver: new(protoregistry.Types), AllowPartial: true}.Unmarshal(b, m.Interface())
		if err != nil {
			panic(err)
		}
		return
	}
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case fd.IsList() && fd.Message() != nil:
			for i := range v.List().Len() {
				opaque(v.List().Get(i).Message())
			}
		case fd.Message() != nil:
			opaque(v.Message())
		}
		return true
	})
}

func arrangeMessage(m *descriptorpb.DescriptorProto) {
	arrangeOneofs(m)
	for _, f := range m.Field {
		f.JsonName = proto.String(f.GetJsonName())
	}
	slices.SortFunc(m.Field, func(a, b *descriptorpb.FieldDescriptorProto) int { return cmp.Compare(a.GetNumber(), b.GetNumber()) })
	for _, n := range m.NestedType {
		arrangeMessage(n)
	}
	slices.SortStableFunc(m.NestedType, func(a, b *descriptorpb.DescriptorProto) int {
		if !a.GetOptions().GetMapEntry() || !b.GetOptions().GetMapEntry() {
			return cmp.Compare(weight(a), weight(b))
		}
		return strings.Compare(a.GetName(), b.GetName())
	})
	for _, e := range m.EnumType {
		arrangeEnum(e)
	}
	arrangeExtensions(m.Extension)
	slices.SortFunc(m.ReservedRange, func(a, b *descriptorpb.DescriptorProto_ReservedRange) int {
		return cmp.Compare(a.GetStart(), b.GetStart())
	})
	slices.SortFunc(m.ExtensionRange, func(a, b *descriptorpb.DescriptorProto_ExtensionRange) int {
		return cmp.Compare(a.GetStart(), b.GetStart())
	})
	slices.Sort(m.ReservedName)
}

func weight(m *descriptorpb.DescriptorProto) int {
	if m.GetOptions().GetMapEntry() {
		return 1
	}
	return 0
}

// arrangeOneofs sorts the oneofs by name, and makes the fields point to them.
func arrangeOneofs(m *descriptorpb.DescriptorProto) {
	names := make([]string, len(m.OneofDecl))
	for i, o := range m.OneofDecl {
		names[i] = o.GetName()
	}
	slices.SortFunc(m.OneofDecl, func(a, b *descriptorpb.OneofDescriptorProto) int { return strings.Compare(a.GetName(), b.GetName()) })
	for _, f := range m.Field {
		if f.OneofIndex != nil {
			name := names[f.GetOneofIndex()]
			i := slices.IndexFunc(m.OneofDecl, func(o *descriptorpb.OneofDescriptorProto) bool { return o.GetName() == name })
			f.OneofIndex = proto.Int32(int32(i))
		}
	}
}

func arrangeEnum(e *descriptorpb.EnumDescriptorProto) {
	slices.SortStableFunc(e.Value[1:], func(a, b *descriptorpb.EnumValueDescriptorProto) int {
		return cmp.Compare(a.GetNumber(), b.GetNumber())
	})
	slices.SortFunc(e.ReservedRange, func(a, b *descriptorpb.EnumDescriptorProto_EnumReservedRange) int {
		return cmp.Compare(a.GetStart(), b.GetStart())
	})
	slices.Sort(e.ReservedName)
}

func arrangeExtensions(xs []*descriptorpb.FieldDescriptorProto) {
	for _, x := range xs {
		x.Proto3Optional = nil
	}
	slices.SortFunc(xs, func(a, b *descriptorpb.FieldDescriptorProto) int {
		return cmp.Or(strings.Compare(a.GetExtendee(), b.GetExtendee()), cmp.Compare(a.GetNumber(), b.GetNumber()))
	})
}

// asImage returns fd as it is in an image that was read without knowing any custom option.
func asImage(t *testing.T, fd protoreflect.FileDescriptor) protoreflect.FileDescriptor {
	t.Helper()
	set, seen := &descriptorpb.FileDescriptorSet{}, map[string]bool{}
	var visit func(fd protoreflect.FileDescriptor)
	visit = func(fd protoreflect.FileDescriptor) {
		if seen[fd.Path()] {
			return
		}
		seen[fd.Path()] = true
		for i := range fd.Imports().Len() {
			visit(fd.Imports().Get(i).FileDescriptor)
		}
		set.File = append(set.File, protoutil.ProtoFromFileDescriptor(fd))
	}
	visit(fd)
	b, err := proto.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	read := &descriptorpb.FileDescriptorSet{}
	if err := (proto.UnmarshalOptions{Resolver: new(protoregistry.Types)}).Unmarshal(b, read); err != nil {
		t.Fatal(err)
	}
	files, err := protodesc.NewFiles(read)
	if err != nil {
		t.Fatal(err)
	}
	image, err := files.FindFileByPath(fd.Path())
	if err != nil {
		t.Fatal(err)
	}
	return image
}
