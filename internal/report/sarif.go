package report

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat/accept"
)

const (
	sarifVersion = "2.1.0"
	sarifSchema  = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

	sourceRoot   = "%SRCROOT%" // where paths of the sources begin
	baselineRoot = "BASELINE"  // where paths of the other side begin: a commit, a directory, a registry
)

// renderSARIF writes one run (docs.oasis-open.org/sarif/sarif/v2.1.0).
func renderSARIF(w io.Writer, found []Finding, tool Tool) error {
	s := newSARIF(found, tool)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(sarifLog{sarifSchema, sarifVersion, []sarifRun{s.run()}})
}

// sarif makes a run of findings.
type sarif struct {
	found   []Finding
	tool    Tool
	rules   []string // IDs of the rules that findings have, sorted
	columns *columns
}

func newSARIF(found []Finding, tool Tool) *sarif {
	s := &sarif{found: found, tool: tool, columns: newColumns(tool.Source)}
	for _, f := range found {
		s.rules = append(s.rules, f.Rule)
	}
	slices.Sort(s.rules)
	s.rules = slices.Compact(s.rules)
	return s
}

func (s *sarif) run() sarifRun {
	run := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: "evgen", Version: s.tool.Version, InformationURI: "https://github.com/evgen-dev/evgen", Rules: []sarifRule{},
		}},
		OriginalURIBaseIDs: map[string]sarifBase{
			sourceRoot: {sarifText{"The root of the sources."}},
		},
		ColumnKind: "unicodeCodePoints",
		Results:    []sarifResult{},
	}
	for _, id := range s.rules {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, s.rule(id))
	}
	if slices.ContainsFunc(s.found, func(f Finding) bool { return f.was() != nil }) {
		run.OriginalURIBaseIDs[baselineRoot] = sarifBase{sarifText{"The root of what the sources were compared with."}}
	}
	unique := fingerprints(s.found)
	for i, f := range s.found {
		run.Results = append(run.Results, s.result(f, unique[i]))
	}
	return run
}

func (s *sarif) rule(id string) sarifRule {
	i := slices.IndexFunc(s.tool.Rules, func(r Rule) bool { return r.ID == id })
	if i < 0 {
		return sarifRule{ID: id}
	}
	r := s.tool.Rules[i]
	rule := sarifRule{
		ID: r.ID, Name: r.Name, ShortDescription: &sarifText{r.Summary}, Help: &sarifHelp{r.help(), r.markdown()}, HelpURI: r.URL,
		DefaultConfiguration: &sarifConfiguration{sarifLevel(r.Severity)},
	}
	if r.Group != "" {
		rule.Properties = &sarifProperties{Tags: []string{r.Group}}
	}
	return rule
}

// help returns all that is known of a rule.
func (r Rule) help() string {
	return strings.Join(append([]string{r.Summary}, effectLines(r.Effect)...), "\n")
}

// markdown is help as GitHub shows it beside a finding. What rules say comes from tables of evgen, and needs no escapes.
func (r Rule) markdown() string {
	var b strings.Builder
	b.WriteString(r.Summary + "\n")
	if e := r.Effect; e != nil {
		b.WriteString("\n")
		if words := breakWords(e.Breaks); len(words) > 0 {
			b.WriteString("- **breaks**: " + strings.Join(words, ", ") + "\n")
		}
		for _, o := range outcomes(e) {
			b.WriteString("- **" + o.label + "**: " + o.text + "\n")
		}
		for i, step := range e.Steps {
			if i == 0 {
				b.WriteString("\nDeploy it so:\n\n")
			}
			fmt.Fprintf(&b, "%d. %s\n", i+1, step)
		}
	}
	if r.URL != "" {
		b.WriteString("\n[" + r.ID + "](" + r.URL + ")\n")
	}
	return b.String()
}

// result returns a finding. GitHub reads a fingerprint under one key only, and makes one itself otherwise: of the line's text, so that of two
// findings in a line, such as two fields that are gone from a message, it would show one.
func (s *sarif) result(f Finding, unique string) sarifResult {
	result := sarifResult{
		RuleID:              f.Rule,
		RuleIndex:           slices.Index(s.rules, f.Rule),
		Level:               sarifLevel(f.Severity),
		Message:             sarifMessage(f.explained()),
		Locations:           []sarifLocation{s.location(f)},
		PartialFingerprints: map[string]string{"evgen/v1": unique, "primaryLocationLineHash": unique},
	}
	for _, r := range f.Related {
		result.RelatedLocations = append(result.RelatedLocations, sarifLocation{
			PhysicalLocation: s.physical(r.Place), Message: sarifMessage(printable(r.Message)),
		})
	}
	if was := f.was(); was != nil {
		result.RelatedLocations = append(result.RelatedLocations, *was)
	}
	if a := f.Accepted; a != nil {
		result.Suppressions = []sarifSuppression{s.suppression(a)}
	}
	return result
}

// explained returns all that SARIF has no other place for. The first line is a sentence: where GitHub lacks space, it shows that alone. The entry that
// accepts a finding has its long form, which holds no brace that a reader of SARIF might leave doubled.
func (f Finding) explained() string {
	if f.Change == nil || f.Accepted != nil {
		return f.sentence()
	}
	lines := f.Change.consequences()
	if f.acceptable() {
		lines = append(lines, "accept with, in "+accept.FileName+":")
		for line := range strings.Lines(f.Change.Entry.String()) {
			lines = append(lines, printable(strings.TrimSuffix(line, "\n")))
		}
	}
	if len(lines) == 0 {
		return f.sentence()
	}
	return f.sentence() + ".\n" + strings.Join(lines, "\n")
}

// location returns where a finding is, with the name of what changed, which stays when lines move.
func (s *sarif) location(f Finding) sarifLocation {
	at := f.Place
	at.Path = f.somewhere(s.tool)
	at.Line = max(1, at.Line) // GitHub wants a line, also of a file as a whole
	location := sarifLocation{PhysicalLocation: s.physical(at)}
	if f.Change != nil && f.Change.Subject != "" {
		location.LogicalLocations = []sarifLogical{{f.Change.Subject}}
	}
	return location
}

func (s *sarif) physical(p Place) *sarifPhysical {
	return &sarifPhysical{artifact(p.Path, sourceRoot), s.columns.region(p)}
}

// was returns where the baseline has what changed. Its lines are known, its text is not, so it has no columns.
func (f Finding) was() *sarifLocation {
	if f.Change == nil || f.Change.Was.Path == "" {
		return nil
	}
	at := f.Change.Was
	return &sarifLocation{
		PhysicalLocation: &sarifPhysical{artifact(at.Path, baselineRoot), lines(at)},
		Message:          sarifMessage("was at " + printable(f.Change.Baseline)),
	}
}

func (s *sarif) suppression(a *Acceptance) sarifSuppression {
	return sarifSuppression{
		Kind: "external", Status: "accepted",
		Justification: printable(a.Reason) + " (" + printable(a.Owner) + ", until " + a.Expires.Format(time.DateOnly) + ")",
		Location:      &sarifLocation{PhysicalLocation: s.physical(a.Place)},
	}
}

func sarifLevel(s schema.Severity) string { return s.String() } // SARIF has the same words

// artifact returns a file by its path relative to a root; an absolute path has none.
func artifact(path, root string) sarifArtifact {
	if strings.HasPrefix(path, "/") {
		return sarifArtifact{URI: (&url.URL{Scheme: "file", Path: path}).String()}
	}
	return sarifArtifact{(&url.URL{Path: path}).String(), root}
}

// sarifMessage returns a text as plain text that SARIF (3.11.5, 3.11.6) reads as it is: braces are doubled, because {0} is a placeholder, and what
// would be a link is taken apart.
func sarifMessage(s string) *sarifText {
	return &sarifText{strings.NewReplacer("{", "{{", "}", "}}", "](", "] (").Replace(s)}
}
