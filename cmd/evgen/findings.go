package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evgen-dev/evgen/generator"
	"github.com/evgen-dev/evgen/internal/gate"
	"github.com/evgen-dev/evgen/internal/report"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/accept"
	"github.com/evgen-dev/evgen/schema/compat/buf"
)

// repositoryFormats are the forms of findings that a service shows beside a change: their paths are those of the repository.
var repositoryFormats = []string{"github", "gitlab", "sarif"}

// printFindings writes findings of lint and generate.
func (p *project) printFindings(w io.Writer, ds schema.Diagnostics) error {
	return p.printReport(w, report.Diagnostics(ds))
}

// printReport writes findings to w in the form that was asked for, with file names instead of import paths. With an output, that form goes to its file,
// and text to w.
func (p *project) printReport(w io.Writer, found []report.Finding) error {
	report.Relocate(found, p.filename)
	if p.output == "" {
		return p.render(w, p.format, found)
	}
	if err := p.render(w, "text", found); err != nil {
		return err
	}
	var file bytes.Buffer
	if err := p.render(&file, p.format, found); err != nil {
		return err
	}
	if err := os.WriteFile(absolute(p.cwd(), p.output), file.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write the report of --output: %w", err)
	}
	return nil
}

// render writes findings in a form. Their paths are relative to the working directory, or to the repository where the form asks for that.
func (p *project) render(w io.Writer, format string, found []report.Finding) error {
	root, configuration := p.cwd(), p.show(filepath.Join(p.dir, p.name))
	if slices.Contains(repositoryFormats, format) {
		report.Settle(found, p.former)
		if repository := findUp(root, ".git"); repository != "" {
			report.Relocate(found, func(path string) string { return below(repository, absolute(root, path), path) })
			configuration = below(repository, absolute(root, configuration), configuration)
			root = repository
		}
	}
	return report.Render(w, format, found, report.Tool{
		Version: buildVersion(),
		Rules:   p.knownRules(),
		Config:  configuration,
		Source:  func(path string) ([]byte, error) { return os.ReadFile(absolute(root, filepath.FromSlash(path))) },
	})
}

// former returns the file of this project that had in the baseline what is gone now, and how many lines it has. Baselines have paths of their own: those of
// commits begin at the project, those of directories where evgen runs, and others are import paths.
func (p *project) former(c *report.Change) (file string, lines int) {
	was := c.Was.Path
	if dir, ok := strings.CutPrefix(c.Baseline, "dir:"); ok {
		was = strings.TrimPrefix(was, path.Clean(filepath.ToSlash(dir))+"/")
	}
	if !filepath.IsLocal(was) {
		return "", 0
	}
	for _, file := range []string{p.filename(was), p.show(absolute(p.dir, was))} {
		if text, err := os.ReadFile(absolute(p.cwd(), file)); err == nil {
			return file, len(slices.Collect(bytes.Lines(text)))
		}
	}
	return "", 0
}

// knownRules returns the rules of all commands, for the formats that describe them. Profiles give the same names to rules of their own.
func (p *project) knownRules() []report.Rule {
	own := p.profile == "" || p.profile == gate.Evgen
	judged := slices.DeleteFunc(gate.Rules(), func(r compat.Rule) bool { return !own && r.Group != "gate" }) // what it says in each
	known := slices.Concat(
		report.LintRules(schema.Rules()), report.LintRules(generator.Rules), report.GateRules(accept.Rules()), report.GateRules(judged),
	)
	if gate.IsBuf(p.profile) {
		for _, r := range buf.Rules() {
			known = append(known, report.Rule{
				ID: r.ID, Summary: "A rule of buf breaking, of " + r.Categories.String() + ".", URL: "https://buf.build/docs/breaking/rules/",
			})
		}
	}
	return known
}

// prefill writes into the entries that would accept findings whom the annotations name as the owner.
func (c *comparison) prefill(found []report.Finding) {
	for _, f := range found {
		if f.Change == nil || f.Change.Entry == nil {
			continue
		}
		if e := c.state.Contract.Event(f.Change.Event); e != nil {
			f.Change.Entry.Owner = e.Owner
		}
	}
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
