package project

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestValuesSurviveACursor(t *testing.T) {
	t.Parallel()
	values := []any{
		nil, "", "é\x00", []byte{}, []byte{0, 255}, true, false, int64(math.MinInt64), int64(0), uint64(math.MaxUint64),
		float32(0.1), math.Inf(-1), time.UnixMicro(-1).UTC(), -5 * time.Microsecond,
	}
	list := []any{"list", int64(1)}
	got, err := newCursor(list, values).open(list, len(values))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(values, got); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
}

func FuzzParseValue(f *testing.F) {
	for _, v := range []any{nil, "text", []byte("bytes"), true, int64(-1), uint64(1), float32(1), float64(1), time.UnixMicro(1), time.Second} {
		f.Add(appendValue(nil, v))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, rest, err := parseValue(b)
		if err != nil {
			return
		}
		again, none, err := parseValue(appendValue(nil, v))
		if err != nil || len(none) > 0 || len(rest) >= len(b) {
			t.Fatalf("%x is %v, which is written as something else: %v, rest %x", b, v, err, none)
		}
		if diff := cmp.Diff(v, again, cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }),
			cmp.Comparer(func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) })); diff != "" {
			t.Errorf("value (-first +second):\n%s", diff)
		}
	})
}

func FuzzOpenCursor(f *testing.F) {
	list := []any{"stock"}
	f.Add(string(newCursor(list, []any{"a", int64(1)})))
	f.Fuzz(func(t *testing.T, text string) {
		values, err := Cursor(text).open(list, 2)
		if err != nil && !errors.Is(err, ErrCursor) {
			t.Errorf("error %v, want ErrCursor", err)
		}
		if err == nil && newCursor(list, values) != Cursor(text) {
			t.Errorf("cursor %q has a second spelling", text)
		}
	})
}
