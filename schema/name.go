package schema

import (
	"slices"
	"strings"
	"unicode"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/evgen-dev/evgen/internal/nearest"
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

// message finds a message by its full name or by its name relative to the package of from.
func (r *resolver) message(from protoreflect.Descriptor, name string) (protoreflect.MessageDescriptor, bool) {
	for _, full := range candidateNames(from, name) {
		if md, ok := r.messages[full]; ok {
			return md, true
		}
	}
	return nil, false
}

// event finds an event as message does. Events are known from the step resolveEvents on.
func (r *resolver) event(from protoreflect.Descriptor, name string) (*Event, bool) {
	for _, full := range candidateNames(from, name) {
		if e, ok := r.events[full]; ok {
			return e, true
		}
	}
	return nil, false
}

func candidateNames(from protoreflect.Descriptor, name string) []protoreflect.FullName {
	full := protoreflect.FullName(strings.TrimPrefix(name, "."))
	pkg := from.ParentFile().Package()
	if pkg == "" || strings.HasPrefix(name, ".") {
		return []protoreflect.FullName{full}
	}
	return []protoreflect.FullName{pkg + "." + full, full}
}

// unknownEvent adds to a diagnostic what to do about a name that event does not find.
func (r *resolver) unknownEvent(p report, from protoreflect.Descriptor, name string) {
	if md, ok := r.message(from, name); ok {
		p.help("message %s has no option (evgen.v1.event)", md.FullName())
		return
	}
	if near := nearest.Of(name, r.eventNames(from)); near != "" {
		p.help("did you mean %q?", near)
		return
	}
	if r.texts == nil {
		p.help("import the file that declares it, or run the plugin with strategy: all")
	}
}

// eventNames are all names by which from may call other events, sorted.
func (r *resolver) eventNames(from protoreflect.Descriptor) []string {
	var names []string
	for full, e := range r.events {
		if e.Desc == from {
			continue
		}
		names = append(names, string(full))
		if e.Desc.ParentFile().Package() == from.ParentFile().Package() {
			names = append(names, string(e.Desc.Name()))
		}
	}
	slices.Sort(names)
	return names
}
