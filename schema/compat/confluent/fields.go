package confluent

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/schema/compat"
)

// fields are those of a message by number, members of oneofs included. Groups are none.
type fields map[int32]*compat.Field

func fieldsOf(m *compat.Message) fields {
	all := make(fields, len(m.Fields))
	for i := range m.Fields {
		if f := &m.Fields[i]; !isWrittenGroup(f) {
			all[f.Number] = f
		}
	}
	return all
}

// numbersOf returns the numbers of both sides, sorted.
func numbersOf(old, now fields) []int32 {
	numbers := slices.AppendSeq(slices.Collect(maps.Keys(old)), maps.Keys(now))
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

// of returns the members of a oneof; of "" the fields that are in none.
func (fs fields) of(oneof string) fields {
	members := fields{}
	for number, f := range fs {
		if oneofName(f) == oneof {
			members[number] = f
		}
	}
	return members
}

// oneofName is the oneof that a field is in, or "".
func oneofName(f *compat.Field) string {
	if o := f.Oneof(); o != nil {
		return o.Name
	}
	return ""
}

// realOneofs are the oneofs of a scope that someone wrote.
func realOneofs(n compat.Node) []*compat.Oneof {
	var written []*compat.Oneof
	m := n.(*compat.Message)
	for i := range m.Oneofs {
		if o := &m.Oneofs[i]; !o.Synthetic {
			written = append(written, o)
		}
	}
	return written
}

// at is the path of what a message has at a number or of a name, of old's message as of new's: names without the package are the same.
func (v *visit) at(parts ...string) string {
	return pathOf(v.old.(*compat.Message).NestedName()) + "/" + strings.Join(parts, "/")
}

// atField is the path of a field, within its oneof if it is in one.
func (v *visit) atField(f *compat.Field) string {
	number := strconv.Itoa(int(f.Number))
	if oneof := oneofName(f); oneof != "" {
		return v.at(oneof, number)
	}
	return v.at(number)
}

func (v *visit) added(now *compat.Field) {
	t, to := FieldAdded, now.Name
	switch {
	case now.Oneof() != nil:
		t, to = OneofFieldAdded, now.Oneof().Name
	case now.Label == descriptorpb.FieldDescriptorProto_LABEL_REQUIRED:
		t = RequiredFieldAdded
	}
	v.see(t, change{v.atField(now), nil, now, "", to})
}

func (v *visit) removed(old *compat.Field) {
	t, from := FieldRemoved, old.Name
	switch {
	case old.Oneof() != nil:
		t, from = OneofFieldRemoved, old.Oneof().Name
	case old.Label == descriptorpb.FieldDescriptorProto_LABEL_REQUIRED:
		t = RequiredFieldRemoved
	}
	v.see(t, change{v.atField(old), old, nil, from, ""})
}
