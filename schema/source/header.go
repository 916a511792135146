package source

import (
	"bytes"
	"slices"

	"github.com/bufbuild/protocompile/parser/fastscan"
)

// header is what a file says at its top level that decides in which order files are compiled.
type header struct {
	pkg     string
	imports []string // each once, in order
	public  []string // those of imports that whoever imports the file sees, too
	extends bool     // it may declare extensions
}

// readHeader finds the package and the imports of a file without parsing it, at the speed at which memory is read: of what is within braces
// it looks at strings, comments, braces and extensions alone. In a file that does not parse it may miss some; its parser will complain.
func readHeader(text []byte) header {
	s := headerScanner{text: text}
	for start := true; s.skipSpace(); {
		switch c := s.text[s.at]; {
		case isWord(c):
			if word := s.word(); start {
				s.statement(string(word))
			}
			start = false
		case c == '{':
			s.at++
			s.skipBlock()
			start = true
		default:
			start = c == ';'
			s.skipOne()
		}
	}
	if s.escapes {
		return slowHeader(text, s.extends)
	}
	return s.header
}

// slowHeader is for the file that spells the path of an import with escapes.
func slowHeader(text []byte, extends bool) header {
	h := header{extends: extends}
	scanned, _ := fastscan.Scan("", bytes.NewReader(text)) // an error is the parser's to report
	h.pkg = scanned.PackageName
	for _, imp := range scanned.Imports {
		if imp.IsPublic {
			h.addPublic(imp.Path)
		} else {
			h.add(imp.Path)
		}
	}
	return h
}

func (h *header) add(path string) {
	if !slices.Contains(h.imports, path) {
		h.imports = append(h.imports, path)
	}
}

// addPublic adds an import that is public.
func (h *header) addPublic(path string) {
	h.add(path)
	if !slices.Contains(h.public, path) {
		h.public = append(h.public, path)
	}
}

// headerScanner is at a place in a file.
type headerScanner struct {
	header
	text    []byte
	at      int
	escapes bool
}

func isWord(c byte) bool {
	return c == '_' || c == '.' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func (s *headerScanner) word() []byte {
	from := s.at
	for s.at < len(s.text) && isWord(s.text[s.at]) {
		s.at++
	}
	return s.text[from:s.at]
}

// skipSpace goes to the next byte that is neither space nor comment, and says whether there is one.
func (s *headerScanner) skipSpace() bool {
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c <= ' ', c >= 0x80: // a byte order mark
			s.at++
		case s.atComment():
			s.skipOne()
		default:
			return true
		}
	}
	return false
}

func (s *headerScanner) atComment() bool {
	return s.text[s.at] == '/' && s.at+1 < len(s.text) && (s.text[s.at+1] == '/' || s.text[s.at+1] == '*')
}

// skipOne skips a comment, a string, or a byte.
func (s *headerScanner) skipOne() {
	switch c := s.text[s.at]; {
	case c == '"', c == '\'':
		s.literal()
	case !s.atComment():
		s.at++
	case s.text[s.at+1] == '/':
		s.skipPast("\n")
	default:
		s.at += 2
		s.skipPast("*/")
	}
}

func (s *headerScanner) skipPast(end string) {
	if n := bytes.Index(s.text[s.at:], []byte(end)); n >= 0 {
		s.at += n + len(end)
		return
	}
	s.at = len(s.text)
}

// literal returns what is between quotes, with escapes as they are written.
func (s *headerScanner) literal() []byte {
	quote, from := s.text[s.at], s.at+1
	for s.at = from; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case quote:
			s.at++
			return s.text[from : s.at-1]
		case '\\':
			s.at++
		}
	}
	s.at = len(s.text)
	return s.text[from:]
}

// skipBlock skips to after the brace that closes the one before s.at.
func (s *headerScanner) skipBlock() {
	for depth := 1; depth > 0 && s.at < len(s.text); {
		switch s.text[s.at] {
		case '{':
			depth++
			s.at++
		case '}':
			depth--
			s.at++
		case '/', '"', '\'':
			s.skipOne()
		case 'e':
			s.extends = s.extends || s.atExtend()
			s.at++
		default:
			s.at++
		}
	}
}

// atExtend says whether a declaration of extensions may begin here. Something else may have the name.
func (s *headerScanner) atExtend() bool {
	after, found := bytes.CutPrefix(s.text[s.at:], []byte("extend"))
	return found && !isWord(s.text[s.at-1]) && (len(after) == 0 || !isWord(after[0]))
}

// statement reads on after the first word of a statement at the top level.
func (s *headerScanner) statement(word string) {
	switch word {
	case "package":
		s.pkg = s.joined()
	case "import":
		s.importStatement()
	case "extend":
		s.extends = true
	}
}

// joined returns the words up to the next thing that is none: a.b may be written with space around its dot.
func (s *headerScanner) joined() string {
	var name []byte
	for s.skipSpace() && isWord(s.text[s.at]) {
		name = append(name, s.word()...)
	}
	return string(name)
}

func (s *headerScanner) importStatement() {
	modifier := s.joined() // public, weak
	path, found := []byte(nil), false
	for s.skipSpace() && (s.text[s.at] == '"' || s.text[s.at] == '\'') {
		part := s.literal()
		s.escapes = s.escapes || bytes.IndexByte(part, '\\') >= 0
		path, found = append(path, part...), true
	}
	switch {
	case found && modifier == "public":
		s.addPublic(string(path))
	case found:
		s.add(string(path))
	}
}
