package report

import (
	"cmp"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"github.com/evgen-dev/evgen/schema"
)

// gitLabIssue is an element of GitLab's Code Quality report (docs.gitlab.com/ci/testing/code_quality), which has no optional parts.
type gitLabIssue struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"` // info, minor, major, critical or blocker
	Location    gitLabLocation `json:"location"`
}

type gitLabLocation struct {
	Path  string `json:"path"`
	Lines struct {
		Begin int `json:"begin"`
	} `json:"lines"`
}

// renderGitLab writes one array, also without findings: GitLab tells by it that a finding is gone.
func renderGitLab(w io.Writer, found []Finding, tool Tool) error {
	issues := []gitLabIssue{}
	unique := fingerprints(found)
	for i, f := range found {
		issue := gitLabIssue{
			Description: f.description(), CheckName: f.Rule, Fingerprint: unique[i], Severity: f.gitLabSeverity(),
			Location: gitLabLocation{Path: f.somewhere(tool)},
		}
		issue.Location.Lines.Begin = max(1, f.Line)
		issues = append(issues, issue)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(issues)
}

// description says in a few words what a report shows nothing else of: what breaks, and how to begin.
func (f Finding) description() string {
	if f.Accepted != nil {
		return f.mark() + f.sentence()
	}
	text := f.sentence()
	if f.Change == nil || f.Change.Effect == nil {
		return text
	}
	e := f.Change.Effect
	if words := breakWords(e.Breaks); len(words) > 0 {
		text += "; breaks " + strings.Join(words, ", ")
		if event := f.Change.bystander(); event != "" {
			text += " for " + event
		}
	}
	switch len(e.Steps) {
	case 0:
	case 1:
		text += "; deploy: " + printable(e.Steps[0])
	default:
		text += "; first of " + strconv.Itoa(len(e.Steps)) + " steps: " + printable(e.Steps[0])
	}
	return text
}

func (f Finding) gitLabSeverity() string {
	switch {
	case f.Accepted != nil:
		return "info"
	case f.Severity == schema.Warning:
		return "minor"
	}
	return "critical"
}

// somewhere returns the path of a finding, and of one that has none the file that says what evgen looks at: services show nothing without a file.
func (f Finding) somewhere(tool Tool) string {
	return cmp.Or(f.Path, tool.Config, "evgen.yaml")
}
