package buf

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/schema/compat"
)

// The numbers of fields of descriptor.proto that elements end with. What is not written has no location, and stands for the declaration around it.
const (
	filePackage, fileOptions                        = 2, 8
	fileSyntax, fileEdition                         = 12, 14
	declaredName                                    = 1
	fieldType, fieldTypeName                        = 5, 6
	fieldDefault, fieldOptions, fieldJSONName       = 7, 8, 10
	fieldCType, fieldJSType, fieldFeatures          = 1, 6, 21
	messageOptions, messageNoAccessor               = 7, 2
	messageFeatures, enumOptions, enumFeatures      = 12, 3, 7
	valueNumber                                     = 2
	methodInput, methodOutput                       = 2, 3
	methodOptions, methodIdempotency                = 4, 34
	featureEnumType, featureUTF8, featureJSONFormat = 2, 4, 6
	featureCpp, featureCppString                    = 1000, 2
	featureJava, featureJavaUTF8                    = 1001, 2
)

// places are where a finding stands on both sides. Without a file it stands nowhere, and is not ignored on that side.
type places struct{ old, now compat.Place }

// position returns the places of a change. It is more than one where buf reports each of several declarations.
type position func(c *change) []places

// at is the position of rules that point at the same thing on both sides.
func at(place func(compat.Node) compat.Place) position {
	return func(c *change) []places { return []places{{place(c.Old), place(c.New)}} }
}

// declaration is the whole of it, or for the entry of a map, which nobody wrote, the type of the field.
func declaration(n compat.Node) compat.Place { return part()(n) }

// part is a part of a declaration: that at a path within it.
func part(path ...int32) func(compat.Node) compat.Place {
	return func(n compat.Node) compat.Place {
		if n == nil {
			return compat.Place{}
		}
		if f := mapField(n); f != nil {
			return part(fieldTypeName)(f)
		}
		p := compat.PlaceOf(n)
		p.Element = append(p.Element, path...)
		return p
	}
}

// mapField returns the field that a map entry, or a field of it, was made for; nil for everything else.
func mapField(n compat.Node) *compat.Field {
	if f, ok := n.(*compat.Field); ok {
		n = f.In
	}
	entry, ok := n.(*compat.Message)
	if !ok || !entry.MapEntry {
		return nil
	}
	outer, ok := entry.In.(*compat.Message)
	if !ok {
		return nil
	}
	i := slices.IndexFunc(outer.Fields, func(f compat.Field) bool { return f.Cardinality == compat.Map && f.TypeName == entry.Name })
	if i < 0 {
		return nil
	}
	return &outer.Fields[i]
}

// typeOf is the type of a field as it is written; of a group, the word group.
func typeOf(n compat.Node) compat.Place {
	f, ok := n.(*compat.Field)
	if ok && (f.TypeName == "" || f.Kind == protoreflect.GroupKind && syntaxOf(f.File()) == "proto2") {
		return part(fieldType)(n)
	}
	return part(fieldTypeName)(n)
}

// syntaxStatement is what a file begins with.
func syntaxStatement(n compat.Node) compat.Place {
	if syntaxOf(n.File()) == "editions" {
		return part(fileEdition)(n)
	}
	return part(fileSyntax)(n)
}

// cppStringOf is the option of a field that decides about its type in C++.
func cppStringOf(n compat.Node) compat.Place {
	if f, ok := n.(*compat.Field); ok && f.HasCType {
		return part(fieldOptions, fieldCType)(n)
	}
	return part(fieldOptions, fieldFeatures, featureCpp, featureCppString)(n)
}

// javaUTF8Of is the option that decides whether Java checks a field: the old one of the file, if it is written.
func javaUTF8Of(n compat.Node) compat.Place {
	if n != nil && n.File().HasOption("java_string_check_utf8") {
		return compat.Place{File: n.File().Path, Element: fileOption("java_string_check_utf8")}
	}
	return part(fieldOptions, fieldFeatures, featureJava, featureJavaUTF8)(n)
}

func fileOption(name string) []int32 {
	fd := (*descriptorpb.FileOptions)(nil).ProtoReflect().Descriptor().Fields().ByName(protoreflect.Name(name))
	return []int32{fileOptions, int32(fd.Number())}
}

// atFileOption is the option of the fact, or the file without it.
func atFileOption(c *change) []places { return at(part(fileOption(c.Option)...))(c) }

// atIdempotency is the option of a method. Where it is not written buf points at the new file, and at nothing in the old one.
func atIdempotency(c *change) []places {
	p := places{now: compat.Place{File: c.New.File().Path}}
	if c.New.(*compat.Method).HasIdempotency {
		p.now = part(methodOptions, methodIdempotency)(c.New)
	}
	if c.Old.(*compat.Method).HasIdempotency {
		p.old = part(methodOptions, methodIdempotency)(c.Old)
	}
	return []places{p}
}

// atScope is what encloses the change, for what is not there any more.
func atScope(c *change) []places { return []places{{declaration(c.OldScope), declaration(c.NewScope)}} }

// atRequired is a field that became required; otherwise its message.
func atRequired(c *change) []places {
	if _, now := c.fields(); now != nil && requiredLabel(now) {
		return []places{{now: declaration(now)}}
	}
	return atScope(c)
}

// atNewNames are the numbers of all values that have the number of the fact now.
func atNewNames(c *change) []places {
	old, now := c.Old.(*compat.EnumValue), c.New.(*compat.EnumValue)
	var all []places
	for i := range now.In.Values {
		v := &now.In.Values[i]
		if v.Number != now.Number {
			continue
		}
		p := places{now: part(valueNumber)(v)}
		if was := old.In.ValueNamed(v.Name); was != nil && was.Number == old.Number {
			p.old = part(valueNumber)(was)
		}
		all = append(all, p)
	}
	return all
}

// nowhere is that of files that are gone.
func nowhere(c *change) []places { return []places{{old: compat.Place{File: c.Old.File().Path}}} }

// nowhereOfPackage is that of packages that are gone: of several files, the first by path decides whether that is ignored.
func nowhereOfPackage(c *change) []places {
	first := c.Old.File().Path
	for _, f := range c.old.Files {
		if f.Package == c.From {
			first = min(first, f.Path)
		}
	}
	return []places{{old: compat.Place{File: first}}}
}

// atFileThatStayed is the nearest declaration around what is gone that its file still has.
func atFileThatStayed(c *change) []places {
	f := c.stayed()
	if f == nil {
		return c.nearest(nil, nil)
	}
	return c.nearest(f, func(outer string) *compat.Message {
		if m := c.now.Message(prefix(f.Package) + outer); m != nil && m.File() == f {
			return m
		}
		return nil
	})
}

// atPackageThatStayed is the nearest declaration around it that its package still has, wherever that is. buf looks for it only while the file is there.
func atPackageThatStayed(c *change) []places {
	return c.nearest(c.stayed(), func(outer string) *compat.Message {
		return c.now.Message(prefix(c.Old.File().Package) + outer)
	})
}

// nearest is the first message around what is gone, from the inside, that find finds by its name without the package; else the file.
func (c *change) nearest(f *compat.File, find func(outer string) *compat.Message) []places {
	p := places{old: declaration(c.Old)}
	if f == nil {
		return []places{p}
	}
	p.now = compat.Place{File: f.Path}
	for name := outer(nested(c.Old)); name != ""; name = outer(name) {
		if m := find(name); m != nil {
			p.now = declaration(m)
			break
		}
	}
	return []places{p}
}

// outer returns the name around a name, e.g., Order of Order.Line; empty at the top.
func outer(name string) string {
	i := strings.LastIndexByte(name, '.')
	return name[:max(i, 0)]
}
