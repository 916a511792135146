package event_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/evgen-dev/evgen/runtime/event"
)

// Events with one form of key each, for tests that care about keys only.
var (
	textKeyed      = keyed(event.TextKey(func(*emptypb.Empty) string { return "" }))
	numberKeyed    = keyed(event.TextKey(func(*emptypb.Empty) int32 { return 0 }))
	countKeyed     = keyed(event.TextKey(func(*emptypb.Empty) uint64 { return 0 }))
	boolKeyed      = keyed(event.TextKey(func(*emptypb.Empty) bool { return false }))
	bytesKeyed     = keyed(event.TextKey(func(*emptypb.Empty) []byte { return nil }))
	rawNumberKeyed = keyed(event.RawKey(func(*emptypb.Empty) int64 { return 0 }))
	rawBytesKeyed  = keyed(event.RawKey(func(*emptypb.Empty) []byte { return nil }))
	pairKeyed      = keyed(event.CompositeKey(func(*emptypb.Empty) pairKey { return pairKey{} }, pairParts))
	compositeKeyed = keyed(event.CompositeKey(func(*emptypb.Empty) compositeKey { return compositeKey{} }, allParts))
)

func keyed[K any](form event.Key[K, *emptypb.Empty]) *event.Event[K, *emptypb.Empty] {
	return event.New(event.Spec[K, *emptypb.Empty]{Name: "acme.Thing", Key: form})
}

func TestKeyHasOneSpelling(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ decode, key, want string }{
		"nothing":                {"text", "", "is empty"},
		"no UTF-8":               {"text", "\xff", "is not UTF-8"},
		"leading zero":           {"number", "007", `"007" is not the spelling of a key, "7" is`},
		"plus sign":              {"number", "+7", `"+7" is not the spelling of a key, "7" is`},
		"minus zero":             {"number", "-0", `"-0" is not the spelling of a key, "0" is`},
		"too large":              {"number", "2147483648", "value out of range"},
		"no number":              {"number", "seven", "invalid syntax"},
		"negative count":         {"count", "-1", "invalid syntax"},
		"capital bool":           {"bool", "TRUE", `"TRUE" is not the spelling of a key, "true" is`},
		"bool as a number":       {"bool", "1", `"1" is not the spelling of a key, "true" is`},
		"padded base64":          {"bytes", "_w==", "illegal base64"},
		"standard base64":        {"bytes", "/w", "illegal base64"},
		"base64 with loose bits": {"bytes", "_x", "illegal base64"},
		"base64 over two lines":  {"bytes", "__\n4", "is not the spelling of a key"},
		"short raw number":       {"raw number", "\x00\x01", "has 2 bytes instead of 8"},
		"long raw number":        {"raw number", "123456789", "has 9 bytes instead of 8"},
		"too few parts":          {"pair", "acme", "has 1 parts instead of 2"},
		"too many parts":         {"pair", "a/b/c", "has 3 parts instead of 2"},
		"small escape":           {"pair", "a%2fb/c", `part 1: "a%2fb" has an escape other than %2F and %25`},
		"escape of a letter":     {"pair", "a/%41", `part 2: "%41" has an escape other than %2F and %25`},
		"lone percent":           {"pair", "50%/c", `part 1: "50%" has an escape other than %2F and %25`},
		"wrong part":             {"composite", "acme/-7/8/9/10/yes/-_8/8", "part 6"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := decodeKey(tt.decode, []byte(tt.key))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one that says %q", err, tt.want)
			}
			if _, ok := errors.AsType[*event.DecodeError](err); !ok {
				t.Errorf("%T is no DecodeError", err)
			}
		})
	}
}

var keyForms = []string{"text", "number", "count", "bool", "bytes", "raw number", "raw bytes", "pair", "composite"}

// decodeKey decodes key in a form, and encodes the result again.
func decodeKey(form string, key []byte) (again []byte, err error) {
	switch form {
	case "text":
		return reencode(textKeyed, key)
	case "number":
		return reencode(numberKeyed, key)
	case "count":
		return reencode(countKeyed, key)
	case "bool":
		return reencode(boolKeyed, key)
	case "bytes":
		return reencode(bytesKeyed, key)
	case "raw number":
		return reencode(rawNumberKeyed, key)
	case "raw bytes":
		return reencode(rawBytesKeyed, key)
	case "pair":
		return reencode(pairKeyed, key)
	default:
		return reencode(compositeKeyed, key)
	}
}

func reencode[K any](e *event.Event[K, *emptypb.Empty], b []byte) ([]byte, error) {
	key, err := e.DecodeKey(&event.Record{Key: b})
	if err != nil {
		return nil, err
	}
	return e.EncodeKey(key), nil
}

// FuzzDecodeKey looks for a second spelling of any key.
func FuzzDecodeKey(f *testing.F) {
	for _, s := range []string{"", "a", "7", "-7", "true", "_w", "a/b", "a%2Fb/50%25", "acme/-7/8/9/10/true/-_8/8", "12345678"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, key []byte) {
		for _, form := range keyForms {
			again, err := decodeKey(form, key)
			if err == nil && !bytes.Equal(again, key) && !isNobody(form, key) {
				t.Errorf("%s key %q is spelled %q as well", form, key, again)
			}
		}
	})
}

// isNobody says whether all parts are empty: such a key is never written.
func isNobody(form string, key []byte) bool { return form == "pair" && string(key) == "/" }

func FuzzKeyRoundTrip(f *testing.F) {
	f.Add("acme", "site-17", int64(-7), uint64(9), true, []byte{0xff})
	f.Add("/", "%2F", int64(0), uint64(0), false, []byte{})
	f.Fuzz(func(t *testing.T, tenant, name string, n int64, count uint64, active bool, digest []byte) {
		if !utf8.ValidString(tenant) || !utf8.ValidString(name) {
			return // no protobuf string
		}
		roundTrip(t, compositeKeyed, compositeKey{tenant, n, int32(n), count, uint32(count), active, digest, 8})
		roundTrip(t, pairKeyed, pairKey{tenant, name})
		roundTrip(t, textKeyed, tenant)
		roundTrip(t, numberKeyed, int32(n))
		roundTrip(t, countKeyed, count)
		roundTrip(t, boolKeyed, active)
		roundTrip(t, bytesKeyed, digest)
		roundTrip(t, rawNumberKeyed, n)
		roundTrip(t, rawBytesKeyed, digest)
	})
}

func roundTrip[K any](t *testing.T, e *event.Event[K, *emptypb.Empty], want K) {
	t.Helper()
	b := e.EncodeKey(want)
	if len(b) == 0 {
		return // refused, see TestEmptyKeyIsRefused
	}
	got, err := e.DecodeKey(&event.Record{Key: b})
	if err != nil {
		t.Errorf("key %v: %v", want, err)
	} else if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("key (-want +got):\n%s", diff)
	}
}

func TestEmptyKeyIsRefused(t *testing.T) {
	t.Parallel()
	errs := []error{}
	_, err := textKeyed.Encode(&emptypb.Empty{})
	errs = append(errs, err)
	_, err = bytesKeyed.Encode(&emptypb.Empty{})
	errs = append(errs, err)
	_, err = pairKeyed.Encode(&emptypb.Empty{})
	errs = append(errs, err)
	_, err = pairKeyed.EncodeDeletion(pairKey{}, 1)
	errs = append(errs, err)
	for i, err := range errs {
		if !errors.Is(err, event.ErrKey) || !strings.Contains(err.Error(), "encode acme.Thing") {
			t.Errorf("%d: error %v, want ErrKey", i, err)
		}
	}
	if _, err := numberKeyed.Encode(&emptypb.Empty{}); err != nil {
		t.Errorf("a number has no empty value: %v", err)
	}
}
