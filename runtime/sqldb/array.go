package sqldb

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"time"
)

// arrayText builds the text form of a PostgreSQL array, e.g., {"a","b",NULL}. Text rather than a Go slice, since drivers agree on
// nothing else.
type arrayText []byte

func (a *arrayText) next() {
	if len(*a) == 0 {
		*a = append(*a, '{')
		return
	}
	*a = append(*a, ',')
}

func (a *arrayText) null() {
	a.next()
	*a = append(*a, "NULL"...)
}

func (a *arrayText) text(s string) {
	a.next()
	b := append(*a, '"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	*a = append(b, '"')
}

// bytes writes nil as NULL.
func (a *arrayText) bytes(v []byte) {
	if v == nil {
		a.null()
		return
	}
	a.next()
	*a = append(*a, `"\\x`...)
	*a = append(hex.AppendEncode(*a, v), '"')
}

func (a *arrayText) bool(v bool) {
	a.next()
	*a = strconv.AppendBool(*a, v)
}

func (a *arrayText) int(v int64) {
	a.next()
	*a = strconv.AppendInt(*a, v, 10)
}

func (a *arrayText) uint(v uint64) {
	a.next()
	*a = strconv.AppendUint(*a, v, 10)
}

func (a *arrayText) float(v float64, bits int) {
	a.next()
	if math.IsInf(v, 0) {
		*a = append(*a, map[bool]string{true: "Infinity", false: "-Infinity"}[v > 0]...)
		return
	}
	*a = strconv.AppendFloat(*a, v, 'g', -1, bits)
}

func (a *arrayText) time(v time.Time) {
	a.next()
	*a = append(*a, '"')
	*a = v.AppendFormat(*a, postgresTime)
	*a = append(*a, '"')
}

// add writes a value in the form that canonical gives it.
func (a *arrayText) add(v any) error {
	switch x := v.(type) {
	case nil:
		a.null()
	case string:
		a.text(x)
	case []byte:
		a.bytes(x)
	case bool:
		a.bool(x)
	case int32:
		a.int(int64(x))
	case int64:
		a.int(x)
	case uint64:
		a.uint(x)
	case float32:
		a.float(float64(x), 32)
	case float64:
		a.float(x, 64)
	case time.Time:
		a.time(x)
	case time.Duration:
		a.int(x.Microseconds())
	default:
		return fmt.Errorf("put a %T into an array: unknown type", v)
	}
	return nil
}

func (a arrayText) String() string {
	if len(a) == 0 {
		return "{}"
	}
	return string(a) + "}"
}
