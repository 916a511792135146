package schema

import "strings"

// Texts are the texts of proto files by their paths as imported. It may lack files: a plugin has none.
type Texts map[string]string

// Position turns a place as in source info, which counts from 0 and expands tabs to 8, into a [Position]. Without the text of the file
// the column stays what it is there.
func (t Texts) Position(path string, line, column int) Position {
	if text, ok := t.line(path, line); ok {
		column = byteColumn(text, column)
	}
	return Position{Path: path, Line: line + 1, Column: column + 1}
}

func (t Texts) line(path string, n int) (string, bool) {
	text, ok := t[path]
	if !ok {
		return "", false
	}
	for line := range strings.Lines(text) {
		if n == 0 {
			return line, true
		}
		n--
	}
	return "", false
}

// byteColumn turns a column that counts characters, with tabs expanded to 8, into one that counts bytes.
func byteColumn(line string, column int) int {
	at := 0
	for i, c := range line {
		if at >= column {
			return i
		}
		if c == '\t' {
			at += 8 - at%8
		} else {
			at++
		}
	}
	return len(line)
}
