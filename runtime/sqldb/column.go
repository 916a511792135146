package sqldb

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"
)

// ColumnType is what a column holds, independent of the database. [Dialect] gives it a name in SQL, and turns
// values of it into what drivers take and back.
type ColumnType uint8

// The types of columns, with the Go type that [Dialect.Value] returns.
const (
	Text      ColumnType = iota // string
	Bytes                       // []byte
	Bool                        // bool
	Int32                       // int32; also enums
	Int64                       // int64; also uint32
	Uint64                      // uint64
	Float                       // float32; SQLite stores NaN as NULL
	Double                      // float64; SQLite stores NaN as NULL
	Timestamp                   // time.Time in UTC, cut to microseconds, years 1 to 9999
	Duration                    // time.Duration, cut to microseconds
)

// String returns the type's name in lower case, e.g., "timestamp".
func (t ColumnType) String() string {
	names := [...]string{"text", "bytes", "bool", "int32", "int64", "uint64", "float", "double", "timestamp", "duration"}
	if int(t) < len(names) {
		return names[t]
	}
	return "unknown"
}

// ValueError says that a value cannot be stored in a column of its type, now or ever. [Classify] calls it [Permanent].
type ValueError struct {
	Type   ColumnType
	Reason string // e.g., text with a NUL byte, which PostgreSQL cannot store
}

func (e *ValueError) Error() string { return fmt.Sprintf("store %s: %s", e.Type, e.Reason) }

// canonical returns v as the Go type of t, nil for NULL. It takes what messages have: scalars and named types of them, pointers to them
// (nil is NULL), and whatever has AsTime or AsDuration, as the well-known types do.
func canonical(t ColumnType, v any) (any, error) {
	if x, ok := plain(t, v); ok {
		return x, nil
	}
	r := reflect.ValueOf(v)
	if !r.IsValid() || (r.Kind() == reflect.Pointer && r.IsNil()) {
		return nil, nil
	}
	switch x := v.(type) {
	case interface{ AsTime() time.Time }:
		return canonicalTime(t, x.AsTime(), v)
	case time.Time:
		return canonicalTime(t, x, v)
	case interface{ AsDuration() time.Duration }:
		return canonicalDuration(t, x.AsDuration(), v)
	case time.Duration:
		return canonicalDuration(t, x, v)
	}
	if r.Kind() == reflect.Pointer {
		return canonical(t, r.Elem().Interface())
	}
	return reflected(t, r)
}

// plain is the common case, without reflection.
func plain(t ColumnType, v any) (any, bool) {
	var ok bool
	switch x := v.(type) {
	case string:
		ok = t == Text
	case []byte:
		if t == Bytes && x == nil {
			return []byte{}, true // drivers would store NULL
		}
		ok = t == Bytes
	case bool:
		ok = t == Bool
	case int32:
		ok = t == Int32
	case int64:
		ok = t == Int64
	case uint64:
		ok = t == Uint64
	case float32:
		ok = t == Float
	case float64:
		ok = t == Double
	}
	return v, ok
}

func reflected(t ColumnType, r reflect.Value) (any, error) {
	switch {
	case t == Text && r.Kind() == reflect.String:
		return r.String(), nil
	case t == Bytes && r.Kind() == reflect.Slice && r.Type().Elem().Kind() == reflect.Uint8:
		return append([]byte{}, r.Bytes()...), nil
	case t == Bool && r.Kind() == reflect.Bool:
		return r.Bool(), nil
	case t == Int32 && r.CanInt() && r.Int() == int64(int32(r.Int())):
		return int32(r.Int()), nil
	case t == Int64 && r.CanInt():
		return r.Int(), nil
	case t == Int64 && r.CanUint() && r.Uint() <= math.MaxInt64:
		return int64(r.Uint()), nil
	case t == Uint64 && r.CanUint():
		return r.Uint(), nil
	case t == Float && r.Kind() == reflect.Float32:
		return float32(r.Float()), nil
	case t == Double && r.CanFloat():
		return r.Float(), nil
	}
	return nil, &ValueError{t, fmt.Sprintf("a %s is no %s", r.Type(), t)}
}

func canonicalTime(t ColumnType, at time.Time, v any) (any, error) {
	if t != Timestamp {
		return nil, &ValueError{t, fmt.Sprintf("a %T is no %s", v, t)}
	}
	at = at.UTC()
	if y := at.Year(); y < 1 || y > 9999 {
		return nil, &ValueError{t, fmt.Sprintf("the year %d is not within 1 to 9999", y)}
	}
	// Not Truncate, which rounds towards the zero time in its own way: both dialects must agree on the microsecond.
	return time.UnixMicro(at.UnixMicro()).UTC(), nil
}

func canonicalDuration(t ColumnType, d time.Duration, v any) (any, error) {
	if t != Duration {
		return nil, &ValueError{t, fmt.Sprintf("a %T is no %s", v, t)}
	}
	return d.Truncate(time.Microsecond), nil
}

// storableText refuses what PostgreSQL refuses, before it spoils a whole batch.
func storableText(s string) error {
	if strings.IndexByte(s, 0) >= 0 {
		return &ValueError{Text, "text with a NUL byte, which PostgreSQL cannot store"}
	}
	if !utf8.ValidString(s) {
		return &ValueError{Text, "text that is not UTF-8"}
	}
	return nil
}
