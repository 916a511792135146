package schema

import (
	"slices"
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/evgenpb"
)

// OptionsPath is how proto files import the annotations.
const OptionsPath = "evgen/v1/options.proto"

// CompareAnnotations says how a copy of evgen/v1/options.proto differs from evgen's own.
func CompareAnnotations(fd protoreflect.FileDescriptor) Diagnostics {
	theirs, ours := annotationFacts(fd), annotationFacts(evgenpb.File_evgen_v1_options_proto)
	if extra := missingFrom(ours, theirs); extra != "" {
		return Diagnostics{{
			ID: optionsNewer, Pos: Position{Path: fd.Path()},
			Message: OptionsPath + " is newer than this evgen: it has " + extra,
			Help:    "upgrade evgen, or delete the copy: evgen brings its own",
		}}
	}
	if lacking := missingFrom(theirs, ours); lacking != "" {
		return Diagnostics{{
			ID: optionsOlder, Severity: Warning, Pos: Position{Path: fd.Path()},
			Message: OptionsPath + " is older than this evgen: it lacks " + lacking,
			Help:    "delete the copy: evgen brings its own",
		}}
	}
	return nil
}

// missingFrom returns the first of facts that is not in known, or nothing.
func missingFrom(known, facts []string) string {
	for _, f := range facts {
		if !slices.Contains(known, f) {
			return f
		}
	}
	return ""
}

// annotationFacts lists what a reader of options.proto can set: fields and enum values with their numbers and types.
func annotationFacts(fd protoreflect.FileDescriptor) []string {
	facts := fieldFacts(fd.Extensions())
	facts = append(facts, enumFacts(fd.Enums())...)
	return append(facts, messageFacts(fd.Messages())...)
}

func messageFacts(mds protoreflect.MessageDescriptors) []string {
	var facts []string
	for i := range mds.Len() {
		facts = append(facts, fieldFacts(mds.Get(i).Fields())...)
		facts = append(facts, enumFacts(mds.Get(i).Enums())...)
		facts = append(facts, messageFacts(mds.Get(i).Messages())...)
	}
	return facts
}

func fieldFacts(fds interface {
	Len() int
	Get(int) protoreflect.FieldDescriptor
}) []string {
	var facts []string
	for i := range fds.Len() {
		fd := fds.Get(i)
		facts = append(facts, numbered(fd, fd.Number())+" "+fd.Cardinality().String()+" "+fd.Kind().String())
	}
	return facts
}

func enumFacts(eds protoreflect.EnumDescriptors) []string {
	var facts []string
	for i := range eds.Len() {
		values := eds.Get(i).Values()
		for j := range values.Len() {
			facts = append(facts, numbered(values.Get(j), protoreflect.FieldNumber(values.Get(j).Number())))
		}
	}
	return facts
}

func numbered(d protoreflect.Descriptor, n protoreflect.FieldNumber) string {
	return string(d.FullName()) + " = " + strconv.Itoa(int(n))
}
