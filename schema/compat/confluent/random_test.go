package confluent_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/compat/confluent"
)

// scribe writes random schemas. All it does follows from its source of randomness.
type scribe struct {
	*rand.Rand
	oneofs bool // it writes some
}

func (s *scribe) pick(of ...string) string { return of[s.IntN(len(of))] }

// schema returns a file that imports another one. Few names and numbers are used, so that two schemas have much in common.
func (s *scribe) schema() map[string]string {
	syntax := s.pick("proto2", "proto3")
	return map[string]string{
		compared:      s.file(syntax, "shop.v"+s.pick("1", "1", "1", "2"), "import \"types.proto\";\n"),
		"types.proto": s.file("proto3", "types", ""),
	}
}

func (s *scribe) file(syntax, pkg, imports string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "syntax = %q;\npackage %s;\n%senum E { E_ZERO = 0; %s = 1; }\n", syntax, pkg, imports, s.pick("E_ONE", "E_UN"))
	names := []string{"A", "B", "C"}
	s.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for i, name := range names {
		if i == 0 || s.IntN(5) > 0 {
			b.WriteString(s.message(name, syntax, imports != "", names[:1]))
		}
	}
	return b.String()
}

func (s *scribe) message(name, syntax string, imports bool, types []string) string {
	var b, o strings.Builder
	nested := s.IntN(2) == 0
	if nested {
		types = append(slices.Clone(types), "N")
	}
	for n := 1; n <= 6; n++ {
		if s.IntN(4) == 0 {
			continue
		}
		typ := s.typ(imports, types)
		field := fmt.Sprintf("%s %s%d = %d;\n", typ, s.pick("f", "f", "f", "g"), n, n)
		switch {
		case strings.HasPrefix(typ, "map<"):
			b.WriteString(field)
		case s.oneofs && s.IntN(3) == 0:
			o.WriteString(field)
		default:
			b.WriteString(s.label(syntax) + field)
		}
	}
	text := "message " + name + " {\n" + b.String()
	if o.Len() > 0 {
		text += "oneof " + s.pick("o", "p") + " {\n" + o.String() + "}\n"
	}
	if nested {
		text += "message N { " + s.label(syntax) + s.pick("int32", "string") + " n = 1; }\n"
	}
	return text + "}\n"
}

func (s *scribe) label(syntax string) string {
	if syntax == "proto2" {
		return s.pick("optional ", "optional ", "required ", "repeated ")
	}
	return s.pick("", "", "optional ", "repeated ")
}

func (s *scribe) typ(imports bool, types []string) string {
	one := s.pick(append([]string{"int32", "int64", "sint64", "string", "bytes", "float", "E"}, types...)...)
	if imports && s.IntN(3) == 0 {
		one = "." + s.pick("types.E", "types.E")
	}
	if s.IntN(6) == 0 {
		return "map<" + s.pick("int32", "string") + ", " + one + ">"
	}
	return one
}

// imported makes fields of the first file have types of the second one, if those are declared there.
func imported(files map[string]string) map[string]string {
	for _, name := range []string{"A", "B", "C"} {
		if strings.Contains(files["types.proto"], "message "+name+" {") {
			files[compared] = strings.Replace(files[compared], ".types.E ", ".types."+name+" ", 1)
			files[compared] = strings.Replace(files[compared], ".types.E>", ".types."+name+">", 1)
		}
	}
	return files
}

// TestRandomSchemasAreCompared compares each schema with each: those with oneofs, and those without.
func TestRandomSchemasAreCompared(t *testing.T) {
	t.Parallel()
	const count = 24
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	for _, oneofs := range []bool{false, true} {
		s := &scribe{rand.New(rand.NewPCG(seed, 0)), oneofs}
		var files [count]map[string]string
		var schemas [count]confluent.Schema
		for i := range files {
			files[i] = imported(s.schema())
			schemas[i] = compile(t, files[i], compared)
		}
		for i := range count * count {
			old, now := i/count, i%count
			for _, flaw := range flaws(schemas[old], schemas[now], oneofs) {
				t.Fatalf("%s\nbefore: %v\nafter: %v", flaw, files[old], files[now])
			}
		}
	}
}

// flaws returns what must not be, whatever the schemas are.
func flaws(old, now confluent.Schema, oneofs bool) []string {
	var found []string
	for _, v := range versions {
		found = append(found, flawsOf(v.version, old, now)...)
	}
	latest, release := confluent.Latest.Compare(old, now), confluent.Version83.Compare(old, now)
	if !oneofs && !reflect.DeepEqual(latest, release) {
		found = append(found, fmt.Sprintf("versions differ without any oneof: %v, %v", texts(latest), texts(release)))
	}
	if a, b := retyped(latest), retyped(confluent.Latest.Compare(now, old)); a != b {
		found = append(found, fmt.Sprintf("%d types change, but %d on the way back", a, b))
	}
	return found
}

func flawsOf(v confluent.Version, old, now confluent.Schema) []string {
	var found []string
	forth, back := v.Compare(old, now), v.Compare(now, old)
	if old == now && len(forth) > 0 {
		found = append(found, fmt.Sprintf("a schema differs from itself: %v", texts(forth)))
	}
	if again := v.Compare(old, now); !reflect.DeepEqual(forth, again) {
		found = append(found, fmt.Sprintf("two comparisons differ: %v, %v", texts(forth), texts(again)))
	}
	seen := map[string]bool{}
	for _, d := range forth {
		if seen[fmt.Sprint(d)] {
			found = append(found, fmt.Sprintf("a difference is there twice: %v", d))
		}
		seen[fmt.Sprint(d)] = true
	}
	if full := v.Check(compat.Backward|compat.Forward, old, now); (len(full) == 0) != (isCompatible(forth) && isCompatible(back)) {
		found = append(found, fmt.Sprintf("both directions: %v", texts(full)))
	}
	return found
}

// retyped counts changes of type, which are the same in both directions.
func retyped(ds []confluent.Difference) int {
	n := 0
	for _, d := range ds {
		if d.Type == confluent.FieldKindChanged || d.Type == confluent.FieldScalarKindChanged {
			n++
		}
	}
	return n
}
