package filter

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// TestFiltersMeanWhatTheyMeanInCEL compares the trees of random filters with CEL's own evaluator on random events.
func TestFiltersMeanWhatTheyMeanInCEL(t *testing.T) {
	t.Parallel()
	for i, forEach := range []protoreflect.Name{"", "route", "tags", "gates", "tolls", "states"} {
		t.Run("for each "+string(forEach), func(t *testing.T) {
			t.Parallel()
			g := &guess{rand.New(rand.NewPCG(7, uint64(i)))}
			scope := parcelScope(t, forEach)
			oracle := newOracle(t, scope)
			accepted := 0
			for range 1000 {
				if oracle.agrees(g, g.condition(forEach, 3)) {
					accepted++
				}
			}
			if accepted < 300 {
				t.Errorf("only %d of 1000 filters compile", accepted)
			}
		})
	}
}

// oracle is CEL itself.
type oracle struct {
	t     *testing.T
	scope Scope
	env   *cel.Env
}

func newOracle(t *testing.T, scope Scope) *oracle {
	t.Helper()
	options := []cel.EnvOption{cel.Container(string(scope.Event.FullName())), cel.CrossTypeNumericComparisons(true)}
	file := scope.Event.ParentFile()
	for i := range file.Imports().Len() {
		options = append(options, cel.TypeDescs(file.Imports().Get(i).FileDescriptor))
	}
	env, err := cel.NewEnv(append(options, cel.TypeDescs(file))...)
	if err != nil {
		t.Fatal(err)
	}
	return &oracle{t: t, scope: scope, env: env}
}

// agrees says whether the filter compiles, and fails the test where the verdicts differ. CEL's checker is left out, because it refuses to
// compare int and uint for equality, which its evaluator does.
func (o *oracle) agrees(g *guess, where string) bool {
	o.t.Helper()
	x, problems := Compile(where, o.scope)
	if len(problems) > 0 {
		return false
	}
	parsed, issues := o.env.Parse(where)
	if issues.Err() != nil {
		o.t.Fatalf("%s: %v", where, issues.Err())
	}
	program, err := o.env.Program(parsed)
	if err != nil {
		o.t.Fatalf("%s: %v", where, err)
	}
	for range 4 {
		v := g.event(o)
		want, _, err := program.Eval(o.activation(v))
		if err != nil {
			o.t.Fatalf("%s for %s: %v", where, prototext.Format(v.event.Interface()), err)
		}
		if got := v.holds(x); got != want.Value() {
			o.t.Errorf("%s is %t, and %v in CEL, for %s", where, got, want, prototext.Format(v.event.Interface()))
		}
	}
	return true
}

// activation gives CEL the names of a filter.
func (o *oracle) activation(v evaluation) map[string]any {
	names := map[string]any{o.scope.As: v.event.Interface()}
	fields := o.scope.Event.Fields()
	for i := range fields.Len() {
		if name := string(fields.Get(i).Name()); name != "package" {
			names[name] = native(fields.Get(i), v.event.Get(fields.Get(i)))
		}
	}
	if each := o.scope.ForEach; each != nil && each.IsMap() {
		names["item"] = map[string]any{"key": v.key.Interface(), "value": native(each.MapValue(), v.item)}
	} else if each != nil {
		names["item"] = element(each, v.item)
	}
	return names
}

// native is a field as CEL wants to get it.
func native(field protoreflect.FieldDescriptor, value protoreflect.Value) any {
	switch {
	case field.IsMap():
		return mapOf(field, value.Map())
	case field.IsList():
		return listOf(field, value.List())
	}
	return element(field, value)
}

func element(field protoreflect.FieldDescriptor, value protoreflect.Value) any {
	switch {
	case field.Message() != nil:
		return value.Message().Interface()
	case field.Enum() != nil:
		return int64(value.Enum())
	}
	return value.Interface()
}

func mapOf(field protoreflect.FieldDescriptor, m protoreflect.Map) map[any]any {
	all := map[any]any{}
	m.Range(func(k protoreflect.MapKey, v protoreflect.Value) bool {
		all[k.Interface()] = element(field.MapValue(), v)
		return true
	})
	return all
}

func listOf(field protoreflect.FieldDescriptor, list protoreflect.List) []any {
	var all []any
	for i := range list.Len() {
		all = append(all, element(field, list.Get(i)))
	}
	return all
}

// guess makes random filters and events from pools so small that both sides of a comparison are often equal.
type guess struct{ *rand.Rand }

func pick[T any](g *guess, from ...T) T { return from[g.IntN(len(from))] }

func (g *guess) condition(forEach protoreflect.Name, depth int) string {
	if depth == 0 || g.IntN(3) == 0 {
		return g.leaf(forEach)
	}
	a, b := g.condition(forEach, depth-1), g.condition(forEach, depth-1)
	return pick(g, "!("+a+")", a+" && "+b, a+" || "+b, "("+a+" || "+b+")", "("+a+") == ("+b+")", a+" && "+b+" && "+a)
}

func (g *guess) leaf(forEach protoreflect.Name) string {
	compare := pick(g, " == ", " != ", " < ", " <= ", " > ", " >= ")
	number, text := func() string { return g.number(forEach) }, func() string { return g.text(forEach) }
	switch g.IntN(8) {
	case 0, 1, 2:
		return number() + compare + number()
	case 3:
		return text() + compare + text()
	case 4:
		return number() + " in [" + strings.Join([]string{g.literal(), g.literal(), g.literal()}, ", ") + "]"
	case 5:
		return text() + pick(g, ".startsWith(", ".endsWith(", ".contains(") + text() + ")"
	case 6:
		return g.Presence(forEach)
	}
	return pick(g, "fragile", "from.open", "fragile == from.open", "fragile != true", "sent_at"+compare+`timestamp("1970-01-01T00:00:01Z")`,
		"delay"+compare+`duration("1s")`, "seal"+compare+`b"\xff"`, text()+` in ["", "a"]`)
}

func (g *guess) number(forEach protoreflect.Name) string {
	pool := []string{"count", "weight", "stops", "code", "ratio", "price", "state", "color", "limit", "from.number", "parcel.from.inner.number",
		"from.state", "size(tags)", "size(route)", "gates.size()", "parcel_id.size()", "size(seal)", "ship.number", "parcel.item", g.literal(), g.literal()}
	switch forEach {
	case "route":
		pool = append(pool, "item.number", "item.inner.number", "item.state")
	case "gates":
		pool = append(pool, "item.value.number", "size(item.key)")
	case "tolls":
		pool = append(pool, "item.key", "item.value")
	case "states":
		pool = append(pool, "item")
	}
	return pick(g, pool...)
}

func (g *guess) literal() string {
	return pick(g, "0", "1", "2", "-1", "0u", "1u", "0.0", "1.0", "0.5", "-1.0", "1e30", "9223372036854775807", "18446744073709551615u",
		"9223372036854775808u", "-9223372036854775808", "4294967295", "9007199254740993", "State.ACTIVE", "State.LOST", "Size.BIG", "2147483648")
}

func (g *guess) text(forEach protoreflect.Name) string {
	pool := []string{"parcel_id", "note", "from.name", "parcel.package", "truck", "ship.inner.name", `""`, `"a"`, `"é"`, `"ab"`}
	switch forEach {
	case "route":
		pool = append(pool, "item.name")
	case "tags":
		pool = append(pool, "item")
	case "gates":
		pool = append(pool, "item.key", "item.value.name")
	}
	return pick(g, pool...)
}

func (g *guess) Presence(forEach protoreflect.Name) string {
	pool := []string{"parcel.count", "parcel.limit", "parcel.note", "parcel.from", "from.open", "from.inner.open", "from.inner", "parcel.tags",
		"parcel.gates", "parcel.truck", "parcel.ship", "parcel.label", "parcel.sent_at", "parcel.fragile", "parcel.seal", "parcel.state", "from.number"}
	if forEach == "route" {
		pool = append(pool, "item.open", "item.inner", "item.inner.open", "item.name")
	}
	return "has(" + pick(g, pool...) + ")"
}

// event returns an event and, with for_each, one of its elements; there always is one.
func (g *guess) event(o *oracle) evaluation {
	o.t.Helper()
	text := fmt.Sprintf(`route {%s} tags: "%s" gates { key: "%s" value {%s} } tolls { key: %d value: %d } states: %s `,
		g.place(2), g.word(), g.word(), g.place(2), g.IntN(3)-1, g.IntN(3), g.enum())
	for _, field := range []string{
		`parcel_id: "` + g.word() + `"`, "count: " + g.int(), "weight: " + g.int(), "stops: " + g.uint(), "code: " + g.uint(),
		"ratio: " + g.float(), "price: " + g.float(), "fragile: true", `seal: "` + pick(g, "", "a", `\377`) + `"`, "state: " + g.enum(),
		"from {" + g.place(2) + "}", "limit: " + g.int(), `note: "` + g.word() + `"`, "sent_at { seconds: " + g.uint() + "}",
		"delay { seconds: 1 nanos: " + g.enum() + "}", "color: " + g.enum(), "label {}", `package: "` + g.word() + `"`, "item: " + g.int(),
		pick(g, `truck: "`+g.word()+`"`, "ship {"+g.place(2)+"}"), "weight: -9223372036854775808", "code: 18446744073709551615",
		"code: 9007199254740993", "weight: 9007199254740993", "tags: 'b'", "route {}",
	} {
		if name, _, _ := strings.Cut(field, ":"); g.IntN(2) == 0 && !strings.Contains(text, " "+name+":") {
			text += " " + field
		}
	}
	event := message(o.t, o.scope.Event, text)
	if o.scope.ForEach == nil {
		return evaluation{event: event}
	}
	return firstElement(event, o.scope.ForEach)
}

func (g *guess) int() string { return pick(g, "-1", "0", "1", "2", "7") }

func (g *guess) uint() string { return pick(g, "0", "1", "2", "7") }

func (g *guess) float() string { return pick(g, "-1", "0", "0.5", "1", "inf") }

func (g *guess) word() string { return pick(g, "", "a", "b", "ab", "é") }

func (g *guess) enum() string { return pick(g, "0", "1", "-1") }

func (g *guess) place(depth int) string {
	text := fmt.Sprintf(`name: "%s" number: %s state: %s %s`, g.word(), pick(g, "0", "1", "18446744073709551615"), g.enum(),
		pick(g, "", "open: true", "open: false"))
	if depth > 0 && g.IntN(2) == 0 {
		text += " inner {" + g.place(depth-1) + "}"
	}
	return pick(g, text, "")
}
