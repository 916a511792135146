package buf

import (
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/schema/compat"
)

// predicate says whether a rule flags a change. A rule without one flags all facts of its kinds.
type predicate func(c *change) bool

// goneFromFile holds where the file is still there, and has nothing of the kind and name any more.
func goneFromFile(c *change) bool {
	f := c.stayed()
	if f == nil {
		return false
	}
	twin := c.now.twin(c.Old, prefix(f.Package)+nested(c.Old))
	return twin == nil || twin.File() != f
}

// goneFromPackage holds where the package still has some of the kind, but none of the name.
func goneFromPackage(c *change) bool {
	return c.now.has(c.Old, c.Old.File().Package) && c.now.twin(c.Old, c.Old.FullName()) == nil
}

// Extensions pair by number, and are gone by name.
func extensionGoneFromFile(c *change) bool { return ofExtension(c) && goneFromFile(c) }

func extensionGoneFromPackage(c *change) bool { return ofExtension(c) && goneFromPackage(c) }

// anotherSyntax is blind to editions: one is as another.
func anotherSyntax(c *change) bool { return syntaxOf(c.Old.File()) != syntaxOf(c.New.File()) }

func syntaxOf(f *compat.File) string {
	if f.Edition >= descriptorpb.Edition_EDITION_2023 {
		return "editions"
	}
	return f.Syntax()
}

// option holds for facts about the option with a name.
func option(name string) predicate {
	return func(c *change) bool { return c.Option == name }
}

// accessorGone holds where a message lost its standard accessor of the descriptor, not where it got it back.
func accessorGone(c *change) bool {
	now, ok := c.New.(*compat.Message)
	return ok && c.Option == "no_standard_descriptor_accessor" && now.NoAccessor
}

// jsonGone holds where JSON was promised, and is not any more.
func jsonGone(c *change) bool {
	switch now := c.New.(type) {
	case *compat.Message:
		return now.JSON != compat.JSONAllow
	case *compat.Enum:
		return now.JSON != compat.JSONAllow
	}
	return false
}

// oneofNameGone is blind to the difference between real oneofs and those of optional fields where it looks for the name.
func oneofNameGone(c *change) bool {
	old := c.Old.(*compat.Oneof)
	now, ok := c.NewScope.(*compat.Message)
	return ok && !slices.ContainsFunc(now.Oneofs, func(o compat.Oneof) bool { return o.Name == old.Name })
}

// inMessage and inEnum tell facts apart that both have.
func inMessage(c *change) bool {
	_, ok := c.NewScope.(*compat.Message)
	return ok
}

func inEnum(c *change) bool {
	_, ok := c.NewScope.(*compat.Enum)
	return ok
}

// numberFree and nameFree hold where a field or value is gone and the number, or its names, may be used anew.
func numberFree(c *change) bool {
	switch now := c.NewScope.(type) {
	case *compat.Message:
		return !now.Reserves(c.Old.(*compat.Field).Number)
	case *compat.Enum:
		return !now.Reserves(c.Old.(*compat.EnumValue).Number)
	}
	return false
}

func nameFree(c *change) bool {
	switch now := c.NewScope.(type) {
	case *compat.Message:
		return !now.ReservesName(c.Old.(*compat.Field).Name)
	case *compat.Enum:
		old := c.Old.(*compat.EnumValue)
		return slices.ContainsFunc(old.In.Names(old.Number), func(name string) bool { return !now.ReservesName(name) })
	}
	return false
}

// namesGone holds where a number of an enum lost a name; to get one is fine.
func namesGone(c *change) bool {
	old, now := c.Old.(*compat.EnumValue), c.New.(*compat.EnumValue)
	names := now.In.Names(now.Number)
	return slices.ContainsFunc(old.In.Names(old.Number), func(name string) bool { return !slices.Contains(names, name) })
}

// requirednessDiffers holds where a message has another set of fields with the label required.
func requirednessDiffers(c *change) bool {
	old, now := c.fields()
	if old == nil && now == nil || !inMessage(c) || c.OldScope == nil {
		return false
	}
	return (old != nil && requiredLabel(old)) != (now != nil && requiredLabel(now))
}

// requiredLabel is blind to the feature by which editions say required: it looks at the label.
func requiredLabel(f *compat.Field) bool {
	return f.Extendee == "" && f.Label == descriptorpb.FieldDescriptorProto_LABEL_REQUIRED
}

// notOfMapEntries leaves out the keys and values of maps, whose presence and options nobody wrote.
func notOfMapEntries(c *change) bool {
	old, now := c.fields()
	return !inMapEntry(old) || !inMapEntry(now)
}

func inMapEntry(f *compat.Field) bool {
	m := f.Message()
	return m != nil && m.MapEntry
}

// ofMessage and ofExtension tell fields of messages from extensions.
func ofMessage(c *change) bool { return !ofExtension(c) }

func ofExtension(c *change) bool {
	old, _ := c.fields()
	return old.Extendee != ""
}

// ofWideIntegers holds where both sides are integers of 64 bits: no others have a type of their own in JavaScript.
func ofWideIntegers(c *change) bool {
	old, now := c.fields()
	return wideInteger(old) && wideInteger(now)
}

func wideInteger(f *compat.Field) bool {
	switch f.Kind {
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Uint64Kind, protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind:
		return true
	}
	return false
}

// ofStrings holds where both sides are strings.
func ofStrings(c *change) bool {
	old, now := c.fields()
	return old.Kind == protoreflect.StringKind && now.Kind == protoreflect.StringKind
}

// cppStringDiffers compares the types that C++ has for strings and bytes. Pieces of a string may become a string.
func cppStringDiffers(c *change) bool {
	old, now := c.fields()
	if !notOfMapEntries(c) || !textual(old) || !textual(now) {
		return false
	}
	return old.CppString != now.CppString && (old.CppString != compat.CppPiece || now.CppString != compat.CppStandard)
}

func textual(f *compat.Field) bool {
	return f.Kind == protoreflect.StringKind || f.Kind == protoreflect.BytesKind
}
