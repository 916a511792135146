package generator

import (
	"go/build/constraint"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dave/jennifer/jen"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	"github.com/evgen-dev/evgen/schema"
)

// doc renders a doc comment; what follows stands directly below it. Each line is a comment of its own: jennifer would turn several lines into
// one block comment, which a "*/" within the text would end.
func doc(paragraphs ...string) jen.Code {
	code := jen.Add()
	for i, p := range paragraphs {
		if i > 0 {
			code.Comment("//").Line()
		}
		for line := range strings.SplitSeq(p, "\n") {
			for _, short := range wrap(printable(line)) {
				code.Comment(strings.TrimRight("// "+harmless(short), " \t")).Line()
			}
		}
	}
	return code
}

// printable leaves out what no Go file may hold, not even in a comment: a byte order mark, a NUL, broken UTF-8. Other control
// characters would only confuse a terminal.
func printable(line string) string {
	return strings.Map(func(r rune) rune {
		if r == '\ufeff' || r == utf8.RuneError || r != '\t' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, line)
}

// harmless quotes what looks like a build constraint, since gofmt moves it to the top of the file, where it would be one, and
// what looks like another directive of Go, since linters take it for a slip.
func harmless(line string) string {
	if constraint.IsPlusBuild("//"+line) || strings.HasPrefix(line, "go:") {
		return "`" + strings.TrimSpace(line) + "`"
	}
	return line
}

// wrap breaks a line at the last space before column 110. Code and lists, which are indented, stay as they are.
func wrap(line string) []string {
	const width = 110
	var lines []string
	for utf8.RuneCountInString(line) > width && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "\t") {
		at := lastSpace(line, width)
		if at < 0 {
			break
		}
		lines = append(lines, line[:at])
		line = strings.TrimLeft(line[at:], " ")
	}
	return append(lines, line)
}

// lastSpace returns where the last space within the first characters of a line is, or the first space if it comes later.
func lastSpace(line string, width int) int {
	end := 0
	for range width {
		_, size := utf8.DecodeRuneInString(line[end:])
		end += size
	}
	if at := strings.LastIndexByte(line[:end], ' '); at >= 0 {
		return at
	}
	return strings.IndexByte(line, ' ')
}

// messageDoc is doc for what is generated for a message: it says so when the message is deprecated.
func messageDoc(m protoreflect.MessageDescriptor, paragraphs ...string) jen.Code {
	if isDeprecated(m) {
		paragraphs = append(paragraphs, "Deprecated: "+string(m.Name())+" is deprecated in "+m.ParentFile().Path()+".")
	}
	return doc(paragraphs...)
}

func isDeprecated(m protoreflect.MessageDescriptor) bool {
	o, ok := m.Options().(*descriptorpb.MessageOptions)
	return ok && o.GetDeprecated()
}

// topicDoc is doc for what is generated for a topic, which is deprecated when all of its events are.
func topicDoc(t *schema.Topic, paragraphs ...string) jen.Code {
	for _, e := range t.Events {
		if !e.Deprecated {
			return doc(paragraphs...)
		}
	}
	return messageDoc(t.Events[0].Desc, paragraphs...)
}
