package schema

import (
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// locator finds the positions of declarations and options through source info.
type locator struct {
	texts Texts
}

// at returns the position of a declaration's name.
func (l *locator) at(d protoreflect.Descriptor) Position {
	return l.find(d, declarationName(d))
}

// declarationName is the path of the name below a declaration, all of which have it as field 1. A file has its package (2).
func declarationName(d protoreflect.Descriptor) []int32 {
	if _, ok := d.(protoreflect.FileDescriptor); ok {
		return []int32{2}
	}
	return []int32{1}
}

// atOption returns the position of an option or of something within its literal, e.g., "retry.backoff" or "topics[0].name" of
// evgenpb.E_Event. If the source info does not have it, the nearest thing around it is returned.
func (l *locator) atOption(d protoreflect.Descriptor, ext protoreflect.ExtensionType, path string) Position {
	x := ext.TypeDescriptor()
	steps := append([]int32{optionsField(d), int32(x.Number())}, optionPath(x.Message(), path)...)
	return l.find(d, steps)
}

// optionsField is the number of field options in the descriptor of a declaration.
func optionsField(d protoreflect.Descriptor) int32 {
	if _, ok := d.(protoreflect.MessageDescriptor); ok {
		return 7
	}
	return 8 // of a file and of a field
}

// optionPath turns names into numbers; what it does not know ends the path.
func optionPath(md protoreflect.MessageDescriptor, path string) []int32 {
	var steps []int32
	for name := range strings.SplitSeq(path, ".") {
		name, index, indexed := strings.Cut(strings.TrimSuffix(name, "]"), "[")
		if md == nil || md.Fields().ByName(protoreflect.Name(name)) == nil {
			return steps
		}
		fd := md.Fields().ByName(protoreflect.Name(name))
		steps = append(steps, int32(fd.Number()))
		if i, err := strconv.Atoi(index); indexed && err == nil {
			steps = append(steps, int32(i))
		}
		md = fd.Message()
	}
	return steps
}

// find returns the position of what is at a path below a declaration.
func (l *locator) find(d protoreflect.Descriptor, below []int32) Position {
	file := d.ParentFile()
	loc, ok := nearestLocation(file.SourceLocations(), ElementOf(d), below)
	if !ok {
		return Position{Path: file.Path()}
	}
	return l.texts.Position(file.Path(), loc.StartLine, loc.StartColumn)
}

// nearestLocation returns the location of base+below; else of the first thing below it, since an option may be set field by
// field and then has no location of its own; else of what is around it.
func nearestLocation(locations protoreflect.SourceLocations, base, below []int32) (protoreflect.SourceLocation, bool) {
	for n := len(below); n > 0; n-- {
		path := slices.Concat(base, below[:n])
		if loc := locations.ByPath(path); loc.Path != nil {
			return loc, true
		}
		if loc, ok := firstBelow(locations, path); ok {
			return loc, true
		}
	}
	loc := locations.ByPath(base)
	return loc, loc.Path != nil
}

func firstBelow(locations protoreflect.SourceLocations, path []int32) (protoreflect.SourceLocation, bool) {
	for i := range locations.Len() {
		if loc := locations.Get(i); len(loc.Path) > len(path) && slices.Equal(loc.Path[:len(path)], path) {
			return loc, true
		}
	}
	return protoreflect.SourceLocation{}, false
}

// ElementOf returns the path of a declaration in its file's descriptor, as a google.protobuf.SourceCodeInfo.Location has it.
func ElementOf(d protoreflect.Descriptor) []int32 {
	switch p := d.Parent().(type) {
	case protoreflect.FileDescriptor:
		return []int32{numberIn(d, 4, 5, 7), int32(d.Index())}
	case protoreflect.MessageDescriptor:
		return append(ElementOf(p), numberIn(d, 3, 4, 6), int32(d.Index()))
	case protoreflect.EnumDescriptor:
		return append(ElementOf(p), 2, int32(d.Index()))
	}
	return nil
}

// numberIn chooses the number of the list that holds d in its parent's descriptor.
func numberIn(d protoreflect.Descriptor, message, enum, extension int32) int32 {
	switch d := d.(type) {
	case protoreflect.EnumDescriptor:
		return enum
	case protoreflect.OneofDescriptor:
		return 8
	case protoreflect.FieldDescriptor:
		if d.IsExtension() {
			return extension
		}
		return 2
	}
	return message
}
