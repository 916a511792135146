package accept_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/evgen-dev/evgen/schema/compat/accept"
)

// FuzzRead reads any bytes: an error is one line, and what is read can be written and read again.
func FuzzRead(f *testing.F) {
	f.Add([]byte(good))
	for _, seed := range []string{
		"", "version: 1", "version: 1\naccept:\n  - rule: &a [*a]\n", "a: &a\n  b: *a\n", "version: 1\naccept: {<<: {}}\n", "version: 1\nrenames: [{}]\n",
		"? a\n: b\n", "accept: [[[[[[", "version: 1\naccept:\n\t- rule: x\n", "%YAML 1.2\n---\nversion: 1\n...\n", "\xff\xfe", "version: !!int 1\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		file, err := accept.Read("x", raw)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "x:") && !strings.HasPrefix(err.Error(), "read x:") {
				t.Errorf("error %q does not name the file", err)
			}
			return
		}
		var b strings.Builder
		for _, e := range file.Entries {
			if !utf8.ValidString(e.Rule + e.Subject + e.Reason + e.Owner) {
				return // YAML is UTF-8; the parser lets other bytes pass
			}
			b.WriteString(e.String())
		}
		again, err := accept.Read("x", []byte("version: 1\naccept:\n"+b.String()))
		if err != nil {
			t.Fatalf("%v\n%s", err, b.String())
		}
		if diff := cmp.Diff(file.Entries, again.Entries, cmpopts.IgnoreFields(accept.Entry{}, "Pos"), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("entries (-read +written and read):\n%s", diff)
		}
	})
}
