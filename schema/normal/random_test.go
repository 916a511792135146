package normal_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestFormsOfRandomFilesMeanWhatTheFilesMean(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		text := randomFile(rand.New(rand.NewPCG(seed, 0)))
		tree := map[string]string{"random.proto": text}
		files, err := tryCompile(t, tree, "random.proto")
		if err != nil {
			t.Fatalf("seed %d: the generator is wrong: %v\n%s", seed, err, text)
		}
		if wantFaithful(t, tree, files[0]); t.Failed() {
			t.Fatalf("seed %d:\n%s", seed, text)
		}
	}
}

func FuzzPrint(f *testing.F) {
	for seed := range uint64(5) {
		f.Add(randomFile(rand.New(rand.NewPCG(seed, 0))))
	}
	for _, text := range archive(f, "testdata/awkward.txtar") {
		f.Add(text)
	}
	tree := archive(f, "testdata/awkward.txtar")
	f.Fuzz(func(t *testing.T, text string) {
		files, err := tryCompile(t, with(tree, "fuzz.proto", text), "fuzz.proto")
		if err != nil {
			return
		}
		wantFaithful(t, tree, files[0])
	})
}

// generator writes a random file: declarations in any order, names as short as their scope allows or complete.
type generator struct {
	*rand.Rand
	syntax   string
	messages []string // complete names
	enums    []string
	names    int
}

func randomFile(r *rand.Rand) string {
	g := &generator{Rand: r, syntax: []string{"proto2", "proto3"}[r.IntN(2)]}
	var plans []*plan
	for range 1 + g.IntN(4) {
		plans = append(plans, g.plan("acme.random", 0))
	}
	declarations := []string{g.enum("acme.random")}
	for _, p := range plans {
		declarations = append(declarations, g.message(p))
	}
	if g.syntax == "proto2" {
		declarations = append(declarations, "extend Extended { optional "+g.member(101)+" repeated "+g.member(100)+" }", "message Extended { extensions 100 to 200; }")
	}
	g.shuffle(declarations)
	return fmt.Sprintf("syntax = %q;\npackage acme.random;\n%s\n", g.syntax, strings.Join(declarations, "\n"))
}

// plan is a message whose name is known before its fields are, so that fields can be of any type.
type plan struct {
	name   string
	nested []*plan
	enums  []string
}

func (g *generator) plan(scope string, depth int) *plan {
	p := &plan{name: g.name("M")}
	full := scope + "." + p.name
	g.messages = append(g.messages, full)
	for depth < 3 && g.IntN(3) == 0 {
		p.nested = append(p.nested, g.plan(full, depth+1))
	}
	for g.IntN(4) == 0 {
		p.enums = append(p.enums, g.enum(full))
	}
	return p
}

func (g *generator) message(p *plan) string {
	body := slices.Clone(p.enums)
	for _, n := range p.nested {
		body = append(body, g.message(n))
	}
	numbers := g.Perm(30)
	next := func() int { n := numbers[0] + 1; numbers = numbers[1:]; return n }
	for range g.IntN(8) {
		body = append(body, g.field(next()))
	}
	for range g.IntN(3) {
		body = append(body, fmt.Sprintf("oneof %s { %s %s }", g.name("o"), g.member(next()), g.member(next())))
	}
	for range g.IntN(3) {
		body = append(body, fmt.Sprintf("reserved %d; reserved %q;", 100+next(), g.name("gone_")))
	}
	if g.syntax == "proto2" && g.IntN(3) == 0 {
		body = append(body, fmt.Sprintf("optional group %s = %d { %s %s }", g.name("G"), next(), g.field(2), g.field(1)))
	}
	g.shuffle(body)
	return fmt.Sprintf("message %s {\n%s\n}", p.name, strings.Join(body, "\n"))
}

// enum begins at zero, as proto3 and maps ask, and goes on in any order.
func (g *generator) enum(scope string) string {
	name := g.name("E")
	g.enums = append(g.enums, scope+"."+name)
	values := []string{fmt.Sprintf("%s_ZERO = 0;", name)}
	for _, n := range g.Perm(5) {
		values = append(values, fmt.Sprintf("%s = %d;", g.name("V"), n*7-14))
	}
	return fmt.Sprintf("enum %s { option allow_alias = true; %s }", name, strings.Join(values, " "))
}

var scalars = []string{"int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32", "sfixed64", "bool", "string", "bytes", "float", "double"}

func (g *generator) field(number int) string {
	if g.IntN(6) == 0 {
		keys := scalars[:12]
		return fmt.Sprintf("map<%s, %s> %s = %d;", keys[g.IntN(len(keys))], g.typeName(), g.name("m_"), number)
	}
	labels := map[string][]string{"proto2": {"optional ", "required ", "repeated "}, "proto3": {"", "optional ", "repeated "}}[g.syntax]
	return labels[g.IntN(3)] + g.member(number)
}

func (g *generator) member(number int) string {
	options := []string{"", "", "", " [deprecated = true]", " [debug_redact = true, deprecated = false]"}
	return fmt.Sprintf("%s %s = %d%s;", g.typeName(), g.name("_f_x"), number, options[g.IntN(len(options))])
}

func (g *generator) typeName() string {
	switch {
	case g.IntN(4) == 0:
		return "." + g.messages[g.IntN(len(g.messages))]
	case g.IntN(6) == 0 && len(g.enums) > 0:
		return strings.TrimPrefix(g.enums[g.IntN(len(g.enums))], "acme.")
	}
	return scalars[g.IntN(len(scalars))]
}

func (g *generator) name(prefix string) string {
	g.names++
	return fmt.Sprint(prefix, g.names)
}

func (g *generator) shuffle(ss []string) {
	g.Shuffle(len(ss), func(i, j int) { ss[i], ss[j] = ss[j], ss[i] })
}
