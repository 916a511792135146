package report

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/evgen-dev/evgen/schema"
)

// JUnit's XML has no standard. These are the elements and attributes that Jenkins' schema has and that GitLab reads.
type (
	junitSuites struct {
		XMLName  xml.Name      `xml:"testsuites"`
		Name     string        `xml:"name,attr"`
		Tests    int           `xml:"tests,attr"`
		Failures int           `xml:"failures,attr"`
		Errors   int           `xml:"errors,attr"`
		Suites   []*junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"` // the file
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name      string       `xml:"name,attr"`
		Class     string       `xml:"classname,attr"`
		Failure   *junitResult `xml:"failure"`
		Skipped   *junitResult `xml:"skipped"`
		SystemOut string       `xml:"system-out,omitempty"`
	}
	junitResult struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// renderJUnit writes a suite per file and a case per finding. An error is a failure, a warning is a case that passes and says something, and an accepted
// finding is skipped. Without findings one case passes, because a report without cases looks like a job that has not run.
func renderJUnit(w io.Writer, found []Finding, _ Tool) error {
	all := junitSuites{Name: "evgen"}
	byFile := map[string]*junitSuite{}
	names := map[string]int{}
	for _, f := range found {
		file := cmp.Or(f.Path, all.Name)
		if byFile[file] == nil {
			byFile[file] = &junitSuite{Name: file}
			all.Suites = append(all.Suites, byFile[file])
		}
		c := f.junitCase(file)
		if names[c.Class+"\x00"+c.Name]++; names[c.Class+"\x00"+c.Name] > 1 {
			c.Name += fmt.Sprintf(" (%d)", names[c.Class+"\x00"+c.Name])
		}
		byFile[file].add(c)
	}
	if len(found) == 0 {
		clean := &junitSuite{Name: all.Name}
		clean.add(junitCase{Name: "no findings", Class: all.Name})
		all.Suites = append(all.Suites, clean)
	}
	for _, s := range all.Suites {
		all.Tests += s.Tests
		all.Failures += s.Failures
	}
	return writeXML(w, all)
}

func writeXML(w io.Writer, v any) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w) // replaces what XML 1.0 cannot hold
	enc.Indent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func (s *junitSuite) add(c junitCase) {
	s.Cases = append(s.Cases, c)
	s.Tests++
	if c.Failure != nil {
		s.Failures++
	}
	if c.Skipped != nil {
		s.Skipped++
	}
}

// junitCase returns a case with a name that stays when lines move, by which services tell new failures from old ones.
func (f Finding) junitCase(file string) junitCase {
	about := printable(f.Message)
	if f.Change != nil {
		about = printable(f.Change.Subject)
	}
	c := junitCase{Name: f.Rule + " " + about, Class: file}
	text := strings.Join(append([]string{f.headline()}, f.details()...), "\n")
	switch {
	case f.Accepted != nil:
		c.Skipped = &junitResult{f.Rule, "accepted: " + f.Accepted.String(), text}
	case f.Severity == schema.Warning:
		c.SystemOut = text
	default:
		c.Failure = &junitResult{f.Rule, f.sentence(), text}
	}
	return c
}
