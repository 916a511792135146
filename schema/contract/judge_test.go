package contract_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/evgen-dev/evgen/runtime/event"
	"github.com/evgen-dev/evgen/schema"
	"github.com/evgen-dev/evgen/schema/compat"
	"github.com/evgen-dev/evgen/schema/contract"
)

// one is a set of one event.
func one(e contract.Event) *contract.Set {
	e.Name, e.Topic, e.Kind = "acme.v1.Event", "events", "EVENT"
	return &contract.Set{Events: []contract.Event{e}}
}

// rulesOf are the IDs and severities of findings.
func rulesOf(found []compat.Finding) string {
	var all []string
	for _, f := range found {
		all = append(all, f.Severity.String()+" "+f.Rule)
	}
	return strings.Join(all, ", ")
}

func TestKeysAreComparedByTheirBytes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, now, want string }{
		{"TEXT int32", "TEXT int64", ""},
		{"TEXT uint32", "TEXT int64", ""},
		{"TEXT sint32", "TEXT int32", ""},
		{"TEXT enum", "TEXT int32", ""},
		{"TEXT int32", "TEXT enum", ""},
		{"TEXT closed_enum", "TEXT int64", ""},
		{"TEXT int32", "TEXT closed_enum", "error KEY_FIELD_RETYPED"}, // numbers without a name are lost
		{"TEXT int64", "TEXT int32", "error KEY_FIELD_RETYPED"},       // 2^40 has no digits any more
		{"TEXT int32", "TEXT uint32", "error KEY_FIELD_RETYPED"},      // -1
		{"TEXT uint64", "TEXT int64", "error KEY_FIELD_RETYPED"},
		{"TEXT bool", "TEXT int32", "error KEY_FIELD_RETYPED"},
		{"TEXT string", "TEXT bytes", "error KEY_FIELD_RETYPED"}, // base64
		{"TEXT string", "TEXT int64", "error KEY_FIELD_RETYPED"},
		{"RAW int32", "RAW int64", "error KEY_FIELD_RETYPED"},
		{"RAW int32", "RAW sfixed32", ""},
		{"RAW string", "RAW bytes", ""},
		{"RAW bytes", "RAW string", "error KEY_FIELD_RETYPED"}, // not every byte is text
		{"TEXT string", "RAW string", ""},
		{"RAW string", "TEXT string", ""},
		{"TEXT string", "RAW bytes", ""},
		{"TEXT int64", "RAW int64", "error KEY_ENCODING_CHANGED"},
		{"TEXT bytes", "RAW bytes", "error KEY_ENCODING_CHANGED"},
	} {
		got := rulesOf(contract.Compare(one(keyedBy(c.old)), one(keyedBy(c.now)), contract.Options{}))
		if got != c.want {
			t.Errorf("%s to %s: %q; want %q", c.old, c.now, got, c.want)
		}
	}
}

func keyedBy(key string) contract.Event {
	encoding, typ, _ := strings.Cut(key, " ")
	return contract.Event{KeyEncoding: encoding, Key: []contract.Field{{Path: "id", Numbers: "1", Type: typ}}}
}

// What the rule takes for the same text must be what the runtime writes.
func TestTheRuntimeWritesIntegersOfAllWidthsAlike(t *testing.T) {
	t.Parallel()
	got := []string{event.Text(int32(-7)), event.Text(int64(-7)), event.Text(uint32(7)), event.Text(uint64(7)), event.Text("a/b")}
	if diff := cmp.Diff([]string{"-7", "-7", "7", "7", "a/b"}, got); diff != "" {
		t.Errorf("texts of keys (-want +got):\n%s", diff)
	}
}

func TestValidationHasADirection(t *testing.T) {
	t.Parallel()
	const tighter, looser = "error VALIDATION_TIGHTENED", "warning VALIDATION_LOOSENED"
	for _, c := range []struct{ rule, old, now, want string }{
		{"string.min_len", "1", "2", tighter},
		{"string.min_len", "10", "9", looser},
		{"string.max_len", "9", "10", looser},
		{"string.max_len", "", "10", tighter},
		{"int64.gte", "-5", "-3", tighter},
		{"double.lt", "0.5", "2.5e1", looser},
		{"duration.lte", "1h0m0s", "59m0s", tighter},
		{"timestamp.gt", "2024-01-01T00:00:00Z", "2023-12-31T00:00:00Z", looser},
		{"string.in", "a b", "a b c", looser},
		{"string.in", "a b", "a c", tighter + ", " + looser},
		{"string.not_in", "a", "a b", tighter},
		{"string.email", "", "true", tighter},
		{"string.email", "true", "false", looser},
		{"string.email", "", "false", ""},
		{"string.pattern", "^a$", "^b$", tighter + ", " + looser},
		{"required", "true", "", looser},
		{"enum.defined_only", "", "true", tighter},
		{"cel[total]", "", "this.total > 0", tighter},
		{"cel_expression", "a", "a b", tighter},
		{"ignore", "", "IGNORE_ALWAYS", looser},
		{"ignore", "IGNORE_ALWAYS", "", tighter},
		{"string.min_len", "3", "3", ""},
	} {
		got := rulesOf(contract.Compare(one(validatedBy(c.rule, c.old)), one(validatedBy(c.rule, c.now)), contract.Options{Level: level(compat.LevelBackward)}))
		if got != c.want {
			t.Errorf("%s from %q to %q: %q; want %q", c.rule, c.old, c.now, got, c.want)
		}
	}
}

func level(l compat.Level) *compat.Level { return &l }

// validatedBy is an event with a rule whose values are words.
func validatedBy(rule, values string) contract.Event {
	e := contract.Event{Messages: []contract.Message{{Numbers: []int32{1}}}}
	if values != "" {
		values := strings.Fields(values)
		if strings.HasPrefix(rule, "cel[") {
			values = []string{strings.Join(values, " ")}
		}
		e.Constraints = []contract.Constraint{{Field: contract.Field{Path: "name", Numbers: "1", Type: "string"}, Rule: rule, Values: values}}
	}
	return e
}

// A new field is in no old record, so that a rule harms these only if it wants the field to be there.
func TestARuleOfANewFieldIsTighterIfItRefusesItsAbsence(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]string{
		"required true": "error VALIDATION_TIGHTENED", "string.min_len 1": "error VALIDATION_TIGHTENED", "string.email true": "error VALIDATION_TIGHTENED",
		"string.max_len 9": "", "string.min_len 0": "", "string.not_in a": "",
	} {
		name, value, _ := strings.Cut(rule, " ")
		got := rulesOf(contract.Compare(one(contract.Event{Messages: []contract.Message{{Numbers: []int32{2}}}}), one(validatedBy(name, value)), contract.Options{Level: level(compat.LevelBackward)}))
		if got != want {
			t.Errorf("%s: %q; want %q", rule, got, want)
		}
	}
}

func TestAnAnnouncedRemovalIsAWarningWhereAgeRemovesRecords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		topic contract.Topic
		want  string
	}{
		"a week":    {contract.Topic{Compaction: "NONE", Retention: 7 * 24 * 3600e9}, "warning EVENT_TYPE_REMOVED"},
		"for ever":  {contract.Topic{Compaction: "NONE", Retention: schema.Forever}, "error EVENT_TYPE_REMOVED"},
		"compacted": {contract.Topic{Compaction: "COMPACT"}, "error EVENT_TYPE_REMOVED"},
	} {
		old := one(contract.Event{Deprecated: true})
		c.topic.Name = "events"
		old.Topics = []contract.Topic{c.topic}
		if got := rulesOf(contract.Compare(old, &contract.Set{}, contract.Options{Level: level(compat.LevelBackward)})); got != c.want {
			t.Errorf("%s: %q; want %q", name, got, c.want)
		}
	}
}

func TestTheChainOfVersionsEndsWhereAnAnnouncedRemovalEndsIt(t *testing.T) {
	t.Parallel()
	for deprecated, want := range map[bool]string{true: "warning UPCASTER_REMOVED, warning EVENT_TYPE_REMOVED", false: "error UPCASTER_REMOVED, error EVENT_TYPE_REMOVED"} {
		old := &contract.Set{
			Topics: []contract.Topic{{Name: "events", Compaction: "NONE", Retention: 7 * 24 * 3600e9}},
			Events: []contract.Event{{Name: "acme.v1.Placed", Topic: "events", Deprecated: deprecated}, {Name: "acme.v1.PlacedV2", Topic: "events", Replaces: "acme.v1.Placed"}},
		}
		now := &contract.Set{Topics: old.Topics, Events: []contract.Event{{Name: "acme.v1.PlacedV2", Topic: "events"}}}
		if got := rulesOf(contract.Compare(old, now, contract.Options{Level: level(compat.LevelBackward)})); got != want {
			t.Errorf("deprecated %t: %q; want %q", deprecated, got, want)
		}
	}
}

func TestAClusterIsHeldAgainstTheContract(t *testing.T) {
	t.Parallel()
	s := one(contract.Event{MaxRecord: 900 << 10, Key: []contract.Field{{Path: "id", Numbers: "1", Type: "string"}}, KeyEncoding: "TEXT"})
	s.Topics = []contract.Topic{{Name: "events", Partitions: 6, Compaction: "NONE", Retention: 24 * 3600e9}}
	for name, c := range map[string]struct {
		state contract.TopicState
		want  string
	}{
		"as the contract says": {contract.TopicState{Partitions: 6, Config: map[string]string{"cleanup.policy": "delete", "retention.ms": "86400000", "max.message.bytes": "1048588"}}, ""},
		"more capacity":        {contract.TopicState{Partitions: 48}, ""},
		"fewer partitions":     {contract.TopicState{Partitions: 3}, "error PARTITION_COUNT_CHANGED"},
		"longer retention":     {contract.TopicState{Config: map[string]string{"retention.ms": "-1"}}, "error RETENTION_LOWERED"},
		"shorter retention":    {contract.TopicState{Config: map[string]string{"retention.ms": "3600000"}}, "warning RETENTION_RAISED"},
		"compacted":            {contract.TopicState{Config: map[string]string{"cleanup.policy": "compact,delete"}}, "error COMPACTION_OFF"},
		"small messages":       {contract.TopicState{Config: map[string]string{"max.message.bytes": "100000"}}, "error MAX_MESSAGE_BYTES"},
		"the broker's times":   {contract.TopicState{Config: map[string]string{"message.timestamp.type": "LogAppendTime"}}, ""}, // the contract leaves it to the broker
	} {
		if got := rulesOf(contract.CompareTopics(s, map[string]contract.TopicState{"events": c.state}, contract.Options{})); got != c.want {
			t.Errorf("%s: %q; want %q", name, got, c.want)
		}
	}
}

func TestABrokerThatCompactsRefusesAnEventWithoutKey(t *testing.T) {
	t.Parallel()
	s := one(contract.Event{})
	s.Topics = []contract.Topic{{Name: "events", Compaction: "NONE", Retention: schema.Forever}}
	got := rulesOf(contract.CompareTopics(s, map[string]contract.TopicState{"events": {Config: map[string]string{"cleanup.policy": "compact"}}}, contract.Options{}))
	if want := "error KEY_OPTIONALITY"; got != want {
		t.Errorf("findings: %q; want %q", got, want)
	}
}

func TestAHigherVersionIsTakenForTheSuccessorOfALowerOne(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, now, want string }{
		{"acme.v1.Placed", "acme.v2.Placed", "warning EVENT_TYPE_ADDED, error UPCASTER_MISSING"},
		{"acme.v1.Placed", "acme.v1.PlacedV2", "warning EVENT_TYPE_ADDED, error UPCASTER_MISSING"},
		{"acme.v1beta1.Placed", "acme.v1.Placed", "warning EVENT_TYPE_ADDED, error UPCASTER_MISSING"},
		{"acme.v1alpha2.Placed", "acme.v1beta1.Placed", "warning EVENT_TYPE_ADDED, error UPCASTER_MISSING"},
		{"acme.v2.Placed", "acme.v1.Placed", "warning EVENT_TYPE_ADDED, error VERSION_DECREASED, error EVENT_TYPE_REMOVED"},
		{"acme.v1.Placed", "acme.v2.Paid", "warning EVENT_TYPE_ADDED, error EVENT_TYPE_REMOVED"},
		{"acme.v1.Placed", "other.v2.Placed", "warning EVENT_TYPE_ADDED, error EVENT_TYPE_REMOVED"},
	} {
		old := &contract.Set{Events: []contract.Event{{Name: c.old, Topic: "events"}}}
		now := &contract.Set{Events: []contract.Event{{Name: c.now, Topic: "events"}}}
		if got := rulesOf(contract.Compare(old, now, contract.Options{Level: level(compat.LevelBackward)})); got != c.want {
			t.Errorf("%s to %s: %q; want %q", c.old, c.now, got, c.want)
		}
	}
}

// An entry stays in the accept file for a while after its change was released.
func TestARenameMeansNothingOnceItHasHappened(t *testing.T) {
	t.Parallel()
	keyed := func(name string, number string) contract.Event {
		return contract.Event{Name: name, Topic: name, KeyEncoding: "TEXT", Key: []contract.Field{{Path: "f" + number, Numbers: number, Type: "string"}}}
	}
	renames := map[string]string{"A": "B"}
	for name, c := range map[string]struct {
		old, now []contract.Event
		want     string
	}{
		"released before": {[]contract.Event{keyed("B", "1")}, []contract.Event{keyed("B", "2")}, "error KEY_FIELD_CHANGED"},
		"both are here":   {[]contract.Event{keyed("A", "1"), keyed("B", "1")}, []contract.Event{keyed("A", "1"), keyed("B", "2")}, "error KEY_FIELD_CHANGED"},
		"around an event": {[]contract.Event{keyed("A.E", "1")}, []contract.Event{keyed("B.E", "2")}, "error KEY_FIELD_CHANGED, error TOPIC_RENAMED, error EVENT_TYPE_RENAMED"},
		"of a like name":  {[]contract.Event{keyed("AE", "1")}, []contract.Event{keyed("BE", "1")}, "error EVENT_TYPE_REMOVED"},
		"one had it":      {[]contract.Event{keyed("A", "1"), keyed("B", "1")}, []contract.Event{keyed("B", "1")}, "error EVENT_TYPE_REMOVED"},
	} {
		got := rulesOf(contract.Compare(&contract.Set{Events: c.old}, &contract.Set{Events: c.now}, contract.Options{Renames: renames, Level: level(compat.LevelBackward)}))
		if got != c.want {
			t.Errorf("%s: %q; want %q", name, got, c.want)
		}
	}
}

// A new event asks for nothing, but those who read its topic do.
func TestANewEventIsJudgedByTheLevelsOfItsTopic(t *testing.T) {
	t.Parallel()
	event := func(name, compatibility string) contract.Event {
		return contract.Event{Name: name, Topic: "events", Compatibility: compatibility}
	}
	for _, c := range []struct{ before, after, want string }{
		{"FULL", "UNCHECKED", "error EVENT_TYPE_ADDED, error UPCASTER_MISSING"},
		{"BACKWARD", "UNCHECKED", "warning EVENT_TYPE_ADDED, error UPCASTER_MISSING"},
		{"UNCHECKED", "UNCHECKED", ""},
	} {
		old, now := &contract.Set{Events: []contract.Event{event("acme.v1.Placed", c.before)}}, &contract.Set{Events: []contract.Event{event("acme.v1.PlacedV2", c.after)}}
		if got := rulesOf(contract.Compare(old, now, contract.Options{})); got != c.want {
			t.Errorf("%s to %s: %q; want %q", c.before, c.after, got, c.want)
		}
	}
}

func TestEachPartOfAKeyThatCanBeAbsentIsAChangeOfItsOwn(t *testing.T) {
	t.Parallel()
	keyed := func(optional string) *contract.Set {
		e := contract.Event{KeyEncoding: "TEXT"}
		for i, path := range []string{"a", "b"} {
			e.Key = append(e.Key, contract.Field{Path: path, Numbers: string(rune('1' + i)), Type: "string", Optional: strings.Contains(optional, path)})
		}
		return one(e)
	}
	seen := map[string]bool{}
	for _, c := range [][2]string{{"", "a"}, {"", "b"}, {"a", "b"}, {"a", "ab"}} {
		found := contract.Compare(keyed(c[0]), keyed(c[1]), contract.Options{})
		if got := rulesOf(found); got != "error KEY_OPTIONALITY" {
			t.Fatalf("optional %q to %q: %q", c[0], c[1], got)
		}
		_, to := found[0].Fingerprints()
		seen[to] = true
	}
	if len(seen) != 2 {
		t.Errorf("%d states; want one for each part", len(seen))
	}
}
