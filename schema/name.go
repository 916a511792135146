package schema

import (
	"strings"
	"unicode"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// snakeCase turns a message's name into lower case with underscores, e.g., HTTPRoute2Added into http_route2_added.
func snakeCase(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, c := range runes {
		if unicode.IsUpper(c) && i > 0 && runes[i-1] != '_' && startsWord(runes, i) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

// startsWord says whether the upper-case letter at i follows a small one, or ends a run of upper-case letters.
func startsWord(runes []rune, i int) bool {
	return !unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])
}

func isBlank(s string) bool { return strings.TrimSpace(s) == "" }

// isIdentifier guesses from its name and type whether a field only names something else.
func isIdentifier(fd protoreflect.FieldDescriptor) bool {
	name := string(fd.Name())
	return isScalar(fd) && (name == "id" || name == "uuid" || strings.HasSuffix(name, "_id") || strings.HasSuffix(name, "_uuid"))
}

// maxTopicName is what Kafka allows.
const maxTopicName = 249

// topicNameProblem says why Kafka would refuse a name, or nothing.
func topicNameProblem(name string) string {
	switch {
	case name == "":
		return "is empty"
	case name == "." || name == "..":
		return "is reserved"
	case len(name) > maxTopicName:
		return "is longer than 249 characters"
	}
	for _, c := range name {
		if c > unicode.MaxASCII || !unicode.IsLetter(c) && !unicode.IsDigit(c) && !strings.ContainsRune("._-", c) {
			return `has a character other than letters, digits, ".", "_" and "-"`
		}
	}
	return ""
}

// metricName is what Kafka makes of a topic's name in metrics; two topics may not share it.
func metricName(topic string) string { return strings.ReplaceAll(topic, ".", "_") }
