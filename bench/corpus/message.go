package corpus

import "fmt"

var scalars = []string{"string", "string", "string", "string", "int32", "int64", "bool", "bool", "double", "bytes", "uint32", "float"}

// scope is what the messages of a file may refer to.
type scope struct {
	file  *file
	known []reference
}

// reference returns a type, and sees to the import.
func (b *builder) reference(s *scope) string {
	chosen := pick(b.r, s.known)
	s.file.use(chosen.path)
	return chosen.name
}

// message makes a message with n to 2n fields: mostly scalars, of which some have options, and references. Without a scope it has
// neither options nor references.
func (b *builder) message(name string, n int, s *scope) *message {
	m := &message{doc: text(b.r, 15+b.r.IntN(20)), name: name}
	for i := range n + b.r.IntN(n) {
		m.fields = append(m.fields, b.field(i+1, s))
	}
	return m
}

func (b *builder) field(number int, s *scope) *field {
	f := &field{doc: text(b.r, 8+b.r.IntN(20)), typ: pick(b.r, scalars), number: number}
	f.name = fmt.Sprintf("%s_%s_%d", pick(b.r, nouns), pick(b.r, nouns), number)
	if s == nil {
		return f
	}
	switch kind := b.r.IntN(20); {
	case kind < 5:
		f.typ = b.reference(s)
	case kind < 7:
		f.typ = "repeated " + b.reference(s)
	case kind == 7:
		f.typ = "map<string, string>"
	case kind == 8:
		f.typ = "repeated " + f.typ
	case kind == 9:
		f.typ = "optional " + f.typ
	}
	f.options = b.fieldOptions()
	if f.options != nil {
		s.file.use("corpus/api/field.proto")
	}
	return f
}

// fieldOptions gives four fields of ten options of the corpus's own.
func (b *builder) fieldOptions() []string {
	switch b.r.IntN(10) {
	case 0, 1:
		return []string{"(corpus.api.field_behavior) = REQUIRED"}
	case 2:
		return []string{"(corpus.api.field_behavior) = OUTPUT_ONLY", "(corpus.api.field_behavior) = IMMUTABLE"}
	case 3:
		resource := fmt.Sprintf("%s.example.org/%s", pick(b.r, nouns), title(pick(b.r, nouns)))
		return []string{"(corpus.api.field_behavior) = OPTIONAL", fmt.Sprintf("(corpus.api.resource_reference) = { type: %q }", resource)}
	}
	return nil
}
