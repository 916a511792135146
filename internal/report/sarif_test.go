package report_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/evgen-dev/evgen/internal/report"
	"github.com/evgen-dev/evgen/schema"
)

func TestSARIFIsValidByItsSchema(t *testing.T) {
	t.Parallel()
	sarif := sarifSchema(t)
	for name, found := range cases() {
		if err := sarif.Validate(decode(t, render(t, "sarif", found))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSARIFSchemaRefusesWhatIsWrong shows that the schema decides: a validator that passes everything proves nothing.
func TestSARIFSchemaRefusesWhatIsWrong(t *testing.T) {
	t.Parallel()
	sarif := sarifSchema(t)
	good := render(t, "sarif", acceptedFindings())
	for old, wrong := range map[string]string{
		`"level": "error"`:       `"level": "fatal"`,
		`"startLine": 12`:        `"startLine": 0`,
		`"ruleId"`:               `"rule"`,
		`"kind": "external"`:     `"kind": "accepted"`,
		`"unicodeCodePoints"`:    `"bytes"`,
		`"version": "2.1.0"`:     `"version": "2.2.0"`,
		`"text": "was at git:or`: `"txt": "was at git:or`,
	} {
		bad := strings.Replace(good, old, wrong, 1)
		if bad == good {
			t.Errorf("there is no %s in the log", old)
		}
		if err := sarif.Validate(decode(t, bad)); err == nil {
			t.Errorf("%s is valid", wrong)
		}
	}
}

func sarifSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	raw, err := os.ReadFile("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("sarif.json", decode(t, string(raw))); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("sarif.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func decode(t *testing.T, raw string) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// sarifResult is what tests look at.
type sarifResult struct {
	Message   struct{ Text string }
	Locations []struct {
		PhysicalLocation struct {
			ArtifactLocation struct{ URI, URIBaseID string }
			Region           map[string]int
		}
	}
	PartialFingerprints map[string]string
}

func sarifResults(t *testing.T, found []report.Finding) []sarifResult {
	t.Helper()
	var log struct {
		Runs []struct{ Results []sarifResult }
	}
	if err := json.Unmarshal([]byte(render(t, "sarif", found)), &log); err != nil {
		t.Fatal(err)
	}
	return log.Runs[0].Results
}

func TestSARIFCountsColumnsInCharacters(t *testing.T) {
	t.Parallel()
	// The line is "\t// größer 🎉 大きさ": 大 begins at byte 19, which is character 14, and takes three bytes.
	got := sarifResults(t, []report.Finding{
		{Place: report.Place{Path: "unicode.proto", Line: 2, Column: 19, EndLine: 2, EndColumn: 22}},
		{Place: report.Place{Path: "unicode.proto", Line: 2, Column: 99, EndLine: 2, EndColumn: 100}},
		{Place: report.Place{Path: "unknown.proto", Line: 2, Column: 3, EndLine: 4, EndColumn: 5}},
		{Place: report.Place{Path: "unicode.proto", Line: 1, Column: 1}},
		{Place: report.Place{Path: "unicode.proto", Line: 1, Column: 2, EndLine: 2, EndColumn: 2}}, // to the end of its first line
	})
	want := []map[string]int{
		{"startLine": 2, "startColumn": 14, "endLine": 2, "endColumn": 15},
		{"startLine": 2, "endLine": 2}, // not in the text: the whole line rather than a wrong column
		{"startLine": 2, "endLine": 2},
		{"startLine": 1, "startColumn": 1},
		{"startLine": 1, "startColumn": 2, "endLine": 1},
	}
	for i, w := range want {
		if diff := cmp.Diff(w, got[i].Locations[0].PhysicalLocation.Region); diff != "" {
			t.Errorf("region %d (-want +got):\n%s", i, diff)
		}
	}
}

func TestSARIFEscapesPathsAndMessages(t *testing.T) {
	t.Parallel()
	got := sarifResults(t, []report.Finding{
		{Place: report.Place{Path: "pro to/ü%41#?.proto"}, Message: "{0} and [x](y)"},
		{Place: report.Place{Path: "a:b/c.proto"}},
		{Place: report.Place{Path: "/srv/a b.proto"}},
		{},
	})
	want := [][2]string{
		{"pro%20to/%C3%BC%2541%23%3F.proto", "%SRCROOT%"},
		{"./a:b/c.proto", "%SRCROOT%"},
		{"file:///srv/a%20b.proto", ""},
		{"evgen.yaml", "%SRCROOT%"},
	}
	for i, w := range want {
		at := got[i].Locations[0].PhysicalLocation.ArtifactLocation
		if diff := cmp.Diff(w, [2]string{at.URI, at.URIBaseID}); diff != "" {
			t.Errorf("location %d (-want +got):\n%s", i, diff)
		}
	}
	if text := got[0].Message.Text; text != "{{0}} and [x] (y)" {
		t.Errorf("message %q", text)
	}
}

func TestFingerprintsStayWhenLinesMoveAndDiffer(t *testing.T) {
	t.Parallel()
	before := append(lintFindings(), report.Open(gateFindings())...)
	after := append(lintFindings(), report.Open(gateFindings())...)
	for i := range after {
		after[i].Line, after[i].EndLine, after[i].Help = after[i].Line+100, after[i].EndLine+100, "another"
		if after[i].Change != nil {
			after[i].Change.Was.Line += 7
		}
	}
	a, b := sarifResults(t, before), sarifResults(t, after)
	seen := map[string]int{}
	for i := range a {
		if diff := cmp.Diff(a[i].PartialFingerprints, b[i].PartialFingerprints); diff != "" {
			t.Errorf("finding %d moved, and its fingerprints differ:\n%s", i, diff)
		}
		if n, twice := seen[a[i].PartialFingerprints["evgen/v1"]]; twice {
			t.Errorf("findings %d and %d have one fingerprint", n, i)
		}
		seen[a[i].PartialFingerprints["evgen/v1"]] = i
	}
}

func TestFingerprintsOfLintAndOfTheGateNameWhatTheySpeakOf(t *testing.T) {
	t.Parallel()
	one := report.Finding{Rule: "R", Message: "m", Change: &report.Change{Subject: "a.B"}, Severity: schema.Error}
	reworded, other := one, one
	reworded.Message = "said otherwise"
	other.Change = &report.Change{Subject: "a.C"}
	of := func(f report.Finding) string {
		return sarifResults(t, []report.Finding{f})[0].PartialFingerprints["evgen/v1"]
	}
	if of(one) != of(reworded) || of(one) == of(other) {
		t.Errorf("fingerprints %s, reworded %s, of another subject %s", of(one), of(reworded), of(other))
	}
}
