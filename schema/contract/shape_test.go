package contract_test

import (
	"strings"
	"testing"
	"testing/fstest"
)

// A lock knows of a payload no more than its fingerprint: what it does not cover passes when there is nothing else to compare with.
func TestWhatReadersMakeOfAPayloadIsInItsFingerprint(t *testing.T) {
	t.Parallel()
	const text = `edition = "2023"; package acme.v1; import "evgen/v1/options.proto"; option go_package = "example.com/acme/v1;acmev1";
message E { option (evgen.v1.event) = {}; string id = 1 [(evgen.v1.field).key = true]; FIELDS }
enum Size { option features.enum_type = CLOSED; VALUES }
`
	const fields, values = "int32 n = 2 [default = 1]; Size s = 3;", "S = 1; M = 2;"
	payload := func(fields, values string) string {
		file := strings.NewReplacer("FIELDS", fields, "VALUES", values).Replace(text)
		return compiledTree(t, fstest.MapFS{"a.proto": &fstest.MapFile{Data: []byte(file)}}).set.Events[0].Payload
	}
	was := payload(fields, values)
	for name, is := range map[string]string{
		"another default":     payload("int32 n = 2 [default = 2]; Size s = 3;", values),
		"no default":          payload("int32 n = 2; Size s = 3;", values),
		"another first value": payload(fields, "M = 2; S = 1;"),
	} {
		if is == was {
			t.Errorf("%s: the fingerprint is the same", name)
		}
	}
	const checked = "string t = 4;"
	if payload(checked, values) == payload("string t = 4 [features.utf8_validation = NONE];", values) {
		t.Error("text that is not checked: the fingerprint is the same")
	}
	if is := payload("Size s = 3; int32 n = 2 [default = 1, deprecated = true];", values); is != was {
		t.Errorf("order and deprecation: the fingerprint is %s, was %s", is, was)
	}
}
