package buf_test

import (
	"fmt"
	"slices"
	"strings"
)

// change changes a schema in one random way. What it makes may not compile.
func (d dice) change(s *randomSchema) {
	f := pick(d, *s...)
	switch d.IntN(14) {
	case 0:
		d.changeFile(s, f)
	case 1:
		d.fileOption(f)
	case 2:
		d.changeServices(*s, f)
	case 3:
		d.changeEnums(*s, f)
	case 4:
		d.changeMessages(*s, f)
	case 5:
		d.changeExtensions(*s, f)
	default:
		if len(f.Messages) > 0 {
			d.changeMessage(*s, pick(d, f.Messages...))
		}
	}
}

func (d dice) changeFile(s *randomSchema, f *randomFile) {
	switch d.IntN(8) {
	case 0:
		*s = slices.DeleteFunc(*s, func(g *randomFile) bool { return g == f && len(*s) > 1 })
	case 1:
		f.Path = strings.Replace(f.Path, "/f", "/g", 1)
	case 2:
		now := fmt.Sprintf("p%d.v%d", d.id, 1+d.IntN(3))
		for _, m := range f.Messages {
			s.rename("."+f.Package+"."+m.Name, "."+now+"."+m.Name)
		}
		for _, e := range f.Enums {
			s.rename("."+f.Package+"."+e.Name, "."+now+"."+e.Name)
		}
		f.Package = now
	default:
		f.Syntax = pick(d, "proto2", "proto3", "2023")
	}
}

// rename rewrites all that refers to a declaration or to what is within it.
func (s *randomSchema) rename(was, now string) {
	replace := func(ref *string) {
		if i := strings.Index(*ref, was); i >= 0 && strings.ContainsAny((*ref + ">")[i+len(was):i+len(was)+1], ".>") {
			*ref = (*ref)[:i] + now + (*ref)[i+len(was):]
		}
	}
	for _, f := range *s {
		for _, x := range f.Extensions {
			replace(&x.Type)
			replace(&x.Extendee)
		}
		for _, v := range f.Services {
			for _, m := range v.Methods {
				replace(&m.Input)
				replace(&m.Output)
			}
		}
		for _, m := range f.Messages {
			m.walk(func(m *randomMessage) {
				for _, field := range slices.Concat(m.Fields, m.Extensions) {
					replace(&field.Type)
					replace(&field.Extendee)
				}
			})
		}
	}
}

func (m *randomMessage) walk(visit func(*randomMessage)) {
	visit(m)
	for _, inner := range m.Messages {
		inner.walk(visit)
	}
}

func (d dice) changeServices(s randomSchema, f *randomFile) {
	if len(f.Services) == 0 {
		f.Services = append(f.Services, d.service(s, fmt.Sprintf("T%d", d.IntN(100))))
		return
	}
	v := pick(d, f.Services...)
	m := pick(d, v.Methods...)
	switch d.IntN(8) {
	case 0:
		f.Services = without(f.Services, v)
	case 1:
		f.Services = without(f.Services, v)
		to := pick(d, s...)
		to.Services = append(to.Services, v)
	case 2:
		if len(v.Methods) > 1 {
			v.Methods = without(v.Methods, m)
		}
	case 3:
		v.Methods = append(v.Methods, d.method(s, fmt.Sprintf("More%d", d.IntN(100))))
	case 4:
		m.Client = !m.Client
	case 5:
		m.Server = !m.Server
	case 6:
		d.set(m.Options, "idempotency_level", pick(d, "IDEMPOTENT", "NO_SIDE_EFFECTS", "IDEMPOTENCY_UNKNOWN"))
	default:
		m.Input, m.Output = d.messageName(s), pick(d, m.Output, d.messageName(s))
	}
}

func without[T comparable](all []T, one T) []T {
	return slices.DeleteFunc(all, func(x T) bool { return x == one })
}

func (d dice) changeEnums(s randomSchema, f *randomFile) {
	enums := slices.Clone(f.Enums)
	for _, m := range f.Messages {
		m.walk(func(m *randomMessage) { enums = append(enums, m.Enums...) })
	}
	if len(enums) == 0 {
		f.Enums = append(f.Enums, d.enum(fmt.Sprintf("F%d", d.IntN(100))))
		return
	}
	e := pick(d, enums...)
	switch d.IntN(7) {
	case 0:
		f.Enums = without(f.Enums, e)
		if d.one(2) {
			to := pick(d, s...)
			to.Enums = append(to.Enums, e)
			s.rename("."+f.Package+"."+e.Name, "."+to.Package+"."+e.Name)
		}
	case 1:
		d.set(e.Options, "features.enum_type", pick(d, "OPEN", "CLOSED"))
	case 2:
		d.set(e.Options, "features.json_format", pick(d, "ALLOW", "LEGACY_BEST_EFFORT"))
	default:
		d.changeValues(e)
	}
}

func (d dice) changeValues(e *randomEnum) {
	i := d.IntN(len(e.Values))
	v := e.Values[i]
	switch d.IntN(8) {
	case 0, 1:
		e.Values = slices.Delete(e.Values, i, i+1)
		if d.one(2) {
			e.Reserved = append(e.Reserved, fmt.Sprint(v.Number))
		}
		if d.one(2) {
			e.ReservedNames = append(e.ReservedNames, v.Name)
		}
	case 2:
		e.Values[i].Name += "X"
	case 3:
		e.Values[i].Number += pick(d, 1, 10)
	case 4:
		e.Options["allow_alias"] = "true"
		e.Values = append(e.Values, randomValue{v.Name + "A", v.Number})
	case 5:
		e.Values = append(e.Values, randomValue{fmt.Sprintf("%s_%d", v.Name, d.IntN(1000)), 10 + d.IntN(9)})
	case 6:
		d.Shuffle(len(e.Values), func(i, j int) { e.Values[i], e.Values[j] = e.Values[j], e.Values[i] })
	default:
		e.Reserved = []string{pick(d, "20", "21 to 30", "20 to 25, 26 to 40", "101 to max", "-5 to -2")}
	}
}

func (d dice) changeMessages(s randomSchema, f *randomFile) {
	if len(f.Messages) == 0 || d.one(6) {
		f.Messages = append(f.Messages, d.message(fmt.Sprintf("L%d", d.IntN(100)), 1))
		return
	}
	m := pick(d, f.Messages...)
	name := "." + f.Package + "." + m.Name
	switch d.IntN(5) {
	case 0:
		f.Messages = without(f.Messages, m)
	case 1, 2:
		to := pick(d, s...)
		f.Messages = without(f.Messages, m)
		to.Messages = append(to.Messages, m)
		s.rename(name, "."+to.Package+"."+m.Name)
	case 3:
		m.Name += "X"
		s.rename(name, "."+f.Package+"."+m.Name)
	default:
		d.Shuffle(len(f.Messages), func(i, j int) { f.Messages[i], f.Messages[j] = f.Messages[j], f.Messages[i] })
	}
}

func (d dice) changeExtensions(s randomSchema, f *randomFile) {
	if len(f.Extensions) == 0 {
		if x := d.extension(s, fmt.Sprintf("z%d", d.IntN(100))); x != nil {
			f.Extensions = append(f.Extensions, x)
		}
		return
	}
	x := pick(d, f.Extensions...)
	switch d.IntN(6) {
	case 0:
		f.Extensions = without(f.Extensions, x)
	case 1:
		f.Extensions = without(f.Extensions, x)
		to := pick(d, s...)
		to.Extensions = append(to.Extensions, x)
	case 2:
		if len(f.Messages) > 0 {
			f.Extensions = without(f.Extensions, x)
			m := pick(d, f.Messages...)
			m.Extensions = append(m.Extensions, x)
		}
	default:
		d.changeField(s, x)
	}
}

func (d dice) changeMessage(s randomSchema, m *randomMessage) {
	for len(m.Messages) > 0 && d.one(3) {
		m = pick(d, m.Messages...)
	}
	switch {
	case len(m.Fields) == 0 || d.one(8):
		number := 1 + d.IntN(20)
		m.Fields = append(m.Fields, d.field(s, fmt.Sprintf("f_%d", number), number))
	case d.one(5):
		f := pick(d, m.Fields...)
		m.Fields = without(m.Fields, f)
		if d.one(2) {
			m.Reserved = append(m.Reserved, fmt.Sprint(f.Number))
		}
		if d.one(2) {
			m.ReservedNames = append(m.ReservedNames, f.Name)
		}
	case d.one(8):
		d.changeRanges(m)
	case d.one(8) && len(m.Messages) > 0:
		m.Messages = m.Messages[1:]
	default:
		d.changeField(s, pick(d, m.Fields...))
	}
}

func (d dice) changeRanges(m *randomMessage) {
	switch d.IntN(4) {
	case 0:
		m.Reserved = []string{pick(d, "50", "51 to 60", "100 to 150, 151 to 199", "900 to 998", "40 to 70")}
	case 1:
		m.ReservedNames = []string{pick(d, "old", "older", "oldest")}
	case 2:
		m.ExtensionTo = pick(d, 0, 1009, 1500, 3000)
	default:
		d.set(m.Options, pick(d, "no_standard_descriptor_accessor", "deprecated"), "true")
		if d.one(2) {
			d.set(m.Options, "features.json_format", pick(d, "ALLOW", "LEGACY_BEST_EFFORT"))
		}
	}
}

func (d dice) changeField(s randomSchema, f *randomField) {
	switch d.IntN(9) {
	case 0, 1:
		f.Type = d.typeName(s)
		f.Options = map[string]string{}
	case 2:
		f.Name += pick(d, "x", "_x")
	case 3:
		f.Number += pick(d, 1, 5)
	case 4:
		f.Label = pick(d, "", "optional", "repeated", "required")
	case 5:
		if f.Extendee == "" {
			f.Oneof, f.Label = pick(d, "", "o1", "o2", "o3"), ""
		}
	case 6:
		f.Group = !f.Group
	default:
		d.fieldOption(f)
	}
}
