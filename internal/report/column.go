package report

import (
	"bytes"
	"unicode/utf8"
)

// columns turns columns in bytes into columns in characters, which takes the text of the line.
type columns struct {
	source func(path string) ([]byte, error)
	lines  map[string][][]byte // of files that were read; nil: it has no text
}

func newColumns(source func(path string) ([]byte, error)) *columns {
	return &columns{source, map[string][][]byte{}}
}

// region returns the first line of a part of a file; nil: the whole file. Without the text it is the line as a whole, rather than wrong columns.
func (c *columns) region(p Place) *sarifRegion {
	p = p.firstLine()
	r := lines(p)
	if r == nil || p.Column == 0 {
		return r
	}
	start, ok := c.characters(p.Path, p.Line, p.Column)
	if !ok {
		return r
	}
	if p.EndColumn == 0 {
		r.StartColumn = start
		return r
	}
	if end, ok := c.characters(p.Path, p.EndLine, p.EndColumn); ok {
		r.StartColumn, r.EndColumn = start, end
	}
	return r
}

// lines returns the line in which a part of a file begins; nil: the whole file.
func lines(p Place) *sarifRegion {
	if p.Line == 0 {
		return nil
	}
	p = p.firstLine()
	return &sarifRegion{StartLine: p.Line, EndLine: p.EndLine}
}

// characters returns a column in characters, and false if the text does not have the column in bytes.
func (c *columns) characters(path string, line, column int) (int, bool) {
	text := c.text(path)
	if line < 1 || line > len(text) || column < 1 || column-1 > len(text[line-1]) {
		return 0, false
	}
	return utf8.RuneCount(text[line-1][:column-1]) + 1, true
}

func (c *columns) text(path string) [][]byte {
	text, read := c.lines[path]
	if read || c.source == nil {
		return text
	}
	raw, err := c.source(path)
	if err == nil {
		text = bytes.Split(raw, []byte("\n"))
	}
	c.lines[path] = text
	return text
}
