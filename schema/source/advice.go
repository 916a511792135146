package source

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/internal/nearest"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/evgenpb"
)

// What the compiler says of a name in an annotation that it does not know.
var (
	unknownExtension = regexp.MustCompile(`unknown extension evgen\.v1\.(\w+)`)
	unknownField     = regexp.MustCompile(`option \(evgen\.v1\.\w+\).*: field (\w+) (?:not found|of evgen\.v1\.\w+ does not exist)`)
	unknownValue     = regexp.MustCompile(`enum evgen\.v1\.[\w.]+ has no value named (\w+)`)
)

// advice returns the next step after an error of the compiler in an annotation, which the compiler itself cannot know.
func (c *compilation) advice(message, path string) string {
	if m := unknownExtension.FindStringSubmatch(message); m != nil {
		imported := slices.ContainsFunc(c.units[path].imports, func(i importName) bool { return i.path == schema.OptionsPath })
		if !imported {
			return fmt.Sprintf("import %q", schema.OptionsPath)
		}
		return didYouMean(m[1], extensionNames(message))
	}
	if m := unknownField.FindStringSubmatch(message); m != nil {
		return didYouMean(m[1], fieldNames(evgenpb.File_evgen_v1_options_proto.Messages()))
	}
	if m := unknownValue.FindStringSubmatch(message); m != nil {
		return didYouMean(m[1], valueNames())
	}
	return ""
}

func didYouMean(name string, candidates []string) string {
	if near := nearest.Of(name, candidates); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return ""
}

// extensionNames returns the annotations of what the message is about: a field, a message or a file.
func extensionNames(message string) []string {
	about, _, _ := strings.Cut(message, " ")
	var names []string
	xs := evgenpb.File_evgen_v1_options_proto.Extensions()
	for i := range xs.Len() {
		of := strings.ToLower(strings.TrimSuffix(string(xs.Get(i).ContainingMessage().Name()), "Options"))
		if of == about || of == "file" && about != "field" && about != "message" {
			names = append(names, string(xs.Get(i).Name()))
		}
	}
	return names
}

func fieldNames(ms protoreflect.MessageDescriptors) []string {
	var names []string
	for i := range ms.Len() {
		for j := range ms.Get(i).Fields().Len() {
			names = append(names, string(ms.Get(i).Fields().Get(j).Name()))
		}
		names = append(names, fieldNames(ms.Get(i).Messages())...)
	}
	return names
}

func valueNames() []string {
	f := evgenpb.File_evgen_v1_options_proto
	names := valuesOf(f.Enums())
	for i := range f.Messages().Len() {
		names = append(names, valuesOf(f.Messages().Get(i).Enums())...)
		for j := range f.Messages().Get(i).Messages().Len() {
			names = append(names, valuesOf(f.Messages().Get(i).Messages().Get(j).Enums())...)
		}
	}
	return names
}

func valuesOf(es protoreflect.EnumDescriptors) []string {
	var names []string
	for i := range es.Len() {
		for j := range es.Get(i).Values().Len() {
			names = append(names, string(es.Get(i).Values().Get(j).Name()))
		}
	}
	return names
}
