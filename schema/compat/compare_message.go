package compat

import (
	"slices"
	"strconv"
	"strings"
)

func (d *diff) message(old, now *Message) {
	d.differ(MessageRenamed, old, now, old.Name, now.Name)
	d.differ(MessageMoved, old, now, old.File().Path, now.File().Path)
	d.differ(MessageJSONChanged, old, now, old.JSON.String(), now.JSON.String())
	d.messageOption(old, now, "deprecated", strconv.FormatBool(old.Deprecated), strconv.FormatBool(now.Deprecated))
	d.messageOption(old, now, "message_set_wire_format", strconv.FormatBool(old.MessageSet), strconv.FormatBool(now.MessageSet))
	d.messageOption(old, now, "no_standard_descriptor_accessor", strconv.FormatBool(old.NoAccessor), strconv.FormatBool(now.NoAccessor))
	d.fields(old, now)
	d.oneofs(old, now)
	d.ranges(ReservedRangeRemoved, old, now, old.Reserved, now.Reserved)
	d.reservedNames(old, now, old.ReservedNames, now.ReservedNames)
	d.ranges(ExtensionRangeGone, old, now, old.ExtensionRange, now.ExtensionRange)
}

func (d *diff) messageOption(old, now *Message, name, from, to string) {
	if from != to {
		d.add(Fact{Kind: MessageOptionChanged, Old: old, New: now, OldScope: old.In, NewScope: now.In, Option: name, From: from, To: to})
	}
}

func (d *diff) fields(old, now *Message) {
	for i := range old.Fields {
		f := &old.Fields[i]
		if g := now.Field(f.Number); g != nil {
			d.field(f, g)
		} else {
			d.add(Fact{Kind: FieldRemoved, Old: f, OldScope: old, NewScope: now, From: f.Name})
		}
	}
	for i := range now.Fields {
		if g := &now.Fields[i]; old.Field(g.Number) == nil {
			d.add(Fact{Kind: FieldAdded, New: g, OldScope: old, NewScope: now, To: g.Name})
		}
	}
}

func (d *diff) oneofs(old, now *Message) {
	for i := range old.Oneofs {
		if o := &old.Oneofs[i]; !o.Synthetic && now.Oneof(o.Name) == nil {
			d.add(Fact{Kind: OneofRemoved, Old: o, OldScope: old, NewScope: now, From: o.Name})
		}
	}
	for i := range now.Oneofs {
		if o := &now.Oneofs[i]; !o.Synthetic && old.Oneof(o.Name) == nil {
			d.add(Fact{Kind: OneofAdded, New: o, OldScope: old, NewScope: now, To: o.Name})
		}
	}
}

func (d *diff) ranges(kind FactKind, old, now Node, from, to []Range) {
	if len(from) == 0 {
		return
	}
	kept := merged(to)
	for i := range from {
		lost := from[i].without(kept)
		if len(lost) == 0 {
			continue
		}
		texts := make([]string, len(lost))
		for j := range lost {
			texts[j] = lost[j].String()
		}
		d.add(Fact{Kind: kind, Old: &from[i], OldScope: old, NewScope: now, From: strings.Join(texts, ", ")})
	}
}

func (d *diff) reservedNames(old, now Node, from, to []string) {
	if len(from) == 0 {
		return
	}
	kept := slices.Sorted(slices.Values(to))
	for _, name := range from {
		if _, ok := slices.BinarySearch(kept, name); !ok {
			d.add(Fact{Kind: ReservedNameRemoved, OldScope: old, NewScope: now, From: name})
		}
	}
}
