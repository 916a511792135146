package compat

import (
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// File is one proto file.
type File struct {
	Path       string               // as imported, e.g., acme/orders/v1/orders.proto
	Package    string               // may be empty
	Edition    descriptorpb.Edition // EDITION_PROTO2, EDITION_PROTO3 or a year
	Imports    []string             // paths, in order
	Options    []Option             // those that are written, of the ones that [FileOptions] names, in its order
	Messages   []*Message           // top level
	Enums      []*Enum              // top level
	Services   []*Service
	Extensions []*Field // top level
}

// Option is an option and its value, e.g., java_package and com.acme. Values of enums are their names, e.g., SPEED.
type Option struct{ Name, Value string }

// comparedOptions are the file options that profiles compare.
var comparedOptions = []string{
	"cc_enable_arenas", "cc_generic_services", "csharp_namespace", "go_package", "java_generic_services", "java_multiple_files",
	"java_outer_classname", "java_package", "java_string_check_utf8", "objc_class_prefix", "optimize_for", "php_class_prefix",
	"php_metadata_namespace", "php_namespace", "py_generic_services", "ruby_package", "swift_prefix",
}

// Option returns the value of a file option, or its default if none is written.
func (f *File) Option(name string) string {
	for _, o := range f.Options {
		if o.Name == name {
			return o.Value
		}
	}
	fields := (*descriptorpb.FileOptions)(nil).ProtoReflect().Descriptor().Fields()
	if fd := fields.ByName(protoreflect.Name(name)); fd != nil {
		return optionText(fd, fd.Default())
	}
	return ""
}

// HasOption says whether a file option is written.
func (f *File) HasOption(name string) bool {
	return slices.ContainsFunc(f.Options, func(o Option) bool { return o.Name == name })
}

func optionText(fd protoreflect.FieldDescriptor, v protoreflect.Value) string {
	if fd.Enum() != nil {
		return string(fd.Enum().Values().ByNumber(v.Enum()).Name())
	}
	return v.String()
}

// FullName returns the path.
func (f *File) FullName() string { return f.Path }

// Parent returns nil.
func (f *File) Parent() Node { return nil }

// File returns f.
func (f *File) File() *File { return f }

// Element returns an empty path.
func (f *File) Element() []int32 { return nil }

// Syntax returns what the file begins with: proto2, proto3, or an edition, e.g., 2023.
func (f *File) Syntax() string {
	switch f.Edition {
	case descriptorpb.Edition_EDITION_PROTO2, descriptorpb.Edition_EDITION_UNKNOWN:
		return "proto2"
	case descriptorpb.Edition_EDITION_PROTO3:
		return "proto3"
	}
	return f.Edition.String()[len("EDITION_"):]
}

// nested returns the name of a declaration without the package, e.g., Order.Item.
func (f *File) nested(fullName string) string {
	if f.Package == "" {
		return fullName
	}
	return fullName[len(f.Package)+1:]
}
