package event_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/evgen-dev/evgen/runtime/event"
)

// encoded returns the revision header of m.
func encoded[M proto.Message](m M, revision event.Revision[M]) (string, error) {
	r, err := event.New(event.Spec[event.NoKey, M]{Name: "acme.Thing", Revision: revision}).Encode(m)
	if err != nil {
		return "", err
	}
	text, _ := r.Headers.Get(event.HeaderRevision)
	return text, nil
}

func ofUint64(n uint64) (string, error) {
	return encoded(wrapperspb.UInt64(n), event.Monotonic((*wrapperspb.UInt64Value).GetValue))
}

func ofInt64(n int64) (string, error) {
	return encoded(wrapperspb.Int64(n), event.Sequence((*wrapperspb.Int64Value).GetValue))
}

func ofInt32(n int32) (string, error) {
	return encoded(wrapperspb.Int32(n), event.Monotonic((*wrapperspb.Int32Value).GetValue))
}

func ofMicros(n int64) (string, error) {
	return encoded(wrapperspb.Int64(n), event.Micros((*wrapperspb.Int64Value).GetValue))
}

func ofTime(t *timestamppb.Timestamp) (string, error) {
	self := func(t *timestamppb.Timestamp) *timestamppb.Timestamp { return t }
	return encoded(t, event.Timestamp(self))
}

func TestRevisionsAreWrittenInDecimal(t *testing.T) {
	t.Parallel()
	// want "" is an error.
	tests := map[string]struct {
		got  func() (string, error)
		want string
	}{
		"one":                         {func() (string, error) { return ofInt64(1) }, "1"},
		"beyond floats":               {func() (string, error) { return ofInt64(1<<53 + 1) }, "9007199254740993"},
		"largest":                     {func() (string, error) { return ofUint64(math.MaxInt64) }, "9223372036854775807"},
		"largest of 32 bits":          {func() (string, error) { return ofInt32(math.MaxInt32) }, "2147483647"},
		"zero":                        {func() (string, error) { return ofInt64(0) }, ""},
		"zero, unsigned":              {func() (string, error) { return ofUint64(0) }, ""},
		"negative":                    {func() (string, error) { return ofInt64(-1) }, ""},
		"smallest":                    {func() (string, error) { return ofInt64(math.MinInt64) }, ""},
		"overflow by one":             {func() (string, error) { return ofUint64(math.MaxInt64 + 1) }, ""},
		"largest unsigned":            {func() (string, error) { return ofUint64(math.MaxUint64) }, ""},
		"microseconds":                {func() (string, error) { return ofMicros(1_700_000_000_000_001) }, "1700000000000001"},
		"time":                        {func() (string, error) { return ofTime(timestamppb.New(time.UnixMicro(1_700_000_000_000_001))) }, "1700000000000001"},
		"time with nanoseconds":       {func() (string, error) { return ofTime(&timestamppb.Timestamp{Seconds: 1, Nanos: 1999}) }, "1000001"},
		"latest time":                 {func() (string, error) { return ofTime(&timestamppb.Timestamp{Seconds: 253402300799}) }, "253402300799000000"},
		"no time":                     {func() (string, error) { return ofTime(&timestamppb.Timestamp{}) }, ""},
		"time before 1970":            {func() (string, error) { return ofTime(&timestamppb.Timestamp{Seconds: -1}) }, ""},
		"time under a microsecond":    {func() (string, error) { return ofTime(&timestamppb.Timestamp{Nanos: 999}) }, ""},
		"time that wraps to positive": {func() (string, error) { return ofTime(&timestamppb.Timestamp{Seconds: math.MaxInt64 / 500_000}) }, ""},
		"time with bad nanoseconds":   {func() (string, error) { return ofTime(&timestamppb.Timestamp{Seconds: 1, Nanos: -1}) }, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := tt.got()
			if tt.want == "" {
				if !errors.Is(err, event.ErrRevision) {
					t.Errorf("revision %q, error %v, want ErrRevision", got, err)
				}
				return
			}
			if err != nil || got != tt.want {
				t.Errorf("revision %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

func TestAbsentTimestampIsNoRevision(t *testing.T) {
	t.Parallel()
	absent := func(*timestamppb.Timestamp) *timestamppb.Timestamp { return nil }
	if _, err := encoded(&timestamppb.Timestamp{}, event.Timestamp(absent)); !errors.Is(err, event.ErrRevision) {
		t.Errorf("error %v, want ErrRevision", err)
	}
}

func TestRevisionHeaderIsReadStrictly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"1": 1, "9223372036854775807": math.MaxInt64} {
		r := &event.Record{Headers: event.Headers{{Key: event.HeaderRevision, Value: []byte(text)}}}
		if got, ok, err := r.Revision(); got != want || !ok || err != nil {
			t.Errorf("revision %q = %d, %t, %v", text, got, ok, err)
		}
	}
	for _, text := range []string{"", "0", "-1", "9223372036854775808", "1.0", "1e3", " 1", "0x1", "\xff"} {
		r := &event.Record{Headers: event.Headers{{Key: event.HeaderRevision, Value: []byte(text)}}}
		if _, ok, err := r.Revision(); !ok || !errors.Is(err, event.ErrRevision) || !strings.Contains(err.Error(), event.HeaderRevision) {
			t.Errorf("revision %q: %t, %v, want ErrRevision", text, ok, err)
		}
	}
	if rev, ok, err := (&event.Record{}).Revision(); rev != 0 || ok || err != nil {
		t.Errorf("without header: %d, %t, %v", rev, ok, err)
	}
}
