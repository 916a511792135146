package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
)

// Tool is what the formats for services say of the program.
type Tool struct {
	Version string // of evgen, e.g., v1.2.0
	Rules   []Rule // those that findings may have; others appear with their ID alone
	Config  string // path of the configuration, where services show what has no place; empty: evgen.yaml
	// Source returns the text of the file at the path of a finding's place. SARIF counts columns in characters, and gets none of files
	// without a text. Nil: of no file.
	Source func(path string) ([]byte, error)
}

// Rule is what the formats for services say of a rule.
type Rule struct {
	ID       string
	Name     string // e.g., key-path; may be empty
	Group    string // e.g., identity; may be empty
	Summary  string // in one line
	Severity schema.Severity
	Effect   *compat.Effect // of rules of the gate
	URL      string         // of what is written about it; may be empty
}

// LintRules returns rules of lint and generate.
func LintRules(rules []schema.Rule) []Rule {
	var all []Rule
	for _, r := range rules {
		all = append(all, Rule{ID: r.ID, Name: r.Name, Summary: r.Summary, Severity: r.Severity})
	}
	return all
}

// RulesURL is the document of the rules of the gate, with a heading for each.
const RulesURL = "https://github.com/evgen-dev/evgen/blob/main/docs/rules.md"

// GateRules returns rules of the gate. Their severity is that under the strictest level.
func GateRules(rules []compat.Rule) []Rule {
	var all []Rule
	for _, r := range rules {
		severity, _ := r.Severity.Judge(compat.LevelFullTransitive, r.Breaks)
		all = append(all, Rule{
			ID: r.ID, Group: r.Group, Summary: r.Summary, Severity: severity, Effect: &r.Effect, URL: RulesURL + "#" + strings.ToLower(r.ID),
		})
	}
	return all
}

// renderers are the formats, in the order in which help lists them.
var renderers = []struct {
	format string
	render func(w io.Writer, found []Finding, tool Tool) error
}{
	{"text", renderText},
	{"json", renderJSON},
	{"github", renderGitHub},
	{"gitlab", renderGitLab},
	{"sarif", renderSARIF},
	{"junit", renderJUnit},
}

// Formats returns the names of the formats: text for people; json, one object a line, for programs; github, commands of GitHub Actions; gitlab, a
// Code Quality report; sarif, version 2.1.0; junit.
func Formats() []string {
	var names []string
	for _, r := range renderers {
		names = append(names, r.format)
	}
	return names
}

// Render writes findings in a format, in their order.
func Render(w io.Writer, format string, found []Finding, tool Tool) error {
	for _, r := range renderers {
		if r.format == format {
			return r.render(w, found, tool)
		}
	}
	return fmt.Errorf("render findings: unknown format %q", format)
}
