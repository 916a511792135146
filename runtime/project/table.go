package project

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// Spec is what generated code says about a projection.
type Spec struct {
	Table   sqldb.Table // named like the view that readers use, e.g., installed_apps; the table behind it is installed_apps_p
	Columns []Column
	Source  Source
}

// Column is a column of a projection and the field of the row message that it fills.
type Column struct {
	Name     string // in SQL, e.g., app_id
	Field    string // of the row message, e.g., app_id; empty: the same as Name
	Type     sqldb.ColumnType
	SQLType  string // in PostgreSQL when the annotation names one, e.g., jsonb; empty: that of Type
	Key      bool   // part of the primary key
	Owner    bool   // with [Each]: part of the event's key, which says whose rows an event replaces
	Revision bool   // holds the revision of the source
}

// Table is a projection whose rows are messages R. It is immutable, safe for concurrent use, and made once by generated code.
type Table[R proto.Message] struct{ layout *layout }

// NewTable returns the projection that s describes. A mistake in s is the error of whatever uses the table first: generated
// code makes tables before main runs, where nobody could take it.
func NewTable[R proto.Message](s Spec) *Table[R] {
	var row R
	l := &layout{name: s.Table.Name, table: s.Table, columns: s.Columns, source: s.Source}
	if err := l.resolve(row.ProtoReflect().Descriptor()); err != nil {
		l.err = fmt.Errorf("projection %s: %w: generate the code anew with the evgen of this runtime's version", l.name, err)
	}
	return &Table[R]{l}
}

// layout is a table without its type parameter. The slices of numbers count columns.
type layout struct {
	name    string
	table   sqldb.Table
	columns []Column
	fields  []protoreflect.FieldDescriptor // of columns
	keys    []int                          // the primary key
	entity  []int                          // that hold the event's key
	filled  []int                          // that the source's values go to: neither entity nor revision
	source  Source
	err     error
}

func (l *layout) resolve(row protoreflect.MessageDescriptor) error {
	for i, c := range l.columns {
		field, err := fieldOf(row, c)
		if err != nil {
			return err
		}
		l.fields = append(l.fields, field)
		if c.Key {
			l.keys = append(l.keys, i)
		}
		switch {
		case l.holdsEntity(c):
			l.entity = append(l.entity, i)
		case !c.Revision:
			l.filled = append(l.filled, i)
		}
	}
	return l.check()
}

// holdsEntity says whether c is filled from the event's key.
func (l *layout) holdsEntity(c Column) bool {
	if l.source.each {
		return c.Owner
	}
	return c.Key
}

func (l *layout) check() error {
	switch {
	case l.source.open == nil:
		return errors.New("has no source")
	case len(l.keys) == 0:
		return errors.New("has no key column")
	case len(l.entity) == 0:
		return errors.New("has no owner column")
	case l.source.each && l.source.onDelete == ClearColumns:
		return errors.New("has rows per element, whose columns cannot be cleared: on_delete is DELETE_ROW or KEEP")
	}
	for _, i := range l.entity {
		if !l.columns[i].Key {
			return fmt.Errorf("owner column %s is not part of the key", l.columns[i].Name)
		}
	}
	return nil
}

// base is the table behind the view.
func (l *layout) base() string { return l.name + "_p" }

// named returns the number of the column with that name, and whether there is one.
func (l *layout) named(name string) (int, bool) {
	for i, c := range l.columns {
		if c.Name == name {
			return i, true
		}
	}
	return 0, false
}

// nullable says whether a column may hold NULL: all but the primary key may, since a deleted row has no values.
func (l *layout) nullable(column int) bool { return !l.columns[column].Key }

func fieldOf(row protoreflect.MessageDescriptor, c Column) (protoreflect.FieldDescriptor, error) {
	name := c.Field
	if name == "" {
		name = c.Name
	}
	field := row.Fields().ByName(protoreflect.Name(name))
	if field == nil {
		return nil, fmt.Errorf("column %s: %s has no field %s", c.Name, row.FullName(), name)
	}
	if !fits(c.Type, field) {
		return nil, fmt.Errorf("column %s: field %s of %s is no %s", c.Name, name, row.FullName(), c.Type)
	}
	return field, nil
}

// contract is that of the source; a table without one is refused when it is used.
func (l *layout) contract() *event.Contract {
	if l.source.contract == nil {
		return &event.Contract{}
	}
	return l.source.contract
}
