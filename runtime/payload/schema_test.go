package payload_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/runtime/payload"
)

const valueHeader, keyHeader = payload.HeaderValueSchema, payload.HeaderKeySchema

// guid has the bytes 30 31 … 66, the text of hexadecimal digits.
var guid = payload.GUID([]byte("0123456789abcdef"))

const guidFrame = "\x010123456789abcdef"

func TestGUIDHeaderHasMagicGUIDAndIndexes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		index []int
		want  string
	}{
		{nil, guidFrame + "\x00"},
		{[]int{0}, guidFrame + "\x00"},
		{[]int{2, 0}, guidFrame + "\x04\x04\x00"},
		{[]int{64}, guidFrame + "\x02\x80\x01"},
	} {
		want := event.Header{Key: "__value_schema_id", Value: []byte(tt.want)}
		if diff := cmp.Diff(want, payload.GUIDHeader(guid, tt.index)); diff != "" {
			t.Errorf("header for %v (-want +got):\n%s", tt.index, diff)
		}
	}
}

func TestSchemaIsReadFromHeaderOrValue(t *testing.T) {
	t.Parallel()
	id := func(n byte) []byte { return []byte{0, 0, 0, 0, n, 0} }
	byGUID := payload.Schema{GUID: guid, Index: []int{0}}
	byID := func(n uint32) payload.Schema { return payload.Schema{ID: n, Index: []int{0}} }
	tests := map[string]struct {
		headers event.Headers
		value   string
		want    payload.Schema
		body    string
	}{
		"GUID in the header":            {event.Headers{{Key: valueHeader, Value: []byte(guidFrame + "\x00")}}, "\x0a\x00", byGUID, "\x0a\x00"},
		"GUID with a long index":        {event.Headers{{Key: valueHeader, Value: []byte(guidFrame + "\x02\x00")}}, "\x0a\x00", byGUID, "\x0a\x00"},
		"id in the header":              {event.Headers{{Key: valueHeader, Value: id(7)}}, "\x0a\x00", byID(7), "\x0a\x00"},
		"last header wins":              {event.Headers{{Key: valueHeader, Value: id(7)}, {Key: valueHeader, Value: id(8)}}, "\x0a\x00", byID(8), "\x0a\x00"},
		"header of the key is another":  {event.Headers{{Key: keyHeader, Value: id(7)}}, string(id(9)) + "\x0a\x00", byID(9), "\x0a\x00"},
		"null header, id in the value":  {event.Headers{{Key: valueHeader}}, string(id(9)) + "\x0a\x00", byID(9), "\x0a\x00"},
		"null header after one is last": {event.Headers{{Key: valueHeader, Value: id(7)}, {Key: valueHeader}}, string(id(9)), byID(9), ""},
		"GUID in the value":             {nil, guidFrame + "\x02\x00\x0a\x00", byGUID, "\x0a\x00"},
		"where to read it": {
			event.Headers{{Key: event.HeaderDataSchema, Value: []byte("http://r/7")}}, string(id(9)),
			payload.Schema{ID: 9, Index: []int{0}, URI: "http://r/7"}, "",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &event.Record{Headers: tt.headers, Value: []byte(tt.value)}
			got, ok, err := payload.SchemaOf(r)
			if diff := cmp.Diff(tt.want, got); !ok || err != nil || diff != "" {
				t.Errorf("found %t, error %v, schema (-want +got):\n%s", ok, err, diff)
			}
			if body, err := payload.Open(r); err != nil || string(body) != tt.body {
				t.Errorf("Open = %q, %v, want %q", body, err, tt.body)
			}
		})
	}
}

func TestRecordsWithoutASchemaNameNone(t *testing.T) {
	t.Parallel()
	header := event.Headers{payload.GUIDHeader(guid, nil)}
	for name, r := range map[string]*event.Record{
		"bare message":               {Value: []byte{0x0a, 0x00}},
		"tombstone":                  {},
		"tombstone with a header":    {Headers: header},
		"key schema alone":           {Headers: event.Headers{{Key: keyHeader, Value: []byte(guidFrame + "\x00")}}, Value: []byte{0x0a, 0x00}},
		"empty message":              {Value: []byte{}},
		"null header, bare message":  {Headers: event.Headers{{Key: valueHeader}}, Value: []byte{0x0a, 0x00}},
		"foreign header, other name": {Headers: event.Headers{{Key: "schema", Value: []byte{0}}}, Value: []byte{0x0a, 0x00}},
	} {
		if got, ok, err := payload.SchemaOf(r); ok || err != nil {
			t.Errorf("%s: schema %v, %v, want none", name, got, err)
		}
	}
}

func TestBrokenHeadersAreRefused(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ header, want string }{
		"empty":               {"", "header __value_schema_id: it begins neither with 0x00 nor with 0x01: []"},
		"unknown first byte":  {"\x02abc", "header __value_schema_id: it begins neither with 0x00 nor with 0x01: [02 61 62 63]"},
		"half a GUID":         {"\x01abc", "schema GUID has 3 bytes instead of 16"},
		"no index":            {guidFrame, "count of message indexes is cut off"},
		"negative count":      {guidFrame + "\x01", "count of message indexes is out of range"},
		"count beyond reason": {guidFrame + "\xca\x01", "count of message indexes is out of range"},
		"more than a schema":  {guidFrame + "\x00abc", "3 bytes follow the schema"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &event.Record{Headers: event.Headers{{Key: valueHeader, Value: []byte(tt.header)}}, Value: []byte{0x0a, 0x00}}
			if _, err := payload.Open(r); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Open: error %v, want one that says %q", err, tt.want)
			}
			if _, _, err := payload.SchemaOf(r); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("SchemaOf: error %v, want one that says %q", err, tt.want)
			}
		})
	}
}

func TestKeySchemaComesFromItsHeaderAlone(t *testing.T) {
	t.Parallel()
	named := &event.Record{Key: []byte("k"), Headers: event.Headers{{Key: keyHeader, Value: []byte(guidFrame + "\x00")}}}
	got, ok, err := payload.KeySchemaOf(named)
	if diff := cmp.Diff(payload.Schema{GUID: guid, Index: []int{0}}, got); !ok || err != nil || diff != "" {
		t.Errorf("found %t, error %v, schema (-want +got):\n%s", ok, err, diff)
	}
	number := &event.Record{Key: []byte{0, 0, 0, 0, 1, 0}} // a raw key, no frame
	if got, ok, err := payload.KeySchemaOf(number); ok || err != nil {
		t.Errorf("schema %v, %v, want none", got, err)
	}
}

func TestGUIDIsWrittenAsUUID(t *testing.T) {
	t.Parallel()
	const text = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
	g, err := payload.ParseGUID(text)
	if err != nil || g.String() != text {
		t.Errorf("ParseGUID = %s, %v", g, err)
	}
	for _, wrong := range []string{"", "1b4e28ba", text + "0", strings.Repeat("-", 36), "xb4e28ba-2fa1-11d2-883f-0016d3cca427"} {
		if g, err := payload.ParseGUID(wrong); err == nil {
			t.Errorf("ParseGUID(%q) = %s, want an error", wrong, g)
		}
	}
}

func TestSchemaReadsWell(t *testing.T) {
	t.Parallel()
	got := []string{payload.Schema{ID: 42, Index: []int{0}}.String(), payload.Schema{GUID: guid, Index: []int{1, 0}}.String()}
	want := []string{"schema 42, message [0]", "schema 30313233-3435-3637-3839-616263646566, message [1 0]"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte(nil), []byte(nil))
	f.Add([]byte{0x0f, 'M'}, []byte(nil))
	f.Add([]byte("\x00\x00\x00\x00\x01\xfe\xff\xff\xff\x0f"), []byte(nil))
	f.Add(payload.Frame(42, []int{0, 1, 0}, []byte("body")), []byte(nil))
	f.Add([]byte(guidFrame+"\x04\x04\x00body"), []byte(nil))
	f.Add([]byte("\x0a\x00"), payload.GUIDHeader(guid, []int{1}).Value)
	f.Fuzz(func(t *testing.T, value, header []byte) {
		r := &event.Record{Value: slices.Clone(value), Headers: event.Headers{{Key: valueHeader, Value: slices.Clone(header)}}}
		body, err := payload.Open(r)
		if !bytes.Equal(r.Value, value) || !bytes.Equal(r.Headers[0].Value, header) {
			t.Error("Open changed the record")
		}
		if err == nil && !bytes.HasSuffix(value, body) {
			t.Errorf("Open made up %x from %x", body, value)
		}
		schema, named, errOfSchema := payload.SchemaOf(r)
		if len(value) > 0 && err == nil && errOfSchema != nil {
			t.Errorf("Open took what SchemaOf refused: %v", errOfSchema)
		}
		if err == nil && len(body) < len(value) && !named {
			t.Errorf("Open cut %x, and SchemaOf found no schema", value)
		}
		if named && len(schema.Index) == 0 {
			t.Errorf("schema %v has no index", schema)
		}
	})
}
