package buf_test

import (
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/internal/golden"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/buf"
	"github.com/evgen-dev/evgen/schema/source"
)

func loadConfigCases(t *testing.T) []corpusCase {
	t.Helper()
	paths, err := filepath.Glob("../../../testdata/compat/buf_config/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases (%v)", err)
	}
	cases := make([]corpusCase, len(paths))
	for i, p := range paths {
		cases[i] = loadCase(t, p)
	}
	return cases
}

// TestConfigCasesSayWhatBufSays keeps the recorded wants honest; with -update it records them.
func TestConfigCasesSayWhatBufSays(t *testing.T) {
	t.Parallel()
	b := startBuf(t)
	for _, c := range loadConfigCases(t) {
		t.Run(filepath.Base(c.path), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for side, files := range map[string]map[string]string{"old": c.old, "new": c.new} {
				writeTree(t, filepath.Join(dir, side), files)
				writeTree(t, filepath.Join(dir, side), map[string]string{"buf.yaml": c.config})
			}
			got := text(b.breaking(t, filepath.Join(dir, "new"), filepath.Join(dir, "old"), ""))
			if golden.Update() {
				c.record(t, got)
				return
			}
			if diff := cmp.Diff(got, c.want); diff != "" {
				t.Errorf("buf says otherwise (-buf +recorded):\n%s", diff)
			}
		})
	}
}

func TestConfigurationLeavesOutWhatBufLeavesOut(t *testing.T) {
	t.Parallel()
	for _, c := range loadConfigCases(t) {
		t.Run(filepath.Base(c.path), func(t *testing.T) {
			t.Parallel()
			config, err := buf.ReadConfig("buf.yaml", []byte(c.config))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, text(judgeModules(t, config, c))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// judgeModules judges each module with what it imports. Paths are those of the workspace; findings that modules share count once.
func judgeModules(t *testing.T, config *buf.Config, c corpusCase) []line {
	t.Helper()
	var lines []line
	seen := map[string]bool{}
	for i, m := range config.Modules {
		old, now := compileModule(t, config, i, c.old), compileModule(t, config, i, c.new)
		facts := compat.Compare(old.snapshot, now.snapshot)
		for _, f := range (buf.Profile{Module: m}).Judge(old.snapshot, now.snapshot, facts) {
			l := now.line(f)
			l.Path = now.where[l.Path]
			if key := l.String() + f.Message; !seen[key] {
				seen[key] = true
				lines = append(lines, l)
			}
		}
	}
	slices.SortFunc(lines, compareLines)
	return lines
}

// compileModule compiles one module; the others are there to import from.
func compileModule(t *testing.T, config *buf.Config, module int, files map[string]string) compiled {
	t.Helper()
	var roots, deps []source.Tree
	where := map[string]string{}
	for i, m := range config.Modules {
		own := map[string]string{}
		for p, content := range files {
			if imported, ok := strings.CutPrefix(path.Join("/", p), path.Join("/", m.Path)+"/"); m.Path == "." || ok {
				if m.Path == "." {
					imported = p
				}
				own[imported], where[imported] = content, p
			}
		}
		if tree := treeOf(m.Path, own); i == module {
			roots = append(roots, tree)
		} else {
			deps = append(deps, tree)
		}
	}
	c := compileTrees(t, roots, deps)
	c.where = where
	return c
}

func text(lines []line) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintln(&b, l)
	}
	return b.String()
}

func TestConfigurationsThatCannotBeFollowedAreErrors(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"":                                     `buf.yaml: it says no version: write "version: v2"`,
		"breaking: {}":                         `buf.yaml: it says no version: write "version: v2"`,
		"version: v3":                          `buf.yaml:1:10: version is "v3", and evgen reads v1 and v2`,
		"version: v1beta1":                     `buf.yaml:1:10: version v1beta1 has other rules: migrate the file with buf config migrate`,
		"version: v2\nbreakin:\n  use: [FILE]": `buf.yaml:2:1: unknown key "breakin" (did you mean breaking?)`,
		"version: v2\nbreaking:\n  use: [FIELD_SAME_TYP]":                            `buf.yaml:3:9: unknown rule or category "FIELD_SAME_TYP" (did you mean FIELD_SAME_TYPE?)`,
		"version: v2\nbreaking:\n  except:\n    - FILE\n    - ACME_TOPICS_STAY":      `buf.yaml:5:7: unknown rule or category "ACME_TOPICS_STAY": buf config ls-breaking-rules lists them`,
		"version: v2\nbreaking:\n  except: [FIELD_SAME_LABEL]":                       `buf.yaml:3:12: unknown rule or category "FIELD_SAME_LABEL" (did you mean FIELD_SAME_NAME?)`,
		"version: v1\nbreaking:\n  except: [EXTENSION_NO_DELETE]":                    `buf.yaml:3:12: unknown rule or category "EXTENSION_NO_DELETE": buf config ls-breaking-rules lists them`,
		"version: v2\nbreaking:\n  ignore_only:\n    WIRES: [a.proto]":               `buf.yaml:4:12: unknown rule or category "WIRES" (did you mean WIRE?)`,
		"version: v2\nbreaking:\n  ignore: [a, ../b]":                                `buf.yaml:3:15: path "../b" leaves the directory of the file`,
		"version: v2\nbreaking:\n  ignore: [/a]":                                     `buf.yaml:3:12: path "/a" leaves the directory of the file`,
		"version: v2\nmodules:\n  - path: ../a":                                      `buf.yaml:3:11: path "../a" leaves the directory of the file`,
		"version: v2\nmodules:\n  - path: proto\n    breaking:\n      ignore: [a/b]": `buf.yaml:5:16: path "a/b" is not in the module, which is "proto": paths begin where the file is`,
		"version: v2\nbreaking:\n  ignore_only:\n    WIRE: [a, .]":                   `buf.yaml:4:11: "." is the module as a whole: put WIRE under except`,
		"version: v2\nbreaking:\n  disable_builtin: true":                            `buf.yaml:3:20: without its own rules, buf has none that evgen knows: take the key out`,
		"version: v1\nmodules:\n  - path: a":                                         `buf.yaml:3:3: key "modules" is one of version v2, and the file is of another`,
		"version: v2\nbuild:\n  excludes: [a]":                                       `buf.yaml:3:11: key "build" is one of version v1, and the file is of another`,
		"version: v2\nbreaking:\n  ignore_unstable_packages: perhaps":                `buf.yaml:3:29: want true or false, got "perhaps"`,
	}
	for _, raw := range slices.Sorted(maps.Keys(cases)) {
		_, err := buf.ReadConfig("buf.yaml", []byte(raw))
		if err == nil || err.Error() != cases[raw] {
			t.Errorf("%q:\n got: %v\nwant: %s", raw, err, cases[raw])
		}
	}
}

func TestOtherSectionsOfTheConfigurationAreNotJudged(t *testing.T) {
	t.Parallel()
	raw := "version: v2\nmodules:\n  - path: proto\n    name: buf.build/acme/shop\n    excludes: [proto/x]\n    lint:\n      use: [STANDARD]\n" +
		"deps:\n  - buf.build/googleapis/googleapis\nlint:\n  use: [ANY]\nplugins:\n  - plugin: acme\npolicies:\n  - policy: acme\n"
	config, err := buf.ReadConfig("buf.yaml", []byte(raw))
	if err != nil || len(config.Modules) != 1 || config.Modules[0].Path != "proto" {
		t.Errorf("got %+v, %v", config, err)
	}
}
