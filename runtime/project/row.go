package project

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/runtime/sqldb"
)

// Names of the columns that every table has beside those of its rows.
const (
	revisionColumn = "_rev"
	offsetColumn   = "record_offset" // decides between equal revisions, see versionOf
	deletedColumn  = "_deleted"
	hashColumn     = "_hash"
	timeColumn     = "_at"
)

// target is a column that the writer fills.
type target struct {
	name    string
	typ     sqldb.ColumnType
	sqlType string // see [Column]
}

// targets are the columns of a written row in order: those of the table, then those of its guard.
func (l *layout) targets() []target {
	all := make([]target, 0, len(l.columns)+4)
	for _, c := range l.columns {
		all = append(all, target{c.Name, c.Type, c.SQLType})
	}
	all = append(all, target{name: revisionColumn, typ: sqldb.Int64})
	if !l.source.each {
		all = append(all, target{name: offsetColumn, typ: sqldb.Int64}, target{name: deletedColumn, typ: sqldb.Bool})
	}
	return append(all, target{name: hashColumn, typ: sqldb.Bytes})
}

// singleRow returns the row of a change as targets has it.
func (l *layout) singleRow(c *change) ([]any, error) {
	cleared := c.deleted && l.source.onDelete == ClearColumns
	gone := len(c.rows) == 0 && !cleared
	values := make([]any, len(l.filled))
	if len(c.rows) > 0 {
		values = c.rows[0]
	}
	row, err := l.row(c, values)
	return append(row, c.version.revision, c.version.offset, gone, hashOrNull(c.hash)), err
}

func hashOrNull(hash []byte) any {
	if hash == nil {
		return nil
	}
	return hash
}

// row puts values where they belong.
func (l *layout) row(c *change, values []any) ([]any, error) {
	if len(c.entity) != len(l.entity) || len(values) != len(l.filled) {
		return nil, fmt.Errorf("got %d values of the key and %d others for %d and %d columns: generate the code anew", len(c.entity), len(values), len(l.entity), len(l.filled))
	}
	row := make([]any, len(l.columns), len(l.columns)+4)
	for i, column := range l.columns {
		row[i] = revisionAs(column.Type, c.version.revision)
	}
	for i, column := range l.entity {
		row[column] = c.entity[i]
	}
	for i, column := range l.filled {
		row[column] = l.unset(column, values[i])
	}
	return row, nil
}

// revisionAs returns a revision for the columns that hold it; all others are filled afterwards.
func revisionAs(t sqldb.ColumnType, revision int64) any {
	switch t {
	case sqldb.Uint64:
		return uint64(revision)
	case sqldb.Timestamp:
		return time.UnixMicro(revision)
	default:
		return revision
	}
}

// unset turns nil bytes into NULL where the row's field can be unset; elsewhere they are bytes of length zero, as a string would be.
func (l *layout) unset(column int, v any) any {
	if b, ok := v.([]byte); ok && b == nil && l.fields[column].HasPresence() {
		return nil
	}
	return v
}

// contentOf returns a hash of arguments, which tells whether a row must be written again. Half of SHA-256 is plenty among the rows of a table.
func contentOf(args []any) []byte {
	hash := sha256.Sum256(encodeValues(args))
	return hash[:len(hash)/2]
}

// fieldKinds says which fields a column of a type can fill.
var fieldKinds = map[sqldb.ColumnType][]protoreflect.Kind{
	sqldb.Text:   {protoreflect.StringKind},
	sqldb.Bytes:  {protoreflect.BytesKind},
	sqldb.Bool:   {protoreflect.BoolKind},
	sqldb.Int32:  {protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind, protoreflect.EnumKind},
	sqldb.Int64:  {protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind, protoreflect.Uint32Kind, protoreflect.Fixed32Kind},
	sqldb.Uint64: {protoreflect.Uint64Kind, protoreflect.Fixed64Kind},
	sqldb.Float:  {protoreflect.FloatKind},
	sqldb.Double: {protoreflect.DoubleKind},
}

func fits(t sqldb.ColumnType, f protoreflect.FieldDescriptor) bool {
	switch {
	case f.Cardinality() == protoreflect.Repeated:
		return false
	case f.Message() == nil:
		return slices.Contains(fieldKinds[t], f.Kind())
	case t == sqldb.Timestamp:
		return f.Message().FullName() == "google.protobuf.Timestamp"
	default:
		return t == sqldb.Duration && f.Message().FullName() == "google.protobuf.Duration"
	}
}

// set fills a field of m with what a column holds. NULL leaves the field unset.
func set(m protoreflect.Message, f protoreflect.FieldDescriptor, v any) {
	switch x := v.(type) {
	case nil:
	case time.Time:
		setParts(m.Mutable(f).Message(), x.Unix(), int32(x.Nanosecond()))
	case time.Duration:
		setParts(m.Mutable(f).Message(), int64(x/time.Second), int32(x%time.Second))
	case int32:
		setInt32(m, f, x)
	case int64:
		setInt64(m, f, x)
	default:
		m.Set(f, protoreflect.ValueOf(v))
	}
}

// setParts fills a timestamp or a duration, which are alike: seconds are field 1, nanoseconds field 2.
func setParts(m protoreflect.Message, seconds int64, nanos int32) {
	fields := m.Descriptor().Fields()
	m.Set(fields.ByNumber(1), protoreflect.ValueOfInt64(seconds))
	m.Set(fields.ByNumber(2), protoreflect.ValueOfInt32(nanos))
}

func setInt32(m protoreflect.Message, f protoreflect.FieldDescriptor, n int32) {
	if f.Kind() == protoreflect.EnumKind {
		m.Set(f, protoreflect.ValueOfEnum(protoreflect.EnumNumber(n)))
		return
	}
	m.Set(f, protoreflect.ValueOfInt32(n))
}

func setInt64(m protoreflect.Message, f protoreflect.FieldDescriptor, n int64) {
	if f.Kind() == protoreflect.Uint32Kind || f.Kind() == protoreflect.Fixed32Kind {
		m.Set(f, protoreflect.ValueOfUint32(uint32(n)))
		return
	}
	m.Set(f, protoreflect.ValueOfInt64(n))
}
