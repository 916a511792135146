package sqldb

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// scannedValue turns what a driver gave for a column of type t into the Go type of t. Drivers disagree on text, numbers
// and booleans, so all forms are taken from all of them.
func scannedValue(t ColumnType, scanned any) (any, error) {
	if scanned == nil {
		return nil, nil
	}
	v, ok := scannedAs(t, scanned)
	if !ok {
		return nil, fmt.Errorf("read a column of type %s: the driver gave %T %v", t, scanned, scanned)
	}
	return v, nil
}

func scannedAs(t ColumnType, scanned any) (any, bool) {
	switch t {
	case Text:
		return scannedText(scanned)
	case Bytes:
		return scannedBytes(scanned)
	case Bool:
		return scannedBool(scanned)
	case Int32:
		n, ok := scannedInt(scanned)
		return int32(n), ok && n == int64(int32(n))
	case Int64:
		return scannedInt(scanned)
	case Uint64:
		return scannedUint(scanned)
	case Float:
		f, ok := scannedFloat(scanned)
		return float32(f), ok
	case Double:
		return scannedFloat(scanned)
	case Timestamp:
		return scannedTime(scanned)
	case Duration:
		n, ok := scannedInt(scanned)
		return time.Duration(n) * time.Microsecond, ok && n <= math.MaxInt64/1000 && n >= math.MinInt64/1000
	}
	return nil, false
}

func scannedText(scanned any) (string, bool) {
	switch x := scanned.(type) {
	case string:
		return x, true
	case []byte:
		return string(x), true
	}
	return "", false
}

func scannedBytes(scanned any) ([]byte, bool) {
	switch x := scanned.(type) {
	case string:
		return []byte(x), true
	case []byte:
		if x == nil {
			return []byte{}, true // as modernc gives an empty BLOB; NULL has no type
		}
		return x, true
	}
	return nil, false
}

func scannedBool(scanned any) (bool, bool) {
	switch x := scanned.(type) {
	case bool:
		return x, true
	case int64:
		return x != 0, true
	}
	text, _ := scannedText(scanned)
	b, err := strconv.ParseBool(text)
	return b, err == nil
}

func scannedInt(scanned any) (int64, bool) {
	if n, ok := scanned.(int64); ok {
		return n, true
	}
	text, _ := scannedText(scanned)
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

func scannedUint(scanned any) (uint64, bool) {
	if n, ok := scanned.(int64); ok {
		return uint64(n), n >= 0
	}
	text, _ := scannedText(scanned)
	n, err := strconv.ParseUint(text, 10, 64)
	return n, err == nil
}

func scannedFloat(scanned any) (float64, bool) {
	switch x := scanned.(type) {
	case float64:
		return x, true
	case int64:
		return float64(x), true
	}
	text, _ := scannedText(scanned)
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil
}

func scannedTime(scanned any) (time.Time, bool) {
	switch x := scanned.(type) {
	case time.Time:
		return x.UTC(), true
	case int64:
		return time.UnixMicro(x).UTC(), true
	}
	return time.Time{}, false
}
