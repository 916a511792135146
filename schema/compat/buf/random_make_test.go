package buf_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// dice makes schemas and changes out of a seed.
type dice struct {
	*rand.Rand
	id int // of the schema: its packages are its own
}

func newDice(seed uint64, id int) dice {
	return dice{rand.New(rand.NewPCG(seed, uint64(id))), id}
}

func (d dice) one(in int) bool { return d.IntN(in) == 0 }

func pick[T any](d dice, of ...T) T { return of[d.IntN(len(of))] }

func (d dice) schema() randomSchema {
	var s randomSchema
	for i := range 1 + d.IntN(3) {
		f := &randomFile{
			Path: fmt.Sprintf("p%d/f%d.proto", d.id, i), Package: fmt.Sprintf("p%d.v%d", d.id, 1+d.IntN(3)/2),
			Syntax: pick(d, "proto2", "proto3", "2023"), Options: map[string]string{},
		}
		s = append(s, f)
		for j := range 1 + d.IntN(3) {
			f.Messages = append(f.Messages, d.message(fmt.Sprintf("M%d%d", i, j), 2))
		}
		for j := range d.IntN(3) {
			f.Enums = append(f.Enums, d.enum(fmt.Sprintf("E%d%d", i, j)))
		}
	}
	for _, f := range s {
		d.fillFile(s, f)
	}
	return s
}

func (d dice) message(name string, depth int) *randomMessage {
	m := &randomMessage{Name: name, Options: map[string]string{}}
	if d.one(3) {
		m.ExtensionTo = pick(d, 1009, 2000, 3000)
	}
	for i := range d.IntN(depth + 1) {
		m.Messages = append(m.Messages, d.message(fmt.Sprintf("N%d", i), depth-1))
	}
	if d.one(3) {
		m.Enums = append(m.Enums, d.enum("E"))
	}
	return m
}

func (d dice) enum(name string) *randomEnum {
	e := &randomEnum{Name: name, Options: map[string]string{}}
	for i := range 1 + d.IntN(4) {
		e.Values = append(e.Values, randomValue{fmt.Sprintf("%s_V%d_%d", strings.ToUpper(name), i, d.IntN(1000)), i})
	}
	if d.one(3) {
		e.Reserved = append(e.Reserved, pick(d, "20", "20 to 30", "100 to max", "-5 to -1"))
	}
	return e
}

// fillFile adds what refers to declarations.
func (d dice) fillFile(s randomSchema, f *randomFile) {
	for _, m := range f.Messages {
		d.fillMessage(s, m)
	}
	for i := range d.IntN(3) {
		d.fileOption(f)
		if d.one(2) {
			f.Services = append(f.Services, d.service(s, fmt.Sprintf("S%s%d", strings.ToUpper(strings.TrimSuffix(f.Path[len(f.Path)-7:], ".proto")), i)))
		}
		if x := d.extension(s, fmt.Sprintf("x%d", d.IntN(1000))); x != nil && d.one(2) {
			f.Extensions = append(f.Extensions, x)
		}
	}
}

func (d dice) fillMessage(s randomSchema, m *randomMessage) {
	for i := range d.IntN(6) {
		m.Fields = append(m.Fields, d.field(s, fmt.Sprintf("f_%d", i), i+1))
	}
	if d.one(3) {
		m.Reserved = append(m.Reserved, pick(d, "50", "50 to 60", "100 to 200, 300", "900 to 999"))
		m.ReservedNames = append(m.ReservedNames, pick(d, "old", "older"))
	}
	for _, inner := range m.Messages {
		d.fillMessage(s, inner)
	}
	if d.one(6) {
		if x := d.extension(s, fmt.Sprintf("y%d", d.IntN(1000))); x != nil {
			m.Extensions = append(m.Extensions, x)
		}
	}
}

var scalars = []string{
	"int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32", "sfixed64", "bool", "string", "bytes", "double", "float",
}

func (d dice) typeName(s randomSchema) string {
	switch d.IntN(6) {
	case 0:
		return d.messageName(s)
	case 1:
		return d.enumName(s)
	case 2:
		return fmt.Sprintf("map<%s, %s>", pick(d, "string", "int32", "int64", "bool", "sint64"), pick(d, pick(d, scalars...), d.messageName(s), d.enumName(s)))
	case 3:
		return pick(d, "string", "bytes", "int64")
	}
	return pick(d, scalars...)
}

func (d dice) messageName(s randomSchema) string {
	f := pick(d, s...)
	if len(f.Messages) == 0 {
		return "string"
	}
	m := pick(d, f.Messages...)
	name := "." + f.Package + "." + m.Name
	for len(m.Messages) > 0 && d.one(2) {
		m = pick(d, m.Messages...)
		name += "." + m.Name
	}
	return name
}

func (d dice) enumName(s randomSchema) string {
	f := pick(d, s...)
	if len(f.Messages) > 0 && d.one(2) {
		if m := pick(d, f.Messages...); len(m.Enums) > 0 {
			return "." + f.Package + "." + m.Name + "." + m.Enums[0].Name
		}
	}
	if len(f.Enums) == 0 {
		return "int32"
	}
	return "." + f.Package + "." + pick(d, f.Enums...).Name
}

func (d dice) field(s randomSchema, name string, number int) *randomField {
	f := &randomField{
		Name: name, Number: number, Label: pick(d, "", "", "optional", "repeated", "required"), Type: d.typeName(s),
		Options: map[string]string{}, Group: d.one(12),
	}
	if d.one(5) && !strings.HasPrefix(f.Type, "map<") {
		f.Oneof, f.Label = pick(d, "o1", "o2"), ""
	}
	if d.one(2) {
		d.fieldOption(f)
	}
	return f
}

func (d dice) extension(s randomSchema, name string) *randomField {
	for _, f := range s {
		for _, m := range f.Messages {
			if m.ExtensionTo > 0 && f.Syntax != "proto3" && d.one(2) {
				x := d.field(s, name, 1000+d.IntN(10))
				x.Oneof, x.Group, x.Extendee = "", false, "."+f.Package+"."+m.Name
				delete(x.Options, "json_name")
				if x.Label == "required" || strings.HasPrefix(x.Type, "map<") {
					x.Label, x.Type = "optional", "int32"
					x.Options = map[string]string{}
				}
				return x
			}
		}
	}
	return nil
}

func (d dice) service(s randomSchema, name string) *randomService {
	v := &randomService{Name: name}
	for i := range 1 + d.IntN(3) {
		v.Methods = append(v.Methods, d.method(s, fmt.Sprintf("Do%d", i)))
	}
	return v
}

func (d dice) method(s randomSchema, name string) *randomMethod {
	m := &randomMethod{Name: name, Input: d.messageName(s), Output: d.messageName(s), Client: d.one(3), Server: d.one(3), Options: map[string]string{}}
	if d.one(2) {
		m.Options["idempotency_level"] = pick(d, "IDEMPOTENT", "NO_SIDE_EFFECTS", "IDEMPOTENCY_UNKNOWN")
	}
	return m
}

// fileOption sets, changes or removes an option of a file.
func (d dice) fileOption(f *randomFile) {
	name := pick(d, "go_package", "java_package", "java_outer_classname", "java_multiple_files", "java_generic_services", "cc_enable_arenas",
		"cc_generic_services", "csharp_namespace", "objc_class_prefix", "optimize_for", "php_class_prefix", "php_namespace", "php_metadata_namespace",
		"py_generic_services", "ruby_package", "swift_prefix", "java_string_check_utf8", "deprecated",
		"features.field_presence", "features.enum_type", "features.utf8_validation", "features.message_encoding", "features.json_format")
	value := map[string]string{
		"java_multiple_files": pick(d, "true", "false"), "java_generic_services": pick(d, "true", "false"), "cc_enable_arenas": pick(d, "true", "false"),
		"cc_generic_services": pick(d, "true", "false"), "py_generic_services": pick(d, "true", "false"),
		"java_string_check_utf8": pick(d, "true", "false"), "deprecated": "true", "optimize_for": pick(d, "SPEED", "CODE_SIZE"),
		"features.field_presence": pick(d, "EXPLICIT", "IMPLICIT"), "features.enum_type": pick(d, "OPEN", "CLOSED"),
		"features.utf8_validation": pick(d, "VERIFY", "NONE"), "features.message_encoding": pick(d, "LENGTH_PREFIXED", "DELIMITED"),
		"features.json_format": pick(d, "ALLOW", "LEGACY_BEST_EFFORT"),
	}[name]
	if value == "" {
		value = pick(d, `"a"`, `"b"`, `""`)
	}
	d.set(f.Options, name, value)
}

func (d dice) set(options map[string]string, name, value string) {
	if _, ok := options[name]; ok && d.one(2) {
		delete(options, name)
		return
	}
	options[name] = value
}

// fieldOption sets, changes or removes an option of a field; some do not fit the type, and then the schema does not compile.
func (d dice) fieldOption(f *randomField) {
	choices := []string{"deprecated", "json_name"}
	switch f.Type {
	case "int64", "uint64", "sint64", "fixed64", "sfixed64":
		choices = append(choices, "jstype", "jstype", "default")
	case "string", "bytes":
		choices = append(choices, "ctype", "ctype", "features.utf8_validation", "default")
	default:
		choices = append(choices, "default", "features.field_presence", "features.message_encoding")
	}
	value := map[string]string{
		"deprecated": "true", "json_name": pick(d, `"x"`, `"y"`, `"f0"`, `"f1"`), "jstype": pick(d, "JS_STRING", "JS_NUMBER", "JS_NORMAL"),
		"ctype": pick(d, "CORD", "STRING_PIECE", "STRING"), "features.utf8_validation": pick(d, "VERIFY", "NONE"),
		"features.field_presence": pick(d, "EXPLICIT", "IMPLICIT", "LEGACY_REQUIRED"), "features.message_encoding": pick(d, "LENGTH_PREFIXED", "DELIMITED"),
		"default": d.defaultOf(f.Type),
	}
	name := pick(d, choices...)
	if value[name] != "" && (name != "json_name" || f.Extendee == "") {
		d.set(f.Options, name, value[name])
	}
}

func (d dice) defaultOf(typ string) string {
	switch {
	case typ == "string" || typ == "bytes":
		return pick(d, `""`, `"x"`, `"y"`)
	case typ == "bool":
		return pick(d, "true", "false")
	case typ == "float" || typ == "double":
		return pick(d, "0", "1", "0.1", "nan", "inf", "-0.0", "1e10", "16777217")
	case strings.HasPrefix(typ, "u") || strings.HasPrefix(typ, "fixed"):
		return pick(d, "0", "1", "7")
	case strings.Contains(typ, "int") && !strings.HasPrefix(typ, "map") || strings.HasPrefix(typ, "sfixed"):
		return pick(d, "0", "1", "-1", "7")
	}
	return ""
}
