package report_test

import (
	"encoding/json"
	"encoding/xml"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/report"
	"github.com/evgen-dev/evgen/schema"
)

func TestTextOfDiagnosticsIsWhatDiagnosticsPrint(t *testing.T) {
	t.Parallel()
	ds := schema.Diagnostics{
		{ID: "EV011", Pos: schema.Position{Path: "a.proto", Line: 2, Column: 1}, Message: "twice", Help: "remove one",
			Related: []schema.Related{{Pos: schema.Position{Path: "b.proto", Line: 3, Column: 9}, Message: "here, too"}}},
		{ID: "EV113", Severity: schema.Warning, Pos: schema.Position{Path: "a.proto", Line: 3, Column: 3}, Message: "no owner"},
		{ID: "EV005", Pos: schema.Position{Path: "set.binpb"}, Message: "unexpected EOF"},
	}
	if diff := cmp.Diff(ds.String(), render(t, "text", report.Diagnostics(ds))); diff != "" {
		t.Errorf("text (-diagnostics +report):\n%s", diff)
	}
}

func TestTextKeepsAFindingInItsLinesAndATerminalSafe(t *testing.T) {
	t.Parallel()
	text := render(t, "text", nastyFindings())
	if i := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsGraphic(r) }); i >= 0 {
		t.Errorf("text has %q", text[i:i+10])
	}
	heads := 0
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "    ") {
			heads++
		}
	}
	if heads != len(nastyFindings()) {
		t.Errorf("%d lines begin a finding; want %d", heads, len(nastyFindings()))
	}
}

func TestJSONIsOneObjectALine(t *testing.T) {
	t.Parallel()
	for name, found := range cases() {
		lines := slices.Collect(strings.Lines(render(t, "json", found)))
		if len(lines) != len(found) {
			t.Errorf("%s: %d lines for %d findings", name, len(lines), len(found))
		}
		for _, line := range lines {
			if !json.Valid([]byte(line)) {
				t.Errorf("%s: %s is no JSON", name, line)
			}
		}
	}
}

// command is the grammar of a workflow command: what the runner of GitHub Actions takes apart.
var command = regexp.MustCompile(`^::(error|warning|notice) ((?:[a-zA-Z]+=[^,:\r\n]*)(?:,[a-zA-Z]+=[^,:\r\n]*)*)::([^\r\n]*)\n$`)

// unescaper undoes what the runner undoes, the percent sign last.
var unescaper = strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")

func TestGitHubReadsEachFindingAsOneCommand(t *testing.T) {
	t.Parallel()
	for name, found := range cases() {
		lines := slices.Collect(strings.Lines(render(t, "github", found)))
		if len(lines) != len(found) {
			t.Fatalf("%s: %d lines for %d findings", name, len(lines), len(found))
		}
		for i, line := range lines {
			parts := command.FindStringSubmatch(line)
			if parts == nil {
				t.Errorf("%s: %q is no workflow command", name, line)
				continue
			}
			properties := map[string]string{}
			for _, p := range strings.Split(parts[2], ",") {
				key, value, _ := strings.Cut(p, "=")
				properties[key] = unescaper.Replace(value)
			}
			f := found[i]
			if properties["file"] != f.Path || properties["title"] != f.Rule {
				t.Errorf("%s: properties %v of %s: %s", name, properties, f.Path, f.Rule)
			}
			if properties["line"] != "" && properties["line"] != strconv.Itoa(f.Line) {
				t.Errorf("%s: line %s; want %d", name, properties["line"], f.Line)
			}
			if properties["endLine"] != "" && properties["endLine"] != properties["line"] {
				t.Errorf("%s: a part over several lines, which is shown only beside a change of all of them: %v", name, properties)
			}
		}
	}
}

func TestGitLabFindingsHaveAllFieldsAndUniqueFingerprints(t *testing.T) {
	t.Parallel()
	type issue struct {
		Description, Fingerprint, Severity string
		CheckName                          string `json:"check_name"`
		Location                           struct {
			Path  string
			Lines struct{ Begin int }
		}
	}
	for name, found := range cases() {
		var issues []issue
		if err := json.Unmarshal([]byte(render(t, "gitlab", found)), &issues); err != nil || issues == nil || len(issues) != len(found) {
			t.Fatalf("%s: %d issues of %d findings, error %v", name, len(issues), len(found), err)
		}
		seen := map[string]bool{}
		for _, got := range issues {
			if seen[got.Fingerprint] || got.Fingerprint == "" {
				t.Errorf("%s: fingerprint %q twice", name, got.Fingerprint)
			}
			seen[got.Fingerprint] = true
			if got.Location.Path == "" || got.Location.Lines.Begin < 1 ||
				!slices.Contains([]string{"info", "minor", "major", "critical", "blocker"}, got.Severity) {
				t.Errorf("%s: incomplete issue %+v", name, got)
			}
		}
	}
}

func TestGitHubAndGitLabShowAcceptedFindingsWithoutAlarm(t *testing.T) {
	t.Parallel()
	accepted := acceptedFindings()[:1]
	if got := render(t, "github", accepted); !strings.HasPrefix(got, "::notice ") {
		t.Errorf("github: %s", got)
	}
	if got := render(t, "gitlab", accepted); !strings.Contains(got, `"severity": "info"`) {
		t.Errorf("gitlab: %s", got)
	}
	if got := render(t, "sarif", accepted); !strings.Contains(got, `"suppressions"`) {
		t.Errorf("sarif: %s", got)
	}
	if got := render(t, "junit", accepted); !strings.Contains(got, `tests="1" failures="0" errors="0" skipped="1"`) {
		t.Errorf("junit: %s", got)
	}
}

// The elements and attributes that the schema of Jenkins' xUnit plugin (junit-10.xsd) allows, as far as evgen writes them.
var junitAllowed = map[string][]string{
	"testsuites": {"name", "time", "tests", "failures", "errors"},
	"testsuite":  {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package", "file"},
	"testcase":   {"name", "classname", "time", "group"},
	"failure":    {"type", "message"},
	"skipped":    {"type", "message"},
	"system-out": {},
}

var junitRequired = map[string][]string{
	"testsuite": {"name", "tests", "failures", "errors"},
	"testcase":  {"name"},
}

func TestJUnitHasOnlyWhatItsSchemaAllows(t *testing.T) {
	t.Parallel()
	for name, found := range cases() {
		dec := xml.NewDecoder(strings.NewReader(render(t, "junit", found)))
		for {
			tok, err := dec.Token()
			if tok == nil {
				if err.Error() != "EOF" {
					t.Errorf("%s: %v", name, err)
				}
				break
			}
			start, ok := tok.(xml.StartElement)
			if !ok {
				continue
			}
			allowed, known := junitAllowed[start.Name.Local]
			if !known {
				t.Errorf("%s: element %s", name, start.Name.Local)
			}
			var have []string
			for _, a := range start.Attr {
				have = append(have, a.Name.Local)
				if !slices.Contains(allowed, a.Name.Local) {
					t.Errorf("%s: attribute %s of %s", name, a.Name.Local, start.Name.Local)
				}
			}
			for _, r := range junitRequired[start.Name.Local] {
				if !slices.Contains(have, r) {
					t.Errorf("%s: %s without %s", name, start.Name.Local, r)
				}
			}
		}
	}
}

func TestJUnitCountsItsCasesAndNamesThemOnce(t *testing.T) {
	t.Parallel()
	type testcase struct {
		Name    string    `xml:"name,attr"`
		Class   string    `xml:"classname,attr"`
		Failure *struct{} `xml:"failure"`
	}
	for name, found := range cases() {
		var all struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Suites   []struct {
				Tests    int        `xml:"tests,attr"`
				Failures int        `xml:"failures,attr"`
				Cases    []testcase `xml:"testcase"`
			} `xml:"testsuite"`
		}
		if err := xml.Unmarshal([]byte(render(t, "junit", found)), &all); err != nil {
			t.Fatal(err)
		}
		cases, failures, seen := 0, 0, map[testcase]bool{}
		for _, s := range all.Suites {
			cases, failures = cases+len(s.Cases), failures+s.Failures
			for _, c := range s.Cases {
				key := testcase{Name: c.Name, Class: c.Class}
				if seen[key] {
					t.Errorf("%s: two cases called %s in %s", name, c.Name, c.Class)
				}
				seen[key] = true
			}
		}
		if cases != max(1, len(found)) || cases != all.Tests || failures != all.Failures {
			t.Errorf("%s: %d cases, %d failures, of %d findings; it says %d and %d", name, cases, failures, len(found), all.Tests, all.Failures)
		}
	}
}
