package schema

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/schema/evgenpb"
	"github.com/evgen-dev/evgen/schema/filter"
)

// resolveKey collects the primary key.
func (d *projectionDraft) resolveKey() {
	for _, c := range d.Columns {
		if c.Key {
			d.Key = append(d.Key, c)
			d.checkKeyColumn(c)
		}
	}
	if len(d.Key) == 0 {
		d.errorf(d.Pos, keyMissing, "it has no key column").
			help("mark the columns that tell rows apart: [(evgen.v1.column).key = true]")
	}
}

func (d *projectionDraft) checkKeyColumn(c *Column) {
	pos := d.r.atOption(c.Field, evgenpb.E_Column, "key")
	switch {
	case c.Field.Kind() == protoreflect.FloatKind || c.Field.Kind() == protoreflect.DoubleKind:
		d.errorf(pos, keyColumn, "column %s: a %s is no key, since values that look equal may differ", c.Field.Name(), c.Field.Kind()).
			help("use an integer or a string")
	case c.Field.HasPresence():
		d.errorf(pos, keyColumn, "column %s: a key is never absent, and a field of type %s may be", c.Field.Name(), presenceName(c.Field)).
			help("use a field without presence")
	}
}

// presenceName is the type of a field that may be absent.
func presenceName(fd protoreflect.FieldDescriptor) string {
	if fd.Message() != nil {
		return typeName(fd)
	}
	return "optional " + typeName(fd)
}

// checkKey compares the key of rows with that of events, and finds the columns that hold the latter.
func (d *projectionDraft) checkKey() {
	rest := slices.Clone(d.Key)
	for _, path := range d.Source.Event.Key {
		i := slices.IndexFunc(rest, func(c *Column) bool {
			return !c.Revision && c.From.Root == filter.FromEvent && slices.Equal(c.From.Path, path)
		})
		if i < 0 {
			d.keyLacks(path)
			continue
		}
		d.Source.Owner = append(d.Source.Owner, rest[i])
		rest = slices.Delete(rest, i, i+1)
	}
	if len(d.Source.ForEach) == 0 {
		d.checkNoMore(rest)
		return
	}
	ofElement := func(c *Column) bool { return c.From.Root != filter.FromEvent }
	if len(d.Key) > 0 && !slices.ContainsFunc(d.Key, ofElement) {
		d.errorf(d.keyPos(d.Key[0]), keyOfElement, "with for_each, the key has nothing of item, so all elements of an event are one row").
			help("mark a column that is filled from item as key, too")
	}
}

// keyPos is where a key column is declared to be one.
func (d *projectionDraft) keyPos(c *Column) Position {
	return d.r.atOption(c.Field, evgenpb.E_Column, "key")
}

func (d *projectionDraft) keyLacks(path Path) {
	if len(d.Key) == 0 {
		return
	}
	rule := keyDiffers
	if len(d.Source.ForEach) > 0 {
		rule = keyOfElement
	}
	d.errorf(d.keyPos(d.Key[0]), rule, "the key of %s has %s, and the row's key has not", d.Source.Event.Desc.FullName(), path).
		help("add a column with key: true and from: %q", path)
}

// checkNoMore reports key columns that are not in the event's key: a delete names the event's key only.
func (d *projectionDraft) checkNoMore(rest []*Column) {
	for _, c := range rest {
		if i := slices.IndexFunc(d.Source.Owner, func(o *Column) bool { return slices.Equal(o.From.Path, c.From.Path) }); i >= 0 {
			d.errorf(d.keyPos(c), keyDiffers, "key column %s holds the same as key column %s", c.Field.Name(), d.Source.Owner[i].Field.Name()).
				help("remove its key")
			continue
		}
		d.errorf(d.keyPos(c), keyDiffers, "key column %s is not of the key of %s, which is %s", c.Field.Name(), d.Source.Event.Desc.FullName(), pathList(d.Source.Event.Key)).
			help("remove its key: without for_each an event has one row")
	}
}

func pathList(paths []Path) string {
	names := make([]string, len(paths))
	for i, p := range paths {
		names[i] = p.String()
	}
	return strings.Join(names, ", ")
}
