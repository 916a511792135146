package normal

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// value returns one value of a field: an element, if the field is a list.
func (p *printer) value(fd protoreflect.FieldDescriptor, v protoreflect.Value) string {
	if fd.Message() != nil {
		return p.literal(v.Message())
	}
	return p.scalar(fd, v)
}

// literal returns a message as it is written within an option.
func (p *printer) literal(m protoreflect.Message) string {
	p.checkKnown(m)
	return "{" + strings.Join(mapped(populated(m), p.fieldLiteral), ", ") + "}"
}

func (p *printer) fieldLiteral(f field) string {
	name := f.TextName()
	switch {
	case f.IsMap():
		return name + ": [" + strings.Join(p.entries(f), ", ") + "]"
	case f.IsList():
		values := make([]string, f.value.List().Len())
		for i := range values {
			values[i] = p.value(f.FieldDescriptor, f.value.List().Get(i))
		}
		return name + ": [" + strings.Join(values, ", ") + "]"
	}
	return name + ": " + p.value(f.FieldDescriptor, f.value)
}

// entries returns the entries of a map, sorted as they are written: nothing else orders them.
func (p *printer) entries(f field) []string {
	var entries []string
	f.value.Map().Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
		entries = append(entries, fmt.Sprintf("{key: %s, value: %s}", p.scalar(f.MapKey(), k.Value()), p.value(f.MapValue(), v)))
		return true
	})
	slices.Sort(entries)
	return entries
}

func (p *printer) scalar(fd protoreflect.FieldDescriptor, v protoreflect.Value) string {
	switch fd.Kind() {
	case protoreflect.EnumKind:
		return p.enumName(fd.Enum(), v.Enum())
	case protoreflect.StringKind:
		return quote(v.String())
	case protoreflect.BytesKind:
		return quoteBytes(v.Bytes())
	case protoreflect.FloatKind:
		return float(v.Float(), 32)
	case protoreflect.DoubleKind:
		return float(v.Float(), 64)
	}
	return v.String()
}

func (p *printer) enumName(ed protoreflect.EnumDescriptor, n protoreflect.EnumNumber) string {
	if vd := ed.Values().ByNumber(n); vd != nil {
		return string(vd.Name())
	}
	p.failf("an option holds %d, which enum %s does not name", n, ed.FullName())
	return ""
}

// float returns the shortest text that is read as f again.
func float(f float64, bits int) string {
	switch {
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case math.IsNaN(f):
		return "nan"
	case f == 0 && math.Signbit(f):
		return "-0.0" // an integer has no negative zero
	}
	return strconv.FormatFloat(f, 'g', -1, bits)
}

// quote returns a string literal. Characters stay as they are, except for those that end a literal or cannot be seen.
func quote(s string) string { return quoted(s, func(r rune) bool { return r != utf8.RuneError }) }

// quoteBytes returns a literal of ASCII alone, because not every parser would take other characters for UTF-8.
func quoteBytes(b []byte) string { return quoted(string(b), func(rune) bool { return false }) }

// quoted returns a literal of s. plain says of a character beyond ASCII whether it stays as it is.
func quoted(s string, plain func(r rune) bool) string {
	var b strings.Builder
	b.WriteByte('"')
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if r < utf8.RuneSelf || !plain(r) {
			size = 1
			b.WriteString(escaped(s[0]))
		} else {
			b.WriteString(s[:size])
		}
		s = s[size:]
	}
	b.WriteByte('"')
	return b.String()
}

func escaped(c byte) string {
	switch {
	case c == '"', c == '\\':
		return `\` + string(rune(c))
	case c == '\n':
		return `\n`
	case c == '\r':
		return `\r`
	case c == '\t':
		return `\t`
	case c < ' ', c >= 0x7f:
		return fmt.Sprintf(`\%03o`, c)
	}
	return string(rune(c))
}
