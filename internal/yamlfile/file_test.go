package yamlfile_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/golden"
	"github.com/evgen-dev/evgen/internal/yamlfile"
)

var _ = golden.Update // go test ./... -update reaches this package, too

type settings struct {
	Version int   `yaml:"version"`
	Strict  *bool `yaml:"strict"`
	Out     struct {
		Dir string `yaml:"dir"`
	} `yaml:"out"`
	Rules []struct {
		ID string `yaml:"id"`
	} `yaml:"rules"`
	Environments map[string]struct {
		Brokers []string `yaml:"brokers"`
		Count   int32    `yaml:"count"`
	} `yaml:"environments"`

	private string
}

func TestReadDecodesAndKnowsPositions(t *testing.T) {
	t.Parallel()
	var s settings
	f, err := yamlfile.Read("x.yaml", []byte("version: 1\nrules:\n  - id: a\n  - { id: b }\nenvironments: { prod: { brokers: [c] } }\n"), &s)
	if err != nil {
		t.Fatal(err)
	}
	if s.Version != 1 || len(s.Rules) != 2 || s.Rules[1].ID != "b" || s.Environments["prod"].Brokers[0] != "c" || s.private != "" {
		t.Errorf("settings %+v", s)
	}
	for path, want := range map[string]string{
		"$.version":                      "x.yaml:1:10",
		"$.rules[1].id":                  "x.yaml:4:11",
		"$.rules[1].name":                "x.yaml:4:5", // not there: the rule
		"$.environments.prod.brokers[0]": "x.yaml:5:35",
		"$.out":                          "x.yaml", // not there, and nothing around it but the file
		"$.out.dir":                      "x.yaml",
		"no path":                        "x.yaml",
	} {
		if got := f.Position(path).String(); got != want {
			t.Errorf("%s is at %s; want %s", path, got, want)
		}
	}
	if got := f.Errorf("$.version", "too %s", "old").Error(); got != "x.yaml:1:10: too old" {
		t.Errorf("error %q", got)
	}
}

func TestReadSuggestsTheKeyThatWasMeant(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"vrsion: 1":                            `x.yaml:1:1: unknown key "vrsion" (did you mean version?)`,
		"dir: gen":                             `x.yaml:1:1: unknown key "dir" (did you mean out.dir?)`,
		"rules: [{ ids: a }]":                  `x.yaml:1:11: unknown key "ids" (did you mean rules.id?)`,
		"brokers: [a]":                         `x.yaml:1:1: unknown key "brokers" (did you mean environments.<name>.brokers?)`,
		"plugins: 1":                           `x.yaml:1:1: unknown key "plugins": known are version, strict, out, out.dir, rules, rules.id, environments, environments.<name>.brokers, environments.<name>.count`,
		"private: 1":                           `x.yaml:1:1: unknown key "private": known are version, strict, out, out.dir, rules, rules.id, environments, environments.<name>.brokers, environments.<name>.count`,
		"version: one":                         `x.yaml:1:10: want a number, got "one"`,
		"strict: perhaps":                      `x.yaml:1:9: want true or false, got "perhaps"`,
		"rules: 1":                             `x.yaml:1:8: want a list, got "1"`,
		"out: gen":                             `x.yaml:1:6: want a section, got "gen"`,
		"environments: 1":                      `x.yaml:1:15: want a section, got "1"`,
		"out: { dir: [a] }":                    `x.yaml:1:13: want a text, got "["`,
		"version: 1\n---\na: 1":                "x.yaml:2:1: a second document: evgen reads one",
		"version: { a":                         "x.yaml:1:12: could not find flow map content",
		"environments: { prod: { count: a } }": `x.yaml:1:32: want a number, got "a"`,
	} {
		_, err := yamlfile.Read("x.yaml", []byte(raw), &settings{})
		if err == nil {
			t.Errorf("%q: no error", raw)
			continue
		}
		if diff := cmp.Diff(want, err.Error()); diff != "" {
			t.Errorf("%q (-want +got):\n%s", raw, diff)
		}
	}
}

func TestFileOfCommentsIsEmpty(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]bool{"": true, "# version: 1\n": true, "version: 1\n": false} {
		f, err := yamlfile.Read("x.yaml", []byte(raw), &settings{})
		if err != nil || f.Empty() != want {
			t.Errorf("%q: empty %t, error %v", raw, !want, err)
		}
	}
}

func TestForeignFilesMayHaveOtherKeys(t *testing.T) {
	t.Parallel()
	var s settings
	if err := yamlfile.ReadForeign("buf.yaml", []byte("plugins: []\nversion: 2\n"), &s); err != nil || s.Version != 2 {
		t.Errorf("version %d, error %v", s.Version, err)
	}
	err := yamlfile.ReadForeign("buf.yaml", []byte("version: v2\n"), &s)
	if err == nil || err.Error() != `buf.yaml:1:10: want a number, got "v2"` {
		t.Errorf("error %v", err)
	}
}
