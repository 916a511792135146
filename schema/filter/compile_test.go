package filter

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
)

func TestFiltersSelectWhatTheySay(t *testing.T) {
	t.Parallel()
	tests := []struct {
		where, event string
		want         bool
	}{
		{`state == State.ACTIVE`, `state: ACTIVE`, true},
		{`state == 1`, `state: ACTIVE`, true},
		{`state == Parcel.State.LOST`, `state: ACTIVE`, false},
		{`state < State.STATE_UNSPECIFIED`, `state: LOST`, true},
		{`color == acme.colors.v1.Color.RED`, `color: RED`, true},
		{`color == colors.v1.Color.RED`, `color: RED`, true},
		{`from.size == Size.BIG`, `from { size: BIG }`, true},
		{`from.name == ""`, ``, true},
		{`from.inner.inner.name == ""`, ``, true},
		{`!has(parcel.from)`, ``, true},
		{`has(parcel.from)`, `from {}`, true},
		{`has(from.inner)`, `from {}`, false},
		{`has(from.open)`, ``, false},
		{`has(from.open)`, `from { open: false }`, true},
		{`has(parcel.limit)`, `limit: 0`, true},
		{`limit == 0`, ``, true},
		{`has(parcel.count)`, `count: 0`, false},
		{`has(parcel.tags)`, `tags: "a"`, true},
		{`has(parcel.label)`, `label {}`, true},
		{`has(parcel.truck)`, `truck: ""`, true},
		{`has(parcel.truck)`, `ship {}`, false},
		{`parcel.package == "box"`, `package: "box"`, true},
		{`weight < code`, `weight: -1`, true},
		{`weight == code`, `weight: -1 code: 18446744073709551615`, false},
		{`code > weight`, `weight: 9223372036854775807 code: 9223372036854775808`, true},
		{`code != weight`, `weight: 7 code: 7`, false},
		{`weight == stops`, `weight: 4294967295 stops: 4294967295`, true},
		{`stops == 3`, `stops: 3`, true},
		{`count == 3u`, `count: 3`, true},
		{`ratio == 0.1`, `ratio: 0.1`, false},
		{`count > 0.5`, `count: 1`, true},
		{`code == 9007199254740992.0`, `code: 9007199254740993`, true},
		{`price >= 1`, `price: 1`, true},
		{`size(parcel_id) == 2`, `parcel_id: "éa"`, true},
		{`parcel_id.size() == code`, `parcel_id: "éa" code: 2`, true},
		{`seal.size() == 2`, `seal: "\303\251"`, true},
		{`seal >= b"b"`, `seal: "ab"`, false},
		{`route.size() > 1`, `route {} route {}`, true},
		{`gates.size() == 0`, `gates { key: "a" }`, false},
		{`count in [1, 2u]`, `count: 2`, true},
		{`state in [State.LOST, 1]`, `state: LOST`, true},
		{`parcel_id in ["a", "b"]`, `parcel_id: "c"`, false},
		{`price in [1, 2.5]`, `price: 1`, true},
		{`fragile == false`, ``, true},
		{`fragile != (count > 1)`, `count: 2`, true},
		{`sent_at >= timestamp("2026-01-01T00:00:00+01:00")`, `sent_at { seconds: 1767222000 }`, true},
		{`sent_at == timestamp("1970-01-01T00:00:00Z")`, ``, true},
		{`delay < duration("1.5s")`, `delay { seconds: 1 nanos: 499999999 }`, true},
		{`parcel_id.startsWith(note) && !parcel_id.contains("x") || parcel_id.endsWith("z")`, `parcel_id: "ab" note: "a"`, true},
		{`item == 3`, `item: 3`, true},
	}
	for _, tt := range tests {
		t.Run(tt.where, func(t *testing.T) {
			t.Parallel()
			scope := parcelScope(t, "")
			event := message(t, scope.Event, tt.event)
			if got := (evaluation{event: event}).holds(compiled(t, scope, tt.where)); got != tt.want {
				t.Errorf("%s for {%s} is %t, want %t", tt.where, tt.event, got, tt.want)
			}
		})
	}
}

func TestItemIsTheElementOfForEach(t *testing.T) {
	t.Parallel()
	const event = `route { name: "a" number: 1 } tags: "x" tolls { key: 5 value: 6 } gates { key: "g" value { name: "gate" } } states: ACTIVE`
	tests := []struct {
		forEach protoreflect.Name
		where   string
	}{
		{"route", `item.name == "a" && item.number < 2`},
		{"tags", `item == "x"`},
		{"tolls", `item.key < item.value`},
		{"gates", `item.key == "g" && item.value.name.startsWith(item.key) && !has(item.value.open)`},
		{"states", `item == State.ACTIVE`},
		{"route", `parcel.item == 0`},
	}
	for _, tt := range tests {
		t.Run(string(tt.forEach)+": "+tt.where, func(t *testing.T) {
			t.Parallel()
			scope := parcelScope(t, tt.forEach)
			v := firstElement(message(t, scope.Event, event), scope.ForEach)
			if !v.holds(compiled(t, scope, tt.where)) {
				t.Errorf("%s does not hold", tt.where)
			}
		})
	}
}

func firstElement(event protoreflect.Message, forEach protoreflect.FieldDescriptor) evaluation {
	v := evaluation{event: event}
	if !forEach.IsMap() {
		v.item = event.Get(forEach).List().Get(0)
		return v
	}
	event.Get(forEach).Map().Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
		v.key, v.item = key, value
		return false
	})
	return v
}

func TestFiltersThatMeanNothingAreRefused(t *testing.T) {
	t.Parallel()
	tests := []struct{ where, want string }{
		{`count`, `type 0: count is an int where a condition is needed`},
		{`true`, `type 0: true alone is not a condition`},
		{`fragile && "a"`, `type 11: "a" is a string where a condition is needed`},
		{`count = 1`, `syntax 6: unexpected "=" (equality is "==")`},
		{`count ==`, `syntax 8: the expression ends too early`},
		{``, `syntax 0: the expression ends too early`},
		{"count\n== ~", "syntax 9: unexpected \"~\""},
		{`package == ""`, `syntax 0: reserved identifier: package (write parcel.package)`},
		{`count + 1 > 2`, `support 6: the operator "+" is not supported`},
		{`fragile ? true : false`, `support 8: the operator "?:" is not supported`},
		{`-count < 1`, `support 0: the operator "-" is not supported`},
		{`tags[0] == "a"`, `support 4: the operator "[]" is not supported`},
		{`tags.exists(x, x == "a")`, `support 11: exists() is not supported`},
		{`parcel_id.matches("a")`, `support 17: matches() is not supported`},
		{`timestamp(parcel_id) < sent_at`, `support 9: this form of timestamp() is not supported`},
		{`label == null`, `support 9: null is not supported`},
		{`"a" in tags`, `support 7: in tags is not supported (in takes a list of literals)`},
		{`count in []`, `support 9: in [] is not supported (in takes a list of literals)`},
		{`count in [weight]`, `support 10: weight in the list of in is not supported (in takes a list of literals)`},
		{`cuont == 1`, `name 0: "cuont" is no field of acme.parcels.v1.Parcel (did you mean "count"?)`},
		{`state == ACTIVE`, `name 9: "ACTIVE" is no field of acme.parcels.v1.Parcel (write State.ACTIVE)`},
		{`state == State.GONE`, `name 14: enum State has no value GONE`},
		{`state == State.ACTVE`, `name 14: enum State has no value ACTVE (did you mean "ACTIVE"?)`},
		{`from.nam == ""`, `name 4: "nam" is no field of acme.parcels.v1.Place (did you mean "name"?)`},
		{`from.name.x == ""`, `name 9: from.name has no fields`},
		{`route.name == ""`, `name 5: route has no fields`},
		{`label.value == ""`, `name 5: label has no fields`},
		{`sent_at.seconds == 1`, `name 7: sent_at has no fields`},
		{`from == from.inner`, `type 0: from is a message, which cannot be compared`},
		{`tags == route`, `type 0: tags is a list, which cannot be compared`},
		{`parcel == from`, `type 0: parcel is the whole event (name one of its fields)`},
		{`count == "a"`, `type 6: count is an int and "a" is a string`},
		{`state == Size.BIG`, `type 6: state is an enum State and Size.BIG is an enum Size`},
		{`stops == -1`, `type 6: stops == -1: the number is out of the range of the field`},
		{`weight < 18446744073709551615u`, `type 7: weight < 18446744073709551615u: the number is out of the range of the field`},
		{`state == 2147483648`, `type 6: state == 2147483648: the number is out of the range of the field`},
		{`stops >= 0`, `type 6: stops >= 0 has the same result for every value`},
		{`0u > code`, `type 3: 0u > code has the same result for every value`},
		{`1 == 1`, `type 2: 1 == 1 compares two literals`},
		{`count == count`, `type 6: count == count compares a value with itself`},
		{`fragile < true`, `type 8: fragile < true orders bools`},
		{`size(count) == 1`, `type 5: count is an int, which has no size`},
		{`count.startsWith("a")`, `type 0: count is an int where a string is needed`},
		{`has(from)`, `type 3: has() takes a field of something (write has(parcel.from))`},
		{`sent_at < timestamp("soon")`, `type 20: "soon" is no time such as 2026-01-31T15:04:05Z`},
		{`delay < duration("soon")`, `type 17: "soon" is no duration such as 1h30m`},
		{`fragile in [true]`, `type 0: fragile is a bool; before in there must be`},
		{`count in ["a"]`, `type 10: "a" in the list of in does not fit count, which is an int`},
	}
	for _, tt := range tests {
		t.Run(tt.where, func(t *testing.T) {
			t.Parallel()
			x, problems := Compile(tt.where, parcelScope(t, ""))
			if x != nil || len(problems) == 0 || !strings.HasPrefix(problems[0].String(), tt.want) {
				t.Errorf("got %v, want %s", problems, tt.want)
			}
		})
	}
}

func TestAFieldGoesBeforeTheNameOfItsEventInFilters(t *testing.T) {
	t.Parallel()
	scope := parcelScope(t, "")
	scope.As = "from"
	event := message(t, scope.Event, `parcel_id: "a" from { name: "b" }`)
	if !(evaluation{event: event}).holds(compiled(t, scope, `from.name == "b"`)) {
		t.Error("from is not the field")
	}
}

func TestAllProblemsOfAFilterAreReported(t *testing.T) {
	t.Parallel()
	_, problems := Compile(`cuont == 1 && (weigth > 2 || size(count) == 1)`, parcelScope(t, ""))
	if len(problems) != 3 {
		t.Errorf("got %v, want three problems", problems)
	}
}

func TestItemNeedsForEachAndAnEntryNeedsItsHalf(t *testing.T) {
	t.Parallel()
	scope := parcelScope(t, "gates")
	for where, want := range map[string]string{
		`item == "a"`:            `name 0: item is an entry of the map gates (write item.key or item.value)`,
		`item.kex == "a"`:        `name 4: item is an entry of the map gates (write item.key or item.value)`,
		`has(item.value)`:        `type 3: item.value is always present`,
		`item.value.naem == "a"`: `name 10: "naem" is no field of acme.parcels.v1.Place (did you mean "name"?)`,
	} {
		if _, problems := Compile(where, scope); len(problems) != 1 || problems[0].String() != want {
			t.Errorf("%s: got %v, want %s", where, problems, want)
		}
	}
}

func FuzzFiltersNeitherPanicNorFail(f *testing.F) {
	for _, seed := range []string{`count > 1 && has(from.open)`, `state in [State.ACTIVE, 1u]`, "a.`in` == \"é\"", `delay < duration("1h")`, `weight >= code`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, where string) {
		scope := parcelScope(t, "")
		x, problems := Compile(where, scope)
		for _, p := range problems {
			if p.Offset < 0 || p.Offset > len(where) || p.Text == "" {
				t.Errorf("problem %+v points outside of %q", p, where)
			}
		}
		if x != nil {
			(evaluation{event: message(t, scope.Event, "")}).holds(x)
		}
	})
}
