package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/evgen-dev/evgen/schema"
)

// place is a part of a source file, for tools. Lines and columns count from 1; without them it is the whole file.
type place struct {
	Path      string `json:"path"` // relative to the working directory
	Line      int    `json:"line,omitempty"`
	Column    int    `json:"column,omitempty"`
	EndLine   int    `json:"end_line,omitempty"`
	EndColumn int    `json:"end_column,omitempty"`
}

// finding is a diagnostic for tools.
type finding struct {
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	place
	Message string    `json:"message"`
	Help    string    `json:"help,omitempty"`
	Related []related `json:"related,omitempty"`
}

type related struct {
	place
	Message string `json:"message"`
}

// formats are the forms of findings that --format chooses from.
var (
	formats      = []string{"text", "json"}
	laterFormats = []string{"github", "gitlab", "sarif", "junit"}
)

func renderText(w io.Writer, ds schema.Diagnostics) error {
	_, err := io.WriteString(w, ds.String())
	return err
}

// renderJSON writes one object a line.
func renderJSON(w io.Writer, ds schema.Diagnostics) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, d := range ds {
		f := finding{
			Rule: d.ID, Severity: d.Severity.String(), Message: d.Message, Help: d.Help,
			place: place{d.Pos.Path, d.Pos.Line, d.Pos.Column, d.End.Line, d.End.Column},
		}
		for _, r := range d.Related {
			f.Related = append(f.Related, related{place{Path: r.Pos.Path, Line: r.Pos.Line, Column: r.Pos.Column}, r.Message})
		}
		if err := enc.Encode(f); err != nil {
			return err
		}
	}
	return nil
}

// printFindings writes findings to w in the form that was asked for, with file names instead of import paths.
func (p *project) printFindings(w io.Writer, ds schema.Diagnostics) error {
	for i := range ds {
		ds[i].Pos.Path = p.filename(ds[i].Pos.Path)
		for j := range ds[i].Related {
			ds[i].Related[j].Pos.Path = p.filename(ds[i].Related[j].Pos.Path)
		}
	}
	if p.format == "json" {
		return renderJSON(w, ds)
	}
	return renderText(w, ds)
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
