package corpus

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// kind is one way to change a file. It says no when the file has nothing that may be changed so; nothing is changed twice, so that
// the numbers of findings add up.
type kind struct {
	weight   int
	apply    func(r *rand.Rand, f *file) bool
	findings []string // rules of category FILE that each such change breaks
}

// kinds is the table of changes. Repositories mostly grow: a quarter of the changes break something.
var kinds = []kind{
	{weight: 30, apply: addField},
	{weight: 12, apply: addMessage},
	{weight: 10, apply: addValue},
	{weight: 8, apply: addMethod},
	{weight: 15, apply: rewordField},
	{weight: 4, apply: removeField, findings: []string{"FIELD_NO_DELETE"}},
	{weight: 3, apply: renameField, findings: []string{"FIELD_SAME_NAME", "FIELD_SAME_JSON_NAME"}},
	{weight: 4, apply: retypeField, findings: []string{"FIELD_SAME_TYPE"}},
	{weight: 3, apply: repeatField, findings: []string{"FIELD_SAME_CARDINALITY"}},
	{weight: 2, apply: removeSpare, findings: []string{"MESSAGE_NO_DELETE"}},
	{weight: 2, apply: removeValue, findings: []string{"ENUM_VALUE_NO_DELETE"}},
	{weight: 1, apply: renameValue, findings: []string{"ENUM_VALUE_SAME_NAME"}},
	{weight: 2, apply: removeMethod, findings: []string{"RPC_NO_DELETE"}},
	{weight: 1, apply: retypeMethod, findings: []string{"RPC_SAME_RESPONSE_TYPE"}},
	{weight: 1, apply: unreserve, findings: []string{"RESERVED_MESSAGE_NO_DELETE"}},
	{weight: 1, apply: movePackage, findings: []string{"FILE_SAME_GO_PACKAGE"}},
}

// change changes random files n times, counts the findings, and adds a file for every hundred changes.
func change(files []*file, n int, r *rand.Rand, findings map[string]int) []*file {
	var deck []kind
	for _, k := range kinds {
		deck = append(deck, slices.Repeat([]kind{k}, k.weight)...)
	}
	for done := 0; done < n; {
		k := pick(r, deck)
		if !k.apply(r, pick(r, files)) {
			continue
		}
		done++
		for _, rule := range k.findings {
			findings[rule]++
		}
	}
	for i := range n / 100 {
		beside := pick(r, files)
		files = append(files, newFile(r, beside, i))
	}
	return files
}

func newFile(r *rand.Rand, beside *file, i int) *file {
	added := &file{path: fmt.Sprintf("corpus/added/v1/file_%d.proto", i), pkg: "corpus.added.v1", goPackage: "example.org/corpus/added/v1"}
	added.messages = []*message{{doc: text(r, 10), name: fmt.Sprintf("Added%d", i), fields: []*field{newField(r, 1)}}}
	for _, m := range beside.messages {
		if !m.spare {
			added.use(beside.path)
			added.messages[0].fields = append(added.messages[0].fields, &field{doc: text(r, 5), typ: beside.pkg + "." + m.name, name: "other", number: 2})
			break
		}
	}
	return added
}

func newField(r *rand.Rand, number int) *field {
	return &field{doc: text(r, 12), typ: "string", name: fmt.Sprintf("added_%s_%d", pick(r, nouns), number), number: number, changed: true}
}

func addField(r *rand.Rand, f *file) bool {
	if len(f.messages) == 0 {
		return false
	}
	m := pick(r, f.messages)
	number := 100
	for _, x := range m.fields {
		number = max(number, x.number+1)
	}
	m.fields = append(m.fields, newField(r, number))
	return true
}

func addMessage(r *rand.Rand, f *file) bool {
	if f.raw != "" {
		return false
	}
	name := fmt.Sprintf("%sAdded%d", title(strings.ReplaceAll(f.path[strings.LastIndexByte(f.path, '/')+1:len(f.path)-6], "_", "")), len(f.messages))
	if slices.ContainsFunc(f.messages, func(m *message) bool { return m.name == name }) {
		return false
	}
	f.messages = append(f.messages, &message{doc: text(r, 20), name: name, fields: []*field{newField(r, 1), newField(r, 2)}})
	return true
}

func addValue(r *rand.Rand, f *file) bool {
	if len(f.enums) == 0 {
		return false
	}
	e := pick(r, f.enums)
	number := 100 + len(e.values)
	name := fmt.Sprintf("%s_ADDED_%d", strings.ToUpper(e.name), number)
	if slices.ContainsFunc(e.values, func(v *value) bool { return v.name == name }) {
		return false
	}
	e.values = append(e.values, &value{doc: text(r, 8), name: name, number: number, changed: true})
	return true
}

func addMethod(r *rand.Rand, f *file) bool {
	if len(f.services) == 0 {
		return false
	}
	s := f.services[0]
	like := pick(r, s.methods)
	added := &method{
		doc: text(r, 15), name: fmt.Sprintf("Added%d", r.IntN(1<<30)), request: like.request, response: like.response,
		options: like.options, changed: true,
	}
	s.methods = append(s.methods, added)
	return true
}

// untouched returns a field that fits and was not changed before, with its message.
func untouched(r *rand.Rand, f *file, fits func(*field) bool) (*message, *field) {
	if len(f.messages) == 0 {
		return nil, nil
	}
	m := pick(r, f.messages)
	if m.spare || len(m.fields) < 3 {
		return nil, nil
	}
	chosen := pick(r, m.fields)
	if chosen.changed || !fits(chosen) {
		return nil, nil
	}
	chosen.changed = true
	return m, chosen
}

func anyField(*field) bool { return true }

// noMap leaves out maps, whose entries are messages that go or change their names with the field.
func noMap(f *field) bool { return !strings.HasPrefix(f.typ, "map<") }

func plainText(f *field) bool { return f.typ == "string" }

func rewordField(r *rand.Rand, f *file) bool {
	_, chosen := untouched(r, f, anyField)
	if chosen != nil {
		chosen.doc = text(r, 20)
	}
	return chosen != nil
}

func removeField(r *rand.Rand, f *file) bool {
	m, chosen := untouched(r, f, noMap)
	if chosen != nil {
		m.fields = slices.DeleteFunc(m.fields, func(x *field) bool { return x == chosen })
	}
	return chosen != nil
}

func renameField(r *rand.Rand, f *file) bool {
	_, chosen := untouched(r, f, noMap)
	if chosen != nil {
		chosen.name = "renamed_" + chosen.name
	}
	return chosen != nil
}

func retypeField(r *rand.Rand, f *file) bool {
	_, chosen := untouched(r, f, plainText)
	if chosen != nil {
		chosen.typ = "int64"
	}
	return chosen != nil
}

func repeatField(r *rand.Rand, f *file) bool {
	_, chosen := untouched(r, f, plainText)
	if chosen != nil {
		chosen.typ = "repeated string"
	}
	return chosen != nil
}

func removeSpare(_ *rand.Rand, f *file) bool {
	i := slices.IndexFunc(f.messages, func(m *message) bool { return m.spare })
	if i < 0 || slices.ContainsFunc(f.messages[i].fields, func(x *field) bool { return x.changed || !noMap(x) }) {
		return false
	}
	f.messages = slices.Delete(f.messages, i, i+1)
	return true
}

// untouchedValue returns a value that is not the first one and was not changed before, with its enum.
func untouchedValue(r *rand.Rand, f *file) (*enum, *value) {
	if len(f.enums) == 0 {
		return nil, nil
	}
	e := pick(r, f.enums)
	v := pick(r, e.values)
	if v.changed || v.number == 0 {
		return nil, nil
	}
	v.changed = true
	return e, v
}

func removeValue(r *rand.Rand, f *file) bool {
	e, chosen := untouchedValue(r, f)
	if chosen != nil {
		e.values = slices.DeleteFunc(e.values, func(v *value) bool { return v == chosen })
	}
	return chosen != nil
}

func renameValue(r *rand.Rand, f *file) bool {
	_, chosen := untouchedValue(r, f)
	if chosen != nil {
		chosen.name = "RENAMED_" + chosen.name
	}
	return chosen != nil
}

// untouchedMethod returns a method that was not changed before, with its service.
func untouchedMethod(r *rand.Rand, f *file) (*service, *method) {
	if len(f.services) == 0 {
		return nil, nil
	}
	m := pick(r, f.services[0].methods)
	if m.changed {
		return nil, nil
	}
	m.changed = true
	return f.services[0], m
}

func removeMethod(r *rand.Rand, f *file) bool {
	s, chosen := untouchedMethod(r, f)
	if chosen != nil {
		s.methods = slices.DeleteFunc(s.methods, func(m *method) bool { return m == chosen })
	}
	return chosen != nil
}

func retypeMethod(r *rand.Rand, f *file) bool {
	_, chosen := untouchedMethod(r, f)
	if chosen != nil {
		chosen.response = chosen.request
	}
	return chosen != nil
}

func unreserve(r *rand.Rand, f *file) bool {
	if len(f.messages) == 0 {
		return false
	}
	m := pick(r, f.messages)
	if m.reserved == "" {
		return false
	}
	m.reserved = ""
	return true
}

func movePackage(_ *rand.Rand, f *file) bool {
	if f.raw != "" || strings.HasSuffix(f.goPackage, "moved") {
		return false
	}
	f.goPackage += "moved"
	return true
}
