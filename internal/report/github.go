package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/evgen-dev/evgen/schema"
)

// renderGitHub writes workflow commands, which GitHub Actions shows as annotations of a change: ten of each level in a step, and the rest in the
// log alone. Where it puts them is a path relative to the repository.
func renderGitHub(w io.Writer, found []Finding, _ Tool) error {
	var b strings.Builder
	for _, f := range found {
		text := strings.Join(append([]string{f.sentence()}, f.details()...), "\n")
		fmt.Fprintf(&b, "::%s %s::%s\n", f.command(), f.properties(), gitHubData.Replace(text))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (f Finding) command() string {
	switch {
	case f.Accepted != nil:
		return "notice"
	case f.Severity == schema.Warning:
		return "warning"
	}
	return "error"
}

// properties returns file=…,line=…,title=… of what is known.
func (f Finding) properties() string {
	var b strings.Builder
	if f.Path != "" {
		b.WriteString("file=" + gitHubProperty.Replace(f.Path) + ",")
	}
	if f.Path != "" && f.Line > 0 {
		fmt.Fprintf(&b, "line=%d,", f.Line)
		switch at := f.firstLine(); {
		case at.EndLine == at.Line && at.EndColumn > at.Column:
			fmt.Fprintf(&b, "col=%d,endLine=%d,endColumn=%d,", at.Column, at.EndLine, at.EndColumn)
		case f.Column > 0:
			fmt.Fprintf(&b, "col=%d,", f.Column)
		}
	}
	return b.String() + "title=" + gitHubProperty.Replace(f.Rule)
}

// What workflow commands need escaped: in their data what ends the line, in properties also what ends a property.
var (
	gitHubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	gitHubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
