package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/generator"
	"github.com/evgen-dev/evgen/internal/gate"
	"github.com/evgen-dev/evgen/internal/report"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat/accept"
)

// repositoryFormats are the forms of findings that a service shows beside a change: their paths are those of the repository.
var repositoryFormats = []string{"github", "gitlab", "sarif"}

// printFindings writes findings of lint and generate.
func (p *project) printFindings(w io.Writer, ds schema.Diagnostics) error {
	return p.printReport(w, report.Diagnostics(ds))
}

// printReport writes findings to w in the form that was asked for, with file names instead of import paths. Their paths are relative to the working
// directory, or to the repository where the form asks for that.
func (p *project) printReport(w io.Writer, found []report.Finding) error {
	report.Relocate(found, p.filename)
	root := p.cwd()
	if repository := findUp(root, ".git"); repository != "" && slices.Contains(repositoryFormats, p.format) {
		report.Relocate(found, func(path string) string { return below(repository, absolute(root, path), path) })
		root = repository
	}
	return report.Render(w, p.format, found, report.Tool{
		Version: buildVersion(),
		Rules:   knownRules(),
		Source:  func(path string) ([]byte, error) { return os.ReadFile(absolute(root, filepath.FromSlash(path))) },
	})
}

// knownRules returns the rules of all commands, for the formats that describe them.
func knownRules() []report.Rule {
	return slices.Concat(
		report.LintRules(schema.Rules()), report.LintRules(generator.Rules),
		report.GateRules(gate.Rules()), report.GateRules(accept.Rules()),
	)
}

// below returns a path as seen from a directory above it, or otherwise if it is not below.
func below(dir, path, otherwise string) string {
	rel, err := filepath.Rel(dir, path)
	if err != nil || !filepath.IsLocal(rel) {
		return otherwise
	}
	return filepath.ToSlash(rel)
}

// oneOf returns names as a sentence has them, e.g., "text, json or junit".
func oneOf(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// count says how many findings there are, e.g., "1 error, 2 warnings".
func count(ds schema.Diagnostics) string {
	errors, warnings := 0, 0
	for _, d := range ds {
		if d.Severity == schema.Error {
			errors++
		} else {
			warnings++
		}
	}
	switch {
	case warnings == 0:
		return plural(errors, "error")
	case errors == 0:
		return plural(warnings, "warning")
	}
	return plural(errors, "error") + ", " + plural(warnings, "warning")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
